"""A pack's own words: what a step is called, what an email says. One TOML file per language.

A text may hold `{names}`: of facts, and of what the sender adds (`LENT_NAMES`). A notice's text
may hold a few marks besides (`notices.markup`), short words for a text message (`sms`), and other
words for a business unit (`brands.<unit>`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atrio.engine.problems import Problem, Unpublishable
from atrio.notices import markup

# What facts cannot know; `words` and `helper` are what a member of staff writes, and their name,
# `who` and `how` whose word they took, and by telephone or how else it came. Where a step is
# delegated `who` asks, and `colleague` is whom they ask.
CUSTOMER_NAME = "customer"  # what the company is called by law, or the private person
LENT_NAMES = frozenset(
    {
        CUSTOMER_NAME,
        *("code", "minutes", "link", "reference", "step", "day", "words", "helper", "who", "how"),
        "colleague",
    }
)
# Steps of "staff" are ours alone: customers do not hear of them.
WHO = frozenset({"customer", "us", "outside", "staff"})
_NAME = re.compile(r"\{([a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*)\}")
_SECTIONS = {
    "steps": {"name", "doing", "done", "who"},
    "outcomes": {"title", "text", "good"},
    "notices": {"subject", "text", "sms", "brands"},
}
_REQUIRED = {
    "steps": {"name", "doing", "done", "who"},
    "outcomes": {"title", "text", "good"},
    "notices": {"subject", "text"},
}

_OF_A_BRAND = {"subject", "text", "sms"}
LONGEST_SMS = 300  # letters before the names are filled in; two parts, three with luck
# A phone is typed and not proved: whoever has it must not be let into the application.
_NOT_BY_SMS = frozenset({"link", "code"})

Lookup = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class StepText:
    """How the tracker speaks of a step."""

    name: str
    doing: str
    done: str
    who: str  # customer | us | outside | staff


@dataclass(frozen=True, slots=True)
class OutcomeText:
    """How a journey's end is told."""

    title: str
    text: str
    is_good: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A message, ready to be sent: the same words as text and as HTML, and few of them as `sms`.

    `sms` is "" where the pack has none.
    """

    subject: str
    text: str
    html: str
    sms: str


@dataclass(frozen=True, slots=True)
class Texts:
    """One language of a pack."""

    language: str
    sections: Mapping[str, Mapping[str, Any]]

    @classmethod
    def parse(cls, data: bytes, *, language: str, file: str) -> Texts:
        """Read a language's file; raises Unpublishable."""
        try:
            sections = tomllib.loads(data.decode("utf-8"))
        except ValueError as error:
            raise Unpublishable([Problem(file, "", f"this is not TOML: {error}")]) from error
        if problems := [Problem(file, place, why) for place, why in _wrong(sections)]:
            raise Unpublishable(problems)
        return cls(language, sections)

    def has(self, section: str, name: str) -> bool:
        """Say whether there is a text of the name."""
        return (section, name) in self.places()

    def places(self) -> set[tuple[str, str]]:
        """Return every place of the file that says something, as section and name."""
        found = set()
        for section, entries in self.sections.items():
            found |= {(section, name) for name in entries}
        for name, entry in self.sections.get("notices", {}).items():
            found |= {("notices", f"{name}.{key}") for key in entry if key == "sms"}
            for brand, words in entry.get("brands", {}).items():
                found |= {("notices", f"{name}.brands.{brand}.{key}") for key in words}
        return found

    def brands(self) -> Iterator[tuple[str, str]]:
        """Yield every notice that has words of a business unit's own, with that unit's code."""
        for name, entry in self.sections.get("notices", {}).items():
            for brand in entry.get("brands", {}):
                yield name, brand

    def step(self, element: str) -> StepText | None:
        """Return how to speak of a step, None if it is not spoken of."""
        found = self.sections.get("steps", {}).get(element)
        return StepText(**found) if found else None

    def outcome(self, element: str, look_up: Lookup) -> OutcomeText | None:
        """Return how an end is told, None if it is not told."""
        found = self.sections.get("outcomes", {}).get(element)
        if found is None:
            return None
        return OutcomeText(found["title"], filled(found["text"], look_up), found["good"])

    def notice(
        self, name: str, look_up: Lookup, *, unit: str = "", open_: str = "Open"
    ) -> Notice | None:
        """Return a message with its names filled in, in a unit's own words where it has some.

        None if there is no such message. `open_` is what a button says that has no words.
        """
        found = self.sections.get("notices", {}).get(name)
        if found is None:
            return None
        words = found | found.get("brands", {}).get(unit, {})

        def fill(text: str) -> str:
            return filled(text, look_up)

        return Notice(
            # A line break in a subject would start a new header.
            subject=" ".join(fill(words["subject"]).split()),
            text=markup.as_text(words["text"], fill),
            html=markup.as_html(words["text"], fill, open_=open_),
            sms=fill(words.get("sms", "")).strip(),
        )

    def word(self, section: str, name: str) -> str:
        """Return one of the plain texts (`reasons`, `lanes`), the name itself if there is none."""
        return str(self.sections.get(section, {}).get(name, name))

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield every place with each name its text asks for."""
        for section in _SECTIONS:
            for key, entry in self.sections.get(section, {}).items():
                for place, text in _texts_in(f"{section}.{key}", entry):
                    for name in _NAME.findall(text):
                        yield place, name


def _texts_in(place: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in entry.items():
        if isinstance(value, str):
            yield place, value
        elif isinstance(value, dict):
            yield from _texts_in(f"{place}.{key}", value)


def filled(text: str, look_up: Lookup) -> str:
    """Return the text with its names replaced; a name nobody knows leaves a gap, not an error."""
    return _NAME.sub(lambda found: look_up(found[1]), text)


def _wrong(sections: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for section, entries in sections.items():
        if not isinstance(entries, dict):
            yield section, "this is not a table"
        elif section in _SECTIONS:
            for key, entry in entries.items():
                yield from ((f"{section}.{key}", why) for why in _wrong_in(section, entry))
        elif section in ("lanes", "reasons"):
            yield from (
                (f"{section}.{k}", "not a text") for k, v in entries.items() if not _is_text(v)
            )
        else:
            yield section, "nobody reads this section"


def _wrong_in(section: str, entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "this is not a table"
        return
    for missing in sorted(_REQUIRED[section] - entry.keys()):
        yield f"{missing} is missing"
    for surplus in sorted(entry.keys() - _SECTIONS[section]):
        yield f"nobody reads {surplus}"
    for key, value in entry.items():
        yield from _wrong_value(key, value)
    if section == "steps" and entry.get("who", "us") not in WHO:
        yield f"who is one of {', '.join(sorted(WHO))}"
    if section == "notices":
        yield from _wrong_words(entry)


def _wrong_value(key: str, value: Any) -> Iterator[str]:
    if key == "good":
        if not isinstance(value, bool):
            yield "good is true or false"
    elif key == "brands":
        yield from _wrong_in_brands(value)
    elif not _is_text(value):
        yield f"{key} is not a text"


def _wrong_in_brands(brands: Any) -> Iterator[str]:
    if not isinstance(brands, dict):
        yield "brands is a table of business units"
        return
    for unit, words in brands.items():
        if not isinstance(words, dict) or not words:
            yield f"brands.{unit} has words of its own, or is not there"
            continue
        for surplus in sorted(words.keys() - _OF_A_BRAND):
            yield f"nobody reads brands.{unit}.{surplus}"
        for key, value in words.items():
            if not _is_text(value):
                yield f"brands.{unit}.{key} is not a text"
        yield from (f"brands.{unit}: {why}" for why in _wrong_words(words))


def _wrong_words(words: Mapping[str, Any]) -> Iterator[str]:
    text, sms = str(words.get("text", "")), str(words.get("sms", ""))
    yield from markup.wrong_marks(text)
    if len(sms) > LONGEST_SMS:
        yield f"sms is longer than {LONGEST_SMS} letters"
    for name in sorted(_NOT_BY_SMS.intersection(_NAME.findall(sms))):
        yield f"sms: {{{name}}} lets in whoever holds the phone, which nobody has proved"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
