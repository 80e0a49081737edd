"""Translations without gettext's programs: polib writes the files, Babel finds the texts.

Our texts are English. Every other language has one `django.po` below `site/locale`. A text whose
translation is rightly the same word stands in `same.txt` beside them, one a line.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib

from atrio.site.machine.places import SOURCE

LANGUAGES = ("de", "pt_BR")
_LOCALE = SOURCE / "site/locale"
_SAME = _LOCALE / "same.txt"
_KEYWORDS = {
    "_": None,
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
# CLDR's rule for both languages' plural forms, as gettext writes it.
_PLURALS = {
    "de": "nplurals=2; plural=(n != 1);",
    "pt_BR": "nplurals=2; plural=(n > 1);",
}


class Text(NamedTuple):
    """One text that people read: `plural` and `context` are "" where it has none."""

    singular: str
    plural: str
    context: str


def compile_all() -> None:
    """Write the .mo file beside every .po file. What is marked fuzzy is left out."""
    for file in SOURCE.rglob("*.po"):
        polib.pofile(str(file)).save_as_mofile(str(file.with_suffix(".mo")))


def update_all() -> None:
    """Add new texts to every language's file, drop those that are gone, keep the rest."""
    texts = _texts()
    for language in LANGUAGES:
        file = _file_of(language)
        known = {_key(entry): entry for entry in _entries(language)}
        fresh = polib.POFile(wrapwidth=100)
        fresh.metadata = {
            "Language": language,
            "Content-Type": "text/plain; charset=utf-8",
            "Plural-Forms": _PLURALS[language],
        }
        for text, places in texts.items():
            entry = known.get(text) or _new_entry(text)
            entry.occurrences = [(place, "") for place in sorted(places)]
            fresh.append(entry)
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.save(str(file))


def problems() -> list[str]:
    """Say of every text and language what is wrong with the translation."""
    same = set(_SAME.read_text(encoding="utf-8").splitlines()) if _SAME.exists() else set()
    texts = _texts()
    return [
        f"{_file_of(language).relative_to(SOURCE.parents[1])}: {problem}"
        for language in LANGUAGES
        for problem in _problems_in(language, set(texts), same)
    ]


def _problems_in(language: str, texts: set[Text], same: set[str]) -> Iterator[str]:
    entries = {_key(entry): entry for entry in _entries(language)}
    for text in sorted(texts - entries.keys()):
        yield f"misses {text.singular!r}; `make messages` adds it"
    for text in sorted(entries.keys() & texts):
        entry = entries[text]
        translated = list(entry.msgstr_plural.values()) or [entry.msgstr]
        if "fuzzy" in entry.flags or not all(translated):
            yield f"has no translation of {text.singular!r}"
            continue
        if text.singular in translated and text.singular not in same:
            yield f"repeats the English {text.singular!r}; {_SAME.name} lists what may"
        wanted = set(_PLACEHOLDER.findall(text.singular + text.plural))
        for version in translated:
            if not set(_PLACEHOLDER.findall(version)) <= wanted:
                yield f"has a placeholder in {version!r} that the English lacks"
        if wanted - set(_PLACEHOLDER.findall(" ".join(translated))):
            yield f"lacks a placeholder of {text.singular!r}"


def _texts() -> dict[Text, set[str]]:
    """Return every text in source and templates, with the files it stands in."""
    from babel.messages.extract import extract_python  # only developers have it
    from django.utils.translation.template import templatize

    found: dict[Text, set[str]] = {}
    for file in sorted(SOURCE.rglob("*")):
        if file.suffix not in {".py", ".html", ".txt"} or "static" in file.parts:
            continue
        code = file.read_text(encoding="utf-8")
        if file.suffix != ".py":
            lines = templatize(code, origin=str(file)).splitlines() if "i18n" in code else []
            code = "\n".join(line.strip() for line in lines)  # to Python, indentation means much
        calls = extract_python(io.BytesIO(code.encode()), _KEYWORDS, (), {"encoding": "utf-8"})
        for _line, function, messages, _comments in calls:
            text = _as_text(str(function), messages)
            if text:
                found.setdefault(text, set()).add(str(file.relative_to(SOURCE)))
    return dict(sorted(found.items()))


def _as_text(function: str, messages: object) -> Text | None:
    """Turn one call's arguments into a text; None where they are not literal."""
    given = list(messages) if isinstance(messages, tuple) else [messages]
    context = given.pop(0) if function.lstrip("n").startswith("pgettext") else ""
    plural = given[1] if function.startswith("n") and len(given) > 1 else ""
    if not given or not given[0] or context is None or plural is None:
        return None
    return Text(str(given[0]), str(plural), str(context))


def _new_entry(text: Text) -> polib.POEntry:
    return polib.POEntry(
        msgid=text.singular,
        msgid_plural=text.plural,
        msgctxt=text.context or None,
        msgstr_plural={0: "", 1: ""} if text.plural else {},
    )


def _key(entry: polib.POEntry) -> Text:
    return Text(entry.msgid, entry.msgid_plural, entry.msgctxt or "")


def _entries(language: str) -> list[polib.POEntry]:
    file = _file_of(language)
    if not file.exists():
        return []
    return [entry for entry in polib.pofile(str(file)) if not entry.obsolete]


def _file_of(language: str) -> Path:
    return _LOCALE / language / "LC_MESSAGES/django.po"
