"""What makes failures equal. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

# Silence is silence, whatever the wire said about it.
SILENT = "unreachable"
LEFT_OUT = "…"

_SHORTEST = 3  # what is shorter than this stands in words by chance
_OF_ONE_CASE = re.compile(
    r"""
      [0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}   # an id of ours
    | [^\s"'<>]+@[^\s"'<>]+                         # an address
    | \b[0-9A-Z]{4}-[0-9A-Z]{4}\b                   # a reference
    | \b(?=\w*\d)(?=\w*[A-Za-z])\w{8,}\b            # an id of theirs
    | \b\w{2,3}(?:[./-]\w{2,4}){2,}\b               # a tax number, as one writes it, or a date
    | \d{4,}                                        # a number that counts or names something
    """,
    re.VERBOSE,
)


def kind_of(error_code: str, error: str, *, names: Iterable[str] = ()) -> str:
    """Return what an outside system's words have in common with those about other applications.

    `names` are values of the application itself, such as the company's name; they, numbers and ids
    are left out. Of a system that did not answer nothing is left: there is one kind of silence.
    """
    if error_code == SILENT:
        return ""
    text = error
    for name in sorted(names, key=len, reverse=True):
        if len(name) >= _SHORTEST:
            text = re.sub(re.escape(name), LEFT_OUT, text, flags=re.IGNORECASE)
    return _OF_ONE_CASE.sub(LEFT_OUT, text)


def key_of(system: str, call: str, error_code: str, kind: str) -> str:
    """Return the name by which equal failures are asked for."""
    return sha256(f"{system}\n{call}\n{error_code}\n{kind}".encode()).hexdigest()[:20]
