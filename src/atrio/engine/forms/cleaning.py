"""What is done to every typed string before anybody looks at its meaning."""

from __future__ import annotations

import re
import unicodedata

from .wording import Message

# What people cannot see but paste from chats and spreadsheets; it never means anything in a number.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# Direction overrides let a name read differently from what it is.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SEPARATORS = re.compile(r"[\s.\-/·]+")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Invalid(Exception):
    """What was typed cannot be read as a value; `message` says why."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.message = Message(code, dict(params))


def clean_text(text: str, *, max_length: int, multiline: bool = False) -> str:
    """Return the text in Unicode NFC without surrounding blanks.

    Raises Invalid when it is too long or holds control characters.
    """
    # First of all, so that a megabyte costs nothing further; the margin is for what NFC joins.
    if len(text) > 4 * max_length:
        raise Invalid("too_long", max=max_length)
    if multiline:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    allowed = "\n\t" if multiline else ""
    text = unicodedata.normalize("NFC", text.strip())
    if any(_is_control(character, allowed) for character in text):
        raise Invalid("control_characters")
    if len(text) > max_length:
        raise Invalid("too_long", max=max_length)
    return text


def clean_identifier(text: str, *, max_length: int) -> str:
    """Return a code or number in Unicode NFKC, without blanks, separators and invisible characters.

    Full-width digits become ASCII. Raises Invalid as `clean_text`.
    """
    if len(text) > 4 * max_length:
        raise Invalid("too_long", max=max_length)
    visible = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).strip()
    text = clean_text(visible, max_length=4 * max_length)
    return _SEPARATORS.sub("", text)


def without_invisible(text: str) -> str:
    """Return the text without characters nobody can see."""
    return _INVISIBLE.sub("", text)


def as_typed(text: str) -> str:
    """Return the text as typed, except for what neither a page nor a database can hold."""
    return _UNSTORABLE.sub("\ufffd", text)


def _is_control(character: str, allowed: str) -> bool:
    if character in allowed:
        return False
    return unicodedata.category(character) in ("Cc", "Cs") or character in _BIDI
