"""How articles are found: by words, whatever their case and accents."""

from __future__ import annotations

import unicodedata

MOST_WORDS = 6
LONGEST_SEARCH = 100


def search_words(text: str) -> list[str]:
    """Return the words that are searched for: small, without accents, a few at most.

    "Lâmpada LED" and "lampada led" are the same search, on a telephone above all.
    """
    return list(dict.fromkeys(plain(text[:LONGEST_SEARCH]).split()))[:MOST_WORDS]


def plain(text: str) -> str:
    """Return the text in small letters, without accents and without what cannot be seen."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = (one if unicodedata.category(one)[0] != "C" else " " for one in letters)
    return " ".join("".join(one for one in kept if not unicodedata.combining(one)).split())
