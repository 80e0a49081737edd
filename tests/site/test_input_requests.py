"""Requests that no browser of ours would send: a clean answer to each, and never a 500."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from urllib.parse import quote, unquote

import pytest
from django.http import HttpResponse

from atrio.onboarding.models import Application
from tests.parties.customers import Browser
from tests.site.world import (
    ADDRESSES,
    ALSO_POSTED,
    GET,
    OF_PROGRAMS,
    POSTED,
    World,
    changed,
    contents,
)

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
MEGABYTE = 2**20
PART = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'


def part(name, value=b"x"):
    return PART % (name, value)


# Nobody reads what is sent to a company's SAML address where the company speaks another language.
UNREAD = {"company_saml"}
# What is sent: a body, its type, and what else the request says.
BODIES = {
    "a hundred megabytes, it says": (b"x", FORM, {"CONTENT_LENGTH": str(100 * MEGABYTE)}),
    "thirteen megabytes": (b"a=" + b"x" * 13 * MEGABYTE, FORM, {}),
    "thirteen megabytes in parts": (
        part(b"a", b"x" * 13 * MEGABYTE) + b"--b--\r\n",
        MULTIPART,
        {},
    ),
    "a length that is no number": (b"a=1", FORM, {"CONTENT_LENGTH": "abc"}),
    "a length below nothing": (b"a=1", FORM, {"CONTENT_LENGTH": "-1"}),
    "a length with thousands of digits": (b"a=1", FORM, {"CONTENT_LENGTH": "9" * 5000}),
    "ten thousand fields": (b"&".join(b"f%d=1" % n for n in range(10_000)), FORM, {}),
    "one field ten thousand times": (b"&".join([b"company.tax_id=1"] * 10_000), FORM, {}),
    "ten thousand parts": (
        b"".join(part(b"f%d" % n) for n in range(10_000)) + b"--b--\r\n",
        MULTIPART,
        {},
    ),
    "five hundred files": (
        b"".join(
            b'--b\r\nContent-Disposition: form-data; name="f"; filename="%d"\r\n\r\nx\r\n' % n
            for n in range(500)
        )
        + b"--b--\r\n",
        MULTIPART,
        {},
    ),
    "JSON": (
        json.dumps({"company.tax_id": "1", "status": "done"}).encode(),
        "application/json",
        {},
    ),
    "JSON, a list": (b"[[[]]]", "application/json", {}),
    "JSON, broken": (b'{"a":', "application/json", {}),
    "JSON, deep": (b"[" * 100_000, "application/json", {}),
    "XML with entities": (
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        "application/xml",
        {},
    ),
    "text": (b"company.tax_id=1", "text/plain", {}),
    "no type": (b"company.tax_id=1", "", {}),
    "a type that is none": (b"a=1", ";;;===", {}),
    "a very long type": (b"a=1", "a/" + "b" * 50_000, {}),
    "parts without a boundary": (b"--b--", "multipart/form-data", {}),
    "parts with an empty boundary": (b"--b--", "multipart/form-data; boundary=", {}),
    "parts with a boundary that is not ASCII": (b"x", "multipart/form-data; boundary=é", {}),
    "parts with a very long boundary": (b"x", "multipart/form-data; boundary=" + "b" * 9000, {}),
    "parts cut short": (part(b"company.tax_id")[:-10], MULTIPART, {}),
    "a part without a name": (
        b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
        MULTIPART,
        {},
    ),
    "a part with headers that are none": (b"--b\r\n\x00\xff:\xff\r\n\r\nx\r\n--b--", MULTIPART, {}),
    "a part in broken base64": (
        (
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n====x\r\n--b--\r\n"
        ),
        MULTIPART,
        {},
    ),
    "a file whose name climbs": (
        (
            b'--b\r\nContent-Disposition: form-data; name="f"; filename="../../x\x00"\r\n\r\nx'
            b"\r\n--b--\r\n"
        ),
        MULTIPART,
        {},
    ),
    "bytes that are no text": (b"company.tax_id=%ff%fe&\xff\xfe=\x80", FORM, {}),
    "a NUL in name and value": (b"comp%00any=%00&company.tax_id=%00", FORM, {}),
    "escapes that are none": (b"company.tax_id=%zz%&%=%", FORM, {}),
    "only separators": (b"&&&===&;&", FORM, {}),
    "brackets as if for a list": (
        b"company.tax_id[]=1&company[tax_id]=2&company.tax_id=3",
        FORM,
        {},
    ),
    "half a surrogate": (b"company.tax_id=%ed%a0%80", FORM, {}),
} | {
    f"{kind} in {charset}": (body, f"{kind}; charset={charset}", {})
    for kind, body in ((FORM, b"company.tax_id=1"), (MULTIPART, part(b"a") + b"--b--\r\n"))
    for charset in ("utf-16", "utf-7", "latin-1", "hex", "rot13", "idna", "punycode", "no-such", "")
}
HEADERS = {
    "any language": {"accept-language": "*"},
    "a language with a quality that is none": {"accept-language": "en;q=x,;q=,;,de;q=9999"},
    "a very long language": {"accept-language": "a-" * 20_000},
    "a language with odd bytes": {"accept-language": "\xff\x00\x80"},
    "a language that climbs": {"accept-language": "../../../etc/passwd"},
    "a session that is none": {"cookie": "sessionid=" + "x" * 32},
    "a session with a NUL": {"cookie": 'sessionid="a\\000bcdefghij"'},
    "a very long session": {"cookie": "sessionid=" + "x" * 50_000},
    "a session that climbs": {"cookie": "sessionid=../../../etc/passwd"},
    "cookies that are none": {"cookie": ";;==;\xff=\x00; =; messages=x; theme=<script>; a"},
    "a language in a cookie that is none": {"cookie": "django_language=../xx"},
    "messages that we did not write": {
        "cookie": 'messages="[[\\"__json_message\\",0,25,\\"x\\"]]"'
    },
    "a forged script": {
        "hx-request": "true",
        "hx-target": "queue",
        "hx-boosted": "true",
        "hx-current-url": "https://evil.example/",
        "hx-trigger": "\x00",
    },
    "a method in disguise": {"x-http-method-override": "DELETE"},
    "another proto": {"x-forwarded-proto": "https", "x-forwarded-host": "evil.example"},
    "many addresses": {"x-forwarded-for": "1.2.3.4, " * 5000},
    "a range": {"range": "bytes=0-999999999999999999999"},
    "a date that is none": {"if-modified-since": "x" * 5000, "if-none-match": "\xff"},
    "an origin that is none": {"origin": "null", "referer": "http://["},
}
QUERIES = {
    "NUL": "?q=%00&category=%00&branch=%00&page=%00&view=%00&application=%00&seen=%00&next=%00",
    "bytes that are no text": "?q=%ff%fe&category=%ed%a0%80&branch=%ff&next=%ff",
    "half a surrogate": "?q=\ud800&branch=\ud800",
    "numbers beyond all": "?page=99999999999999999999999999&asked=9999999999999999999&q=9e999999",
    "numbers that are none": "?page=-1&asked=²&q=%C2%B2&page=NaN",
    "page nought": "?page=0&asked=-5",
    "brackets": "?q[]=1&page[]=1&application[a]=1",
    "operators": "?q=%27%20%22%20%7C%20%26%20!%20:*%20%5C%20%25%20_%20(%29%20--%20%2F*",
    "an application that is none": "?application=x&seen=x",
    "four hundred names": "?" + "&".join(f"f{number}=1" for number in range(400)),
    "ten thousand names": "?" + "&".join(f"f{number}=1" for number in range(10_000)),
    "a very long word": "?q=" + "x" * 60_000 + "&branch=" + "x" * 60_000,
    "many words": "?q=" + "+".join("x" for _ in range(5000)),
    "a return elsewhere": "?next=https://evil.example/&next=//evil.example/",
}
PATHS = [
    "/%00",
    "/%ff%fe",
    "/apply/%00/",
    "/apply/%ff/track/",
    "/apply/" + "a" * 60_000 + "/",
    "/apply//track/",
    "/apply/../desk/",
    "/apply/..%2f..%2fdesk/",
    "/desk/applications/x/",
    "/desk/applications/00000000-0000-0000-0000-000000000000/",
    "/desk/systems/%00/",
    "/desk/systems/" + "a" * 5000 + "/",
    "/static/../settings.py",
    "/static/%2e%2e/settings.py",
    "/static/%00",
    "//evil.example/",
    "/.env",
    "/" + quote("ключ"),
]


# What reads a request before a view does is the same everywhere.
ONE_OF_EACH_KIND = (
    "healthz",
    "set_language",
    "account_login",
    "apply:landing",
    "apply:step",
    "apply:track",
    "apply:start",
    "cabinet:catalogue",
    "desk:queue",
    "desk:application",
)


class Visitors:
    """Whoever may come in at an address; what goes wrong is an answer, not an exception."""

    def __init__(self, world):
        self.world = world
        self.inside = {"desk": "admin", "cabinet": "member"}

    def each(self, names) -> Iterator[tuple[str, Browser, str]]:
        """Go through the addresses with somebody who may come in there."""
        for name in names:
            yield name, self.browser(name), self.world.address(name)

    def browser(self, name) -> Browser:
        browser = self.world.browser(self.inside.get(name.partition(":")[0], "stranger"))
        browser.raise_request_exception = False
        return browser


@pytest.fixture
def visitors(db, settings):
    settings.ATRIO_FAULT_PROXY = "http://127.0.0.1:1"
    # What pytest keeps of the log holds on to the requests that were refused: two gigabytes.
    logging.disable()
    yield Visitors(World())
    logging.disable(logging.NOTSET)


def send(browser, address, body, kind, more) -> HttpResponse:
    """Post bytes as they are: the test client's own `post` would encode them."""
    return browser.generic("POST", address, body, content_type=kind, **more)


def is_clean(answer: HttpResponse) -> bool:
    """Say whether an answer is one of ours: no error of the server's, nothing from inside."""
    page = answer.content.decode(errors="replace")
    return answer.status_code < 500 and not any(
        word in page for word in ("Traceback", "DoesNotExist", "psycopg", "site-packages")
    )


def test_no_body_breaks_any_address(visitors):
    broken, at_the_entrance = [], set()
    names = [*ONE_OF_EACH_KIND, *{*POSTED, *ALSO_POSTED}.difference(ONE_OF_EACH_KIND)]
    for name, browser, address in visitors.each(names):
        # What is turned away before anybody asks where it goes is so everywhere.
        for why in BODIES.keys() - (at_the_entrance if name not in ONE_OF_EACH_KIND else set()):
            answer = send(browser, address, *BODIES[why])
            if not is_clean(answer):
                broken.append((name, why, answer.status_code))
            if name == "apply:start" and answer.status_code in {400, 413, 415}:
                at_the_entrance.add(why)

    assert broken == []
    assert len(at_the_entrance) > 10


def test_what_no_page_could_read_is_turned_away_at_the_entrance(visitors):
    alice = visitors.world.browser("applicant")
    address = "/apply/start/"
    before = Application.objects.count()
    statuses = {
        why: send(alice, address, body, kind, more).status_code
        for why, (body, kind, more) in BODIES.items()
    }

    assert statuses["a hundred megabytes, it says"] == 413
    assert statuses["thirteen megabytes"] == statuses["thirteen megabytes in parts"] == 413
    assert statuses["ten thousand fields"] == statuses["ten thousand parts"] == 400
    assert statuses["five hundred files"] == 400
    assert statuses["parts with an empty boundary"] == 400
    assert {code for why, code in statuses.items() if why.endswith(("hex", "rot13", "idna"))} == {
        415
    }
    assert Application.objects.count() == before


def test_the_page_for_what_cannot_be_read_is_one_of_ours(visitors):
    for why in ("thirteen megabytes", "ten thousand fields", f"{FORM} in hex"):
        page = send(visitors.browser(""), "/apply/start/", *BODIES[why])
        assert "We could not read that" in page.content.decode(), why


def test_no_header_breaks_any_address(visitors):
    broken = []
    for name, browser, address in visitors.each(ONE_OF_EACH_KIND):
        method = getattr(browser, ADDRESSES[name][0])
        kept = browser.cookies.output(header="", sep=";").strip()
        for why, headers in HEADERS.items():
            cookies = {"cookie": f"{kept}; {headers['cookie']}"} if "cookie" in headers else {}
            answer = method(address, headers=headers | cookies)
            if not is_clean(answer):
                broken.append((name, why, answer.status_code))

    assert broken == []


def test_no_question_in_the_address_breaks_any_page(visitors):
    broken = []
    # Programs without a key are sent away before anybody reads their question.
    names = {name for name, (method, _) in ADDRESSES.items() if method == GET} - OF_PROGRAMS
    for name, browser, address in visitors.each(names):
        for why, query in QUERIES.items():
            said = query.encode("utf-8", "surrogatepass").decode("latin-1")
            answer = browser.generic("GET", address, QUERY_STRING=said[1:])
            if not is_clean(answer):
                broken.append((name, why, answer.status_code))

    assert broken == []


@pytest.mark.parametrize("address", PATHS)
def test_an_address_that_is_none_is_told_so(db, address):
    browser = Browser(raise_request_exception=False)

    told = {
        browser.generic(method, "/", PATH_INFO=unquote(address, "latin-1")).status_code
        for method in ("GET", "POST")
    }

    assert told <= {301, 302, 404, 405}


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver@evil.example", "", "a" * 9000, "\xff", "["]
)
def test_another_host_is_not_ours(db, host):
    answer = Browser(raise_request_exception=False).get("/", headers={"host": host})

    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


def test_a_forged_proto_or_host_is_not_believed(db):
    forged = {"x-forwarded-proto": "https", "x-forwarded-host": "evil.example"}

    page = Browser().get("/", headers=forged)

    assert page.status_code == 200
    assert "evil.example" not in page.content.decode()


def test_what_cannot_be_read_changes_nothing(visitors):
    everywhere = list(visitors.each(POSTED))
    before = contents()
    for name, browser, address in everywhere:
        # As in real life: what protects forms reads them first.
        browser.handler.enforce_csrf_checks = True
        for why in ("ten thousand fields", "parts with an empty boundary", "thirteen megabytes"):
            status = send(browser, address, *BODIES[why]).status_code
            assert status in {400, 403, 413} or name in UNREAD, (name, why)

    assert changed(before) == set()
