"""Translations without gettext's programs: polib writes the files, Babel finds the texts.

Our texts are English. Every other language has one `django.po` below `site/locale`. A text whose
translation is rightly the same word stands in `same.txt` beside it, one a line. The desk speaks
fewer languages than customers do: of the others, what only our own people read is not asked.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import polib

from atrio.site.machine.places import SOURCE

LANGUAGES = ("de", "pt_BR", "ru", "fr", "es")
# What customers read is in every language, what stands at these places alone only in the desk's.
CUSTOMERS_ALONE = frozenset({"fr", "es"})
DESKS_ALONE = (
    "desk/",
    "enrolment/",
    "notices/actions/",
    "onboarding/actions/_helping.py",
    "onboarding/actions/claim_next.py",
    "onboarding/actions/correct_step.py",
    "onboarding/actions/fill_in_step.py",
    "onboarding/actions/help_customer.py",
    "onboarding/actions/own_application.py",
    "onboarding/actions/retry_call.py",
    "onboarding/actions/start_on_behalf.py",
    "onboarding/leftovers/",
    "onboarding/promises/",
    "onboarding/repairs/",
    "outside/",
    "parties/merging/",
    "seller/actions.py",
    "site/templates/parts/_keys.html",
    "site/templates/shells/desk.html",
    "trade/shops/",
)
# In these languages a text without a translation is counted, not refused: they are still growing.
# Empty it, and every text must have one.
GROWING: frozenset[str] = frozenset()
_SAME = "same.txt"
_KEYWORDS = {
    "_": None,
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
# What a translation must take over as it is: placeholders and marks of HTML.
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}|</?\w+>")
# CLDR's rule for each language's plural forms of whole numbers, as gettext writes it.
_PLURALS = {
    "de": "nplurals=2; plural=(n != 1);",
    "pt_BR": "nplurals=2; plural=(n > 1);",
    "ru": (
        "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4"
        " && (n%100<12 || n%100>14) ? 1 : 2);"
    ),
    "fr": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
}


class Text(NamedTuple):
    """One text that people read: `plural` and `context` are "" where it has none."""

    singular: str
    plural: str
    context: str


@dataclass(frozen=True, slots=True)
class Translations:
    """The texts of one source tree, and the files with their translations."""

    source: Path = SOURCE
    languages: Sequence[str] = LANGUAGES
    growing: AbstractSet[str] = GROWING

    @property
    def locale(self) -> Path:
        """The folder of the languages."""
        return self.source / "site/locale"

    def compile(self) -> None:
        """Write the .mo file beside every .po file. What is marked fuzzy is left out."""
        for file in self.source.rglob("*.po"):
            polib.pofile(str(file)).save_as_mofile(str(file.with_suffix(".mo")))

    def update(self) -> None:
        """Add new texts to every language's file, drop those that are gone, keep the rest."""
        found = self._texts()
        for language in self.languages:
            texts, known = _wanted_in(language, found), self._entries(language)
            fresh = polib.POFile(wrapwidth=100)
            fresh.metadata = {
                "Language": language,
                "Content-Type": "text/plain; charset=utf-8",
                "Plural-Forms": _PLURALS[language],
            }
            for text, places in texts.items():
                entry = known.get(text) or _new_entry(text, language)
                entry.occurrences = [(place, "") for place in sorted(places)]
                fresh.append(entry)
            file = self._file_of(language)
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh.save(str(file))

    def problems(self) -> list[str]:
        """Say of every text and language what is wrong with the translation."""
        return [
            f"{self._file_of(language).relative_to(self.source)}: {problem}"
            for language, problem, is_missing in self._found()
            if not (is_missing and language in self.growing)
        ]

    def missing(self) -> dict[str, int]:
        """Count, by language still growing, the texts that have no translation."""
        return dict(
            Counter(
                language
                for language, _problem, is_missing in self._found()
                if is_missing and language in self.growing
            )
        )

    def _found(self) -> Iterator[tuple[str, str, bool]]:
        """Yield language and problem, and whether it is only that a translation is missing."""
        texts = self._texts()
        for language in self.languages:
            wanted = set(_wanted_in(language, texts))
            same = self._same_in(language)
            for problem, is_missing in _problems_of(
                self._entries(language), wanted, same, language
            ):
                yield language, problem, is_missing

    def _texts(self) -> dict[Text, set[str]]:
        """Return every text in source and templates, with the files it stands in."""
        found: dict[Text, set[str]] = {}
        for file in sorted(self.source.rglob("*")):
            if file.suffix in {".py", ".html", ".txt"} and "static" not in file.parts:
                for text in _texts_in(file):
                    found.setdefault(text, set()).add(str(file.relative_to(self.source)))
        return dict(sorted(found.items()))

    def _entries(self, language: str) -> dict[Text, polib.POEntry]:
        file = self._file_of(language)
        entries = polib.pofile(str(file)) if file.exists() else []
        return {_key(entry): entry for entry in entries if not entry.obsolete}

    def _same_in(self, language: str) -> set[str]:
        """Return the texts that are rightly the same in this language as in English."""
        file = self._file_of(language).with_name(_SAME)
        return set(file.read_text(encoding="utf-8").splitlines()) if file.exists() else set()

    def _file_of(self, language: str) -> Path:
        return self.locale / language / "LC_MESSAGES/django.po"


def _wanted_in(language: str, texts: Mapping[Text, set[str]]) -> dict[Text, set[str]]:
    """Return the texts that the language must have, with the files they stand in."""
    return {
        text: places
        for text, places in texts.items()
        if language not in CUSTOMERS_ALONE
        or not all(place.startswith(DESKS_ALONE) for place in places)
    }


def _problems_of(
    entries: Mapping[Text, polib.POEntry],
    texts: AbstractSet[Text],
    same: AbstractSet[str],
    language: str,
) -> Iterator[tuple[str, bool]]:
    for text in sorted(texts - entries.keys()):
        yield f"misses {text.singular!r}; `make messages` adds it", True
    for word in sorted(same - {text.singular for text in texts}):
        yield f"{_SAME} lists {word!r}, which nobody says", False
    for text in sorted(entries.keys() & texts):
        entry = entries[text]
        translated = list(entry.msgstr_plural.values()) or [entry.msgstr]
        if "fuzzy" in entry.flags or not all(translated):
            yield f"has no translation of {text.singular!r}", True
            continue
        if text.plural and len(translated) != _plural_forms(language):
            yield f"has not every plural form of {text.singular!r}", False
        if text.singular in translated and text.singular not in same:
            yield f"repeats the English {text.singular!r}; {_SAME} lists what may", False
        wanted = set(_PLACEHOLDER.findall(text.singular + text.plural))
        given = [set(_PLACEHOLDER.findall(version)) for version in translated]
        if not all(one <= wanted for one in given) or set().union(*given) != wanted:
            yield f"has other placeholders than {text.singular!r}", False


def _plural_forms(language: str) -> int:
    return int(_PLURALS[language].removeprefix("nplurals=").partition(";")[0])


def _texts_in(file: Path) -> Iterator[Text]:
    from babel.messages.extract import extract_python  # only developers have it
    from django.utils.translation.template import templatize

    code = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        lines = templatize(code, origin=str(file)).splitlines() if "i18n" in code else []
        code = "\n".join(line.strip() for line in lines)  # to Python, indentation means much
    calls = extract_python(io.BytesIO(code.encode()), _KEYWORDS, (), {"encoding": "utf-8"})
    for _line, function, messages, _comments in calls:
        if text := _as_text(str(function), messages):
            yield text


def _as_text(function: str, messages: object) -> Text | None:
    """Turn one call's arguments into a text; None where they are not literal."""
    given = list(messages) if isinstance(messages, tuple) else [messages]
    context = given.pop(0) if function.lstrip("n").startswith("pgettext") else ""
    plural = given[1] if function.startswith("n") and len(given) > 1 else ""
    if not given or not given[0] or context is None or plural is None:
        return None
    return Text(str(given[0]), str(plural), str(context))


def _new_entry(text: Text, language: str) -> polib.POEntry:
    return polib.POEntry(
        msgid=text.singular,
        msgid_plural=text.plural,
        msgctxt=text.context or None,
        msgstr_plural=dict.fromkeys(range(_plural_forms(language)), "") if text.plural else {},
    )


def _key(entry: polib.POEntry) -> Text:
    return Text(entry.msgid, entry.msgid_plural, entry.msgctxt or "")
