"""Marks by which a text says how it looks, so that one text is both the letter and its plain twin.

    an empty line         a new paragraph
    - at a line's start   a list
    **so**                strong
    [Open the shop]({link})     an address with a name; alone in its paragraph, a button

What is filled in for `{names}` is never read for marks: a company may call itself `**` or
`[here](https://…)` and that is what the letter says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Literal

Fill = Callable[[str], str]

_ADDRESS = re.compile(r"https?://[^\s()<>\"]+")
_LINK = re.compile(
    rf"\[(?P<words>[^\[\]\n]+)\]\((?P<target>\{{[a-z0-9_.]+\}}|{_ADDRESS.pattern})\)"
)
_BARE = re.compile(rf"\{{link\}}|{_ADDRESS.pattern}")
_MARK = re.compile(rf"\*\*(?P<strong>[^*\n]+)\*\*|{_LINK.pattern}")
_HALF_A_MARK = re.compile(r"\*\*|\]\(")
_SMALL_PRINT = 60  # letters a last line may have to be one


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list, a button, or the small print of a last line."""

    kind: Literal["text", "list", "button", "small"]
    lines: tuple[str, ...]


def as_text(source: str, fill: Fill) -> str:
    """Return a marked text without its marks, filled in, for those who read plain mail."""
    return "".join(_spoken(part, fill) for part in _parts(source)).strip() + "\n"


def as_html(source: str, fill: Fill, *, open_: str) -> str:
    """Return a marked text as HTML, filled in and escaped; `open_` names a button without name."""
    return "\n".join(_drawn(block, fill, open_) for block in _blocks(source))


def plain_as_html(text: str, *, open_: str) -> str:
    """Return the HTML of a text without marks; only an address alone becomes a button."""
    return "\n".join(_drawn(block, None, open_) for block in _blocks(text))


def wrong_marks(source: str) -> Iterator[str]:
    """Yield why something that looks like a mark is none."""
    for found in _HALF_A_MARK.findall(_MARK.sub("", source)):
        if found == "**":
            yield "** opens, and nothing closes it on its line"
        else:
            yield "a link reads [words]({name}) or [words](https://…)"


def _blocks(source: str) -> Iterator[Block]:
    blocks = [part.strip() for part in re.split(r"\n\s*\n", source) if part.strip()]
    for place, block in enumerate(blocks):
        lines = tuple(block.splitlines())
        is_last_line = place == len(blocks) - 1 and len(lines) == 1 and place > 1
        if all(line.startswith("- ") for line in lines):
            yield Block("list", tuple(line[2:] for line in lines))
        elif _LINK.fullmatch(block) or _BARE.fullmatch(block):
            yield Block("button", lines)
        elif is_last_line and len(block) < _SMALL_PRINT:
            yield Block("small", lines)
        else:
            yield Block("text", lines)


def _drawn(block: Block, fill: Fill | None, open_: str) -> str:
    if block.kind == "list":
        entries = "".join(f"<li>{_line(line, fill)}</li>" for line in block.lines)
        return f"<ul>{entries}</ul>"
    if block.kind == "button":
        return _button(block.lines[0], fill, open_)
    words = "<br>".join(_line(line, fill) for line in block.lines)
    return f'<p class="small">{words}</p>' if block.kind == "small" else f"<p>{words}</p>"


def _button(source: str, fill: Fill | None, open_: str) -> str:
    named = _LINK.fullmatch(source) if fill else None
    address = _filled(named["target"] if named else source, fill)
    words = _filled(named["words"], fill) if named else open_
    if not _ADDRESS.fullmatch(address):
        # Whoever sends it lends no address: then there is nothing to press.
        return f"<p>{escape(words if named else address)}</p>"
    return (
        f'<p><a class="button" href="{escape(address)}">{escape(words)}</a></p>\n'
        f'<p class="address">{escape(address)}</p>'
    )


def _line(source: str, fill: Fill | None) -> str:
    if fill is None:
        return escape(source)
    return "".join(_tagged(part, fill) for part in _parts(source))


def _parts(source: str) -> Iterator[str | re.Match[str]]:
    """Take a text apart: words, and marks."""
    place = 0
    for mark in _MARK.finditer(source):
        yield source[place : mark.start()]
        yield mark
        place = mark.end()
    yield source[place:]


def _tagged(part: str | re.Match[str], fill: Fill) -> str:
    if isinstance(part, str):
        # An address, or what somebody wrote: what is filled in may have lines of its own.
        return escape(fill(part)).replace("\n", "<br>")
    if part["strong"]:
        return f"<strong>{escape(fill(part['strong']))}</strong>"
    words, address = fill(part["words"]), fill(part["target"])
    if not _ADDRESS.fullmatch(address):
        return escape(words)
    return f'<a href="{escape(address)}">{escape(words)}</a>'


def _spoken(part: str | re.Match[str], fill: Fill) -> str:
    if isinstance(part, str):
        return fill(part)
    if part["strong"]:
        return fill(part["strong"])
    return f"{fill(part['words'])}: {fill(part['target'])}"


def _filled(source: str, fill: Fill | None) -> str:
    return fill(source) if fill else source
