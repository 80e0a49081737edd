"""33. Webhook or connector pointed at loopback, metadata, IPv6-mapped … → blocked at connect."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from aiohttp import web

from atrio.integrators.webhooks import sending
from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.addresses import checked, is_elsewhere, is_public
from atrio.outside.http import OutsideHttp
from tests.outside.serving import served

# Names as the resolver reads them without asking anybody. No connector has anything to do there.
HERE = (
    "127.0.0.1",
    "localhost",
    "2130706433",
    "0x7f.1",
    "127.1",
    "0.0.0.0",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "169.254.169.254",
    "2852039166",
    "::ffff:a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "fe80::1",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
    "224.0.0.1",
)
# Where a company's own ERP may well be, and nothing that a stranger names.
OUR_OWN = ("10.0.0.8", "192.168.1.1", "172.16.0.1", "100.64.0.1", "fd12::8", "::ffff:10.0.0.8")


def url_of(host):
    return f"https://[{host}]/" if ":" in host else f"https://{host}/"


def sent_to(url):
    now = int(datetime.now(UTC).timestamp())
    return sending.send(url=url, event_id="msg_1", body="{}", secrets=["whsec_AAAA"], at=now)


@pytest.fixture(autouse=True)
def fresh_client():
    """Events go through one client for all, that has the settings of when it was made."""
    sending._client.cache_clear()
    yield
    sending._client.cache_clear()


@pytest.fixture
def nothing_allowed(settings):
    settings.ATRIO_WEBHOOKS_TO = settings.ATRIO_CONNECTIONS_TO = []


@pytest.fixture
def visited():
    """What was asked of a server of this machine, and where it listens."""
    seen = []

    async def visit(request):
        seen.append(request.path)
        # Whatever it is asked, it leads on to itself by another name.
        raise web.HTTPTemporaryRedirect(f"http://127.1:{request.url.port}/inside")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", visit)
    with served(app) as url:
        yield seen, url


@pytest.mark.parametrize("host", [*HERE, *OUR_OWN])
def test_no_event_is_sent_inside(nothing_allowed, host):
    sent = sent_to(url_of(host))

    assert sent.status == 0
    assert "leads where it may not" in sent.error


@pytest.mark.parametrize("host", HERE)
def test_no_connector_asks_this_machine_or_what_tells_its_secrets(nothing_allowed, host):
    with pytest.raises(OutsideFailure, match="leads where it may not") as refused:
        OutsideHttp(url_of(host)).send("GET", "/")

    assert refused.value.code == "forbidden_host"


def test_nothing_arrives_at_a_server_of_this_machine_unless_its_place_is_named(visited, settings):
    seen, url = visited
    settings.ATRIO_CONNECTIONS_TO = ["127.0.0.1:1"]
    with pytest.raises(OutsideFailure, match="leads where it may not"):
        OutsideHttp(url).send("GET", "/")
    assert seen == []

    settings.ATRIO_CONNECTIONS_TO = [url.removeprefix("http://")]
    with pytest.raises(OutsideFailure):
        OutsideHttp(url).send("GET", "/named")
    assert seen == ["/named"], "and nobody follows a redirect"


def test_an_erp_on_our_own_network_may_be_asked():
    for host in (*OUR_OWN, "93.184.216.34"):
        assert is_elsewhere(ip_address(host)), host


def test_what_everybody_reaches_is_taken_and_a_place_inside_by_its_port_alone():
    for host in ("93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"):
        assert checked(host, 443, fits=is_public, allowed=[]) == [host]
    named = ["127.0.0.1:9000", "::1"]
    assert checked("127.0.0.1", 9000, fits=is_public, allowed=named) == ["127.0.0.1"]
    assert checked("::1", 7, fits=is_public, allowed=named) == ["::1"]
    with pytest.raises(OutsideFailure):
        checked("127.0.0.1", 9001, fits=is_public, allowed=named)
    with pytest.raises(OutsideBusy):
        checked("nowhere.invalid.", 443, fits=is_public, allowed=[])


def test_what_is_connected_to_is_the_very_address_that_was_looked_at(
    visited, settings, monkeypatch
):
    """A name that leads somewhere else at the second look cannot help."""
    looked = []
    seen, url = visited
    port = url.rpartition(":")[2]
    settings.ATRIO_WEBHOOKS_TO = [f"127.0.0.1:{port}", f"rebinding.example:{port}"]

    def answers(host, port, *_more, **_options):
        # Connecting asks again, for the address that was found.
        if host == "rebinding.example":
            looked.append(host)
        address = "127.0.0.1" if len(looked) == 1 else "10.0.0.8"
        return [(2, 1, 6, "", (address, port))]

    monkeypatch.setattr("atrio.outside.addresses.socket.getaddrinfo", answers)
    sent_to(f"http://rebinding.example:{port}/hook")

    assert (seen, looked) == (["/hook"], ["rebinding.example"])


def test_a_name_one_of_whose_addresses_leads_inside_is_not_reached_at_all(
    nothing_allowed, monkeypatch
):
    def answers(_host, port, *_more, **_options):
        return [(2, 1, 6, "", (address, port)) for address in ("93.184.216.34", "127.0.0.1")]

    monkeypatch.setattr("atrio.outside.addresses.socket.getaddrinfo", answers)

    for ask in (lambda: OutsideHttp("https://two.example").send("GET", "/"), two_faced):
        with pytest.raises(OutsideFailure, match="leads where it may not"):
            ask()


def two_faced():
    checked("two.example", 443, fits=is_public, allowed=[])
