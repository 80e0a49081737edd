"""What the first page weighs, as a browser that understands brotli receives it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import html

from bench.harness import Bar, Figure, Machine, bench
from bench.house import house

# What a browser fetches by itself when it shows a page.
_FETCHED = (
    "//link[contains('stylesheet icon preload modulepreload manifest', @rel)]/@href"
    " | //script/@src | //img/@src | //source/@srcset | //iframe/@src | //use/@href"
)
# Quoted or not, and whole: an inline picture may hold another url().
_IN_STYLE = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"']*))""")


@bench
def weight(machine: Machine) -> Iterator[Figure]:
    """The landing page and everything it brings, from the real web server."""
    with house(machine, "weight") as made, made.web() as (_process, url):
        sizes = _first_load(url + "/")
    own = urlsplit(url).netloc
    foreign = [address for address in sizes if urlsplit(address).netloc != own]
    kilobytes = sum(sizes.values()) / 1000
    yield Figure("first load of the landing page", "kB", kilobytes, bar=Bar(150, is_floor=False))
    yield Figure("… in requests", "", len(sizes))
    yield Figure("… of them to elsewhere", "", len(foreign), bar=Bar(0, is_floor=False))


def _first_load(page: str) -> dict[str, int]:
    """Return what was fetched, with the bytes of its body on the wire."""
    sizes: dict[str, int] = {}
    waiting = [page]
    with httpx.Client(headers={"accept-encoding": "br"}) as browser:
        while waiting:
            address = waiting.pop().partition("#")[0]
            if address in sizes or address.startswith("data:"):
                continue
            with browser.stream("GET", address) as response:
                response.raise_for_status()
                text = response.read().decode(errors="replace")
                sizes[address] = response.num_bytes_downloaded
            kind = response.headers["content-type"].partition(";")[0]
            waiting += [urljoin(address, found) for found in _named(kind, text)]
    return sizes


def _named(kind: str, text: str) -> list[str]:
    if kind == "text/html":
        return [str(found) for found in html.fromstring(text).xpath(_FETCHED)]
    return ["".join(parts) for parts in _IN_STYLE.findall(text)] if kind == "text/css" else []
