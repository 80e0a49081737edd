"""Writing made comparable: one alphabet, small letters, no accents, no punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# What Unicode does not take apart into a letter and its accent.
_LATIN = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i",
    "ħ": "h", "ŋ": "n",
}  # fmt: skip
# As passports write it (ICAO 9303), but for endings and soft signs, which companies leave out.
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia", "і": "i", "ї": "i",
    "є": "e", "ґ": "g",
}  # fmt: skip
_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i",
    "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s",
    "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_LETTERS = str.maketrans(_LATIN | _CYRILLIC | _GREEK)
# Müller, Mueller and Muller are one name.
_DIGRAPHS = re.compile(r"(?<=[aou])e(?![aeiou])")
_NO_WORD = re.compile(r"[^a-z0-9]+")
# S.A. is SA, M&M is M and M, O'Neill is ONeill: what holds letters together is not a blank.
_WITHIN = re.compile(r"(?<=\b\w)\.(?=\w\b)|['’`´]")

_SOUNDS = (
    ("ph", "f"), ("sch", "s"), ("sh", "s"), ("ch", "c"), ("ck", "c"), ("th", "t"), ("kh", "c"),
    ("zh", "z"), ("gh", "g"), ("qu", "c"), ("x", "cs"), ("k", "c"), ("q", "c"), ("z", "s"),
    ("w", "v"), ("y", "i"), ("j", "i"),
)  # fmt: skip
_VOWELS = re.compile(r"(?<!^)[aeiouh]")
_TWICE = re.compile(r"(.)\1+")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return the words of a text in small Latin letters with one blank between: "muller sa"."""
    small = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(c for c in unicodedata.normalize("NFKD", small) if not unicodedata.combining(c))
    latin = _WITHIN.sub("", bare.translate(_LETTERS)).replace("&", " and ")
    return _DIGRAPHS.sub("", _NO_WORD.sub(" ", latin).strip())


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """Return roughly how a folded word sounds: "mitchell" and "mitchel" alike."""
    for letters, letter in _SOUNDS:
        word = word.replace(letters, letter)
    return _TWICE.sub(r"\1", _VOWELS.sub("", word))[:8]
