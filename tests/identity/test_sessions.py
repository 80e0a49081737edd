"""Where one is signed in: seen, ended, and what the next request says of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from atrio.identity.actions import ensure_user
from atrio.identity.models import SignedIn
from atrio.identity.rules import browser_words, network_of
from atrio.kernel.queue import later, run_pending
from atrio.timeline.models import Entry
from tests.identity.conftest import come_by_code
from tests.parties.customers import Browser

OWN, OUT, OTHERS = "/sign-in/own/", "/sign-out/", "/sign-in/own/end-others"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)
pytestmark = pytest.mark.django_db


def come(user_agent=FIREFOX, address="203.0.113.7", email="alice@ventorim.example"):
    """Sign in by code with a browser from somewhere."""
    headers = {"accept-language": "en", "user-agent": user_agent}
    browser = Browser(headers=headers, REMOTE_ADDR=address)
    come_by_code(browser, email)
    return browser


def is_in(browser):
    return browser.get(OWN).status_code == 200


def end_address(browser):
    """Return where the sign-in of a browser is ended."""
    row = SignedIn.objects.get(session_key=browser.session.session_key)
    return f"/sign-in/own/{row.pk}/end"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, ("Firefox", "Linux")),
        (PHONE, ("Safari", "iPhone")),
        (EDGE, ("Edge", "Windows")),
        ("curl/8.14.1", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_browser_is_called_what_its_owner_calls_it(user_agent, words):
    assert browser_words(user_agent) == words


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:7:8::9", "2001:db8:7::/48"),
        ("", ""),
        ("not an address", ""),
    ],
)
def test_of_an_address_only_the_network_is_kept(address, network):
    assert network_of(address) == network


def test_one_sees_where_one_is_signed_in(alice):
    come(PHONE, "198.51.100.9")
    here = come()

    page = here.get(OWN).content.decode()

    assert "Safari · iPhone" in page
    assert "198.51.100.0/24" in page
    assert "198.51.100.9" not in page
    assert page.count("this one") == 1


def test_what_is_ended_is_a_stranger_with_its_next_request(alice):
    lost, here = come(PHONE), come()

    here.post(end_address(lost))

    assert not is_in(lost)
    assert is_in(here)
    ended = Entry.objects.get(what="user.sessions_ended")
    assert ended.data == {"browsers": ["Safari · iPhone"]}
    assert not Session.objects.filter(session_key=lost.session.session_key or "").exists()


def test_all_others_are_ended_at_once(alice):
    others, here = [come(PHONE), come(EDGE)], come()

    here.post(OTHERS)

    assert not any(is_in(other) for other in others)
    assert is_in(here)
    assert SignedIn.objects.count() == 1


def test_nobody_sees_or_ends_the_sign_ins_of_somebody_else(alice):
    ensure_user(email="mallory@marupanga.example", name="Mallory", language="en")
    hers, mallory = come(PHONE), come(EDGE, "192.0.2.1", "mallory@marupanga.example")

    assert "iPhone" not in mallory.get(OWN).content.decode()
    assert mallory.post(end_address(hers)).status_code == 404
    assert mallory.post(OTHERS).status_code == 404
    assert is_in(hers)


def test_signing_out_takes_the_sign_in_away(alice):
    browser = come()

    browser.post(OUT)

    assert not SignedIn.objects.exists()


def test_a_disabled_user_is_a_stranger_with_the_next_request(alice):
    browser = come()
    alice.is_active = False
    alice.save(update_fields=["is_active"])

    assert not is_in(browser)
    assert browser.get("/home/")["Location"].startswith("/sign-in/")


def test_when_a_browser_was_seen_is_kept_once_an_hour(alice):
    browser = come()
    long_ago = timezone.now() - timedelta(hours=2)
    SignedIn.objects.update(seen_at=long_ago)
    is_in(browser)
    assert SignedIn.objects.get().seen_at == long_ago

    session = browser.session
    session["seen_at"] = long_ago.timestamp()
    session.save()
    is_in(browser)

    assert timezone.now() - SignedIn.objects.get().seen_at < timedelta(minutes=1)
    with CaptureQueriesContext(connection) as queries:
        is_in(browser)
    assert not [query for query in queries if query["sql"].startswith("UPDATE")]


def test_the_page_asks_as_much_however_many_browsers_there_are(alice):
    here = come()
    here.get(OWN)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            here.get(OWN)
        counts.append(len(queries))
        come(PHONE, f"198.51.100.{len(counts)}")

    assert counts[0] == counts[1] <= 14


def test_what_is_over_is_forgotten_by_the_background(alice):
    come(), come(PHONE)
    Session.objects.filter(session_key=SignedIn.objects.first().session_key).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    later("identity.clear_sessions")

    run_pending()

    assert SignedIn.objects.count() == 1


def test_behind_the_proxy_that_is_believed_its_last_address_counts(alice, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    browser = Browser(
        headers={"x-forwarded-for": "10.9.9.9, 203.0.113.7"}, REMOTE_ADDR="192.0.2.250"
    )

    come_by_code(browser)

    assert SignedIn.objects.get().network == "203.0.113.0/24"
