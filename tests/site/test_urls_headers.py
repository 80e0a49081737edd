"""What every answer carries to protect its reader, and where it may lead."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from lxml import html

from atrio.identity.actions import ensure_user
from tests.parties.customers import Browser
from tests.site.world import GET, WITH_TOKEN, World


@pytest.fixture
def world(db, settings):
    settings.ATRIO_FAULT_PROXY = "http://127.0.0.1:1"
    return World()


POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
# A letter is shown in a frame of its page, and nothing in it may do anything.
FRAMED = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": [],
}
LETTERS = {"desk:letter-html", "desk:notice-html", "desk:letterhead-html"}
FRAMING = ("desk:letter", "desk:notice", "desk:letterhead")
POLICIES = {
    **dict.fromkeys(FRAMING, POLICY | {"frame-src": ["'self'"]}),
    **dict.fromkeys(LETTERS, FRAMED),
}


def policy_of(headers):
    parts = (part.split() for part in headers["Content-Security-Policy"].split(";") if part.strip())
    return {name: values for name, *values in parts}


@pytest.mark.xdist_group("tour")
def test_every_answer_carries_what_protects_its_reader(tour):
    for answer in tour:
        name, headers = answer.name, answer.headers
        allowed = (POLICY, POLICIES[name]) if name in POLICIES else (POLICY,)
        framed = {"SAMEORIGIN"} if name in LETTERS else set()
        about = (name, answer.method, answer.visitor)
        assert policy_of(headers) in allowed, about
        assert headers["X-Content-Type-Options"] == "nosniff", about
        assert headers["Referrer-Policy"] == "same-origin", about
        assert headers["X-Frame-Options"] in {"DENY"} | framed, about
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", about


@pytest.mark.xdist_group("tour")
def test_no_cache_keeps_what_is_somebodys_own(tour):
    for answer in tour:
        inside = answer.name.startswith(("cabinet:", "desk:")) or answer.name in WITH_TOKEN
        if inside and answer.method == GET and answer.status not in {302, 405}:
            assert "no-store" in answer.headers["Cache-Control"], (answer.name, answer.visitor)


@pytest.mark.xdist_group("tour")
def test_pages_bring_nothing_from_elsewhere_and_nothing_inline(tour):
    pages = [
        answer
        for answer in tour
        if answer.visitor in {"stranger", "member", "admin"}
        and answer.headers.get("Content-Type", "").startswith("text/html")
        and answer.name not in LETTERS
        and answer.page
    ]
    assert len(pages) > 100
    for answer in pages:
        page, name = html.fromstring(answer.page), answer.name
        assert not page.xpath("//script[not(@src)] | //style | //*[@style]"), name
        assert not page.xpath("//@*[starts-with(name(), 'on')]"), name
        loaded = page.xpath("//script/@src | //img/@src | //link/@href | //iframe/@src")
        assert [url for url in loaded if not url.startswith(("/", "data:"))] == [], name


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(world):
    browser = world.browser("stranger")
    browser.get("/")
    browser.post("/theme/", {"theme": "dark", "next": "/"})
    browser.post("/language/", {"language": "pt-br", "next": "/"})
    browser.get(world.address("apply:step"))

    assert browser.cookies.keys() >= {"sessionid", "csrftoken", "theme", "django_language"}
    for name, cookie in browser.cookies.items():
        assert cookie["samesite"] == "Lax", name
    for name in ("sessionid", "csrftoken"):
        assert browser.cookies[name]["httponly"], name


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " //evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "ftp://testserver/",
    "http://[",
    "\0//evil.example",
    "\x08//evil.example",
]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nobody_is_led_to_another_site(db, wanted):
    browser = Browser()
    for address, sent in (("/theme/", {"theme": "dark"}), ("/language/", {"language": "pt-br"})):
        for more in ({}, {"HTTP_REFERER": wanted}):
            answer = browser.post(address, sent | {"next": wanted}, **more)
            assert answer.status_code == 302, address
            assert is_here(answer["Location"]), (address, answer["Location"])


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_leads_to_no_other_site(db, wanted):
    alice = ensure_user(email="alice@ventorim.example", name="Alice", language="en")
    browser = Browser().come_in(alice)
    for method in (browser.get, browser.post):
        answer = method("/sign-in/", {"next": wanted})
        assert answer.status_code == 302
        assert is_here(answer["Location"]), answer["Location"]


@pytest.mark.parametrize(
    "wanted", ["home", "desk:queue", "x", "?", "#x", "..", "/" * 3000, "%", "%00"]
)
def test_an_odd_address_to_return_to_breaks_nothing(db, wanted):
    alice = ensure_user(email="alice@ventorim.example", name="Alice", language="en")
    browser = Browser().come_in(alice)

    assert browser.post("/theme/", {"next": wanted}).status_code == 302
    assert browser.post("/language/", {"next": wanted, "language": "de"}).status_code == 302
    assert browser.post("/sign-in/", {"next": wanted}).status_code == 302


def is_here(location):
    """Say whether a browser on our site stays there."""
    base = "http://testserver/sign-in/"
    return urlsplit(urljoin(base, location.replace("\\", "/"))).netloc == "testserver"
