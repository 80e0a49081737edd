"""What every answer carries to protect its reader, and where it may lead."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from lxml import html

from atrio.identity.actions import ensure_user
from tests.parties.customers import Browser
from tests.site.world import ADDRESSES, POST, VISITORS, WITH_TOKEN, World


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


def policy_of(answer):
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";") if part.strip())
    return {name: values for name, *values in parts}


def test_every_answer_carries_what_protects_its_reader(world):
    for visitor in ("stranger", "member", "associate"):
        for name in ADDRESSES:
            for method in ("get", "post"):
                browser = world.browser(visitor)
                answer = getattr(browser, method)(world.address(name), world.says(name))
                allowed = (POLICY, POLICIES[name]) if name in POLICIES else (POLICY,)
                framed = {"SAMEORIGIN"} if name in LETTERS else set()
                about = (name, method, visitor)
                assert policy_of(answer) in allowed, about
                assert answer["X-Content-Type-Options"] == "nosniff", about
                assert answer["Referrer-Policy"] == "same-origin", about
                assert answer["X-Frame-Options"] in {"DENY"} | framed, about
                assert answer["Cross-Origin-Opener-Policy"] == "same-origin", about


def test_no_cache_keeps_what_is_somebodys_own(world):
    inside = [name for name in ADDRESSES if name.startswith(("cabinet:", "desk:"))]
    for visitor in VISITORS:
        browser = world.browser(visitor)
        for name in [*WITH_TOKEN, *inside]:
            answer = browser.get(world.address(name))
            if answer.status_code not in {302, 405}:
                assert "no-store" in answer["Cache-Control"], (name, visitor)


def test_pages_bring_nothing_from_elsewhere_and_nothing_inline(world):
    for visitor in ("stranger", "member", "associate"):
        browser = world.browser(visitor)
        for name, (method, expected) in ADDRESSES.items():
            if method == POST or expected[visitor] != 200:
                continue
            answer = browser.get(world.address(name))
            if not answer["Content-Type"].startswith("text/html") or name in LETTERS:
                continue
            page = html.fromstring(answer.content.decode())
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
