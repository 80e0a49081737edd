"""The shop's pages, as a WSGI application."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

import httpx

from atrio.site.sample_shop import pages
from atrio.site.sample_shop.sign_in import House, NotLetIn
from atrio.site.sample_shop.store import (
    MOST_OF_ONE,
    VISIT_SECONDS,
    Article,
    Orders,
    Visit,
    Visits,
)
from atrio.site.sample_shop.words import best_language

# Not the house's: on one machine cookies are shared by all ports of a name.
COOKIE = "sample_shop"
_MOST_BYTES = 10_000
_STATUS = {
    200: "200 OK",
    303: "303 See Other",
    400: "400 Bad Request",
    403: "403 Forbidden",
    404: "404 Not Found",
    502: "502 Bad Gateway",
}


@dataclass(slots=True)
class Answer:
    """What a browser gets."""

    status: int = 200
    body: str = ""
    kind: str = "text/html; charset=utf-8"
    headers: list[tuple[str, str]] = field(default_factory=list)


class Asked:
    """What a browser asks for."""

    def __init__(self, environ: Mapping[str, Any], visits: Visits) -> None:
        self.method = str(environ["REQUEST_METHOD"])
        self.path = str(environ.get("PATH_INFO", "/"))
        self.query = str(environ.get("QUERY_STRING", ""))
        self.key = _cookie(str(environ.get("HTTP_COOKIE", "")))
        self.visit = visits.get(self.key)
        wanted = self.visit.customer.language if self.visit and self.visit.customer else ""
        self.language = best_language(wanted, str(environ.get("HTTP_ACCEPT_LANGUAGE", "")))
        self.form: dict[str, str] = {}
        if self.method == "POST":
            length = str(environ.get("CONTENT_LENGTH") or "0")
            size = min(int(length), _MOST_BYTES) if length.isdecimal() else 0
            said = environ["wsgi.input"].read(size).decode(errors="replace")
            self.form = {name: values[0] for name, values in parse_qs(said).items()}


class SampleShop:
    """The shop. `url` is where browsers reach it."""

    def __init__(
        self, house: House, *, url: str, articles: Mapping[str, Article], orders: Orders
    ) -> None:
        self._house, self._url = house, url.rstrip("/")
        self._articles, self._orders = articles, orders
        self._visits = Visits()
        self._pages: dict[tuple[str, str], Callable[[Asked], Answer]] = {
            ("GET", "/"): self._show,
            ("GET", "/healthz"): lambda _asked: Answer(body="ok", kind="text/plain"),
            ("GET", "/style.css"): lambda _asked: Answer(body=pages.STYLE, kind="text/css"),
            ("GET", "/sign-in"): self._go,
            ("GET", "/signed-in"): self._come_back,
            ("GET", "/signed-out"): self._show,
            ("POST", "/basket"): self._take,
            ("POST", "/order"): self._order,
            ("POST", "/sign-out"): self._leave,
        }

    def __call__(
        self, environ: Mapping[str, Any], start: Callable[[str, list[tuple[str, str]]], Any]
    ) -> Iterable[bytes]:
        """Answer one request."""
        asked = Asked(environ, self._visits)
        method = "GET" if asked.method == "HEAD" else asked.method
        page = self._pages.get((method, asked.path))
        answer = page(asked) if page else self._say(asked, "not_found", 404)
        body = answer.body.encode()
        headers = [
            ("Content-Type", answer.kind),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", self._policy()),
            ("Referrer-Policy", "same-origin"),
            ("X-Content-Type-Options", "nosniff"),
            *answer.headers,
        ]
        start(_STATUS[answer.status], headers)
        return [b"" if asked.method == "HEAD" else body]

    def _policy(self) -> str:
        # Signing out leads from a form of ours to the house.
        return (
            "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none';"
            f" frame-ancestors 'none'; form-action 'self' {self._house.issuer}"
        )

    def _show(self, asked: Asked) -> Answer:
        """Show the articles to a customer, the way in to anybody else."""
        visit = asked.visit
        if visit is None or visit.customer is None:
            return Answer(body=pages.welcome(asked.language))
        orders = self._orders.of(visit.customer.account)
        return Answer(body=pages.shop(asked.language, visit, self._articles, orders))

    def _go(self, asked: Asked) -> Answer:
        """Send somebody to the house, which says who they are."""
        if asked.visit and asked.visit.customer:
            return _to("/")
        try:
            address, going = self._house.way_in(f"{self._url}/signed-in")
        except (httpx.HTTPError, ValueError):
            return self._say(asked, "house_silent", 502)
        key = self._visits.begin(Visit(until=_until(), going=going))
        return _to(address, key=key)

    def _come_back(self, asked: Asked) -> Answer:
        """Let in whom the house has sent, with a visit of which nobody knew before."""
        going = asked.visit.going if asked.visit else None
        self._visits.end(asked.key)
        if going is None:
            return self._say(asked, "not_let_in", 403)
        back = f"{self._url}/signed-in"
        try:
            customer = self._house.let_in(f"{back}?{asked.query}", going=going, back=back)
        except NotLetIn:
            return self._say(asked, "not_let_in", 403)
        except httpx.HTTPError:
            return self._say(asked, "house_silent", 502)
        return _to("/", key=self._visits.begin(Visit(until=_until(), customer=customer)))

    def _take(self, asked: Asked) -> Answer:
        """Put an article into the basket, or take it out."""
        visit = _ours(asked)
        if visit is None:
            return self._say(asked, "not_let_in", 403)
        number, count = asked.form.get("article", ""), asked.form.get("count", "")
        if number not in self._articles or not (count.isdecimal() and len(count) < 4):
            return self._say(asked, "not_understood", 400)
        wanted = min(int(count), MOST_OF_ONE)
        if wanted:
            visit.basket[number] = wanted
        else:
            visit.basket.pop(number, None)
        return _to("/#basket")

    def _order(self, asked: Asked) -> Answer:
        """Order what is in the basket; an empty one orders nothing."""
        visit = _ours(asked)
        if visit is None or visit.customer is None:
            return self._say(asked, "not_let_in", 403)
        # Taken out first: whoever presses twice orders once.
        lines, visit.basket = visit.basket, {}
        if lines:
            self._orders.place(visit.customer, lines, self._articles)
        return _to("/#orders")

    def _leave(self, asked: Asked) -> Answer:
        """End the visit, and let the house ask whether to sign out there as well."""
        visit = _ours(asked)
        if visit is None or visit.customer is None:
            return self._say(asked, "not_let_in", 403)
        self._visits.end(asked.key)
        try:
            address = self._house.way_out(visit.customer, f"{self._url}/signed-out")
        except (httpx.HTTPError, ValueError):
            address = "/signed-out"
        return _to(address, key="")

    def _say(self, asked: Asked, what: str, status: int) -> Answer:
        return Answer(status, pages.message(asked.language, what))


def _ours(asked: Asked) -> Visit | None:
    """Return the visit of whoever sends a form, if one of our own pages made it."""
    visit = asked.visit
    if visit is None or visit.customer is None:
        return None
    given = asked.form.get("key", "")
    return visit if secrets.compare_digest(given.encode(), visit.form_key.encode()) else None


def _to(address: str, *, key: str | None = None) -> Answer:
    answer = Answer(303, headers=[("Location", address)])
    if key is not None:
        age = "" if key else "; Max-Age=0"
        said = f"{COOKIE}={key}; Path=/; HttpOnly; SameSite=Lax{age}"
        answer.headers.append(("Set-Cookie", said))
    return answer


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _until() -> float:
    return time.monotonic() + VISIT_SECONDS
