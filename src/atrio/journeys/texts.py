"""A pack's own words: what a step is called, what an email says. One TOML file per language.

A text may hold `{names}`: of facts, and of what the sender adds (`LENT_NAMES`). Nothing else is
done to it: there is no formatting language that a text could abuse.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from atrio.engine.problems import Problem, Unpublishable

LENT_NAMES = frozenset({"code", "minutes", "link", "reference", "seller"})
WHO = frozenset({"customer", "us", "outside"})
_NAME = re.compile(r"\{([a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*)\}")
_SECTIONS = {
    "steps": {"name", "doing", "done", "who"},
    "outcomes": {"title", "text", "good"},
    "notices": {"subject", "text", "html"},
}
_REQUIRED = {
    "steps": {"name", "doing", "done", "who"},
    "outcomes": {"title", "text", "good"},
    "notices": {"subject", "text"},
}

Lookup = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class StepText:
    """How the tracker speaks of a step."""

    name: str
    doing: str
    done: str
    who: str  # customer | us | outside


@dataclass(frozen=True, slots=True)
class OutcomeText:
    """How a journey's end is told."""

    title: str
    text: str
    is_good: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A message, ready to be sent; `html` is "" where the pack has none of its own."""

    subject: str
    text: str
    html: str


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
        return name in self.sections.get(section, {})

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

    def notice(self, name: str, look_up: Lookup) -> Notice | None:
        """Return a message with its names filled in, None if there is none."""
        found = self.sections.get("notices", {}).get(name)
        if found is None:
            return None
        # A line break in a subject would start a new header.
        subject = " ".join(filled(found["subject"], look_up).split())
        html = filled(found.get("html", ""), lambda key: escape(look_up(key)))
        return Notice(subject, filled(found["text"], look_up).strip() + "\n", html)

    def word(self, section: str, name: str) -> str:
        """Return one of the plain texts (`reasons`, `lanes`), the name itself if there is none."""
        return str(self.sections.get(section, {}).get(name, name))

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield every place with each name its text asks for."""
        for section in _SECTIONS:
            for key, entry in self.sections.get(section, {}).items():
                for text in entry.values():
                    for name in _NAME.findall(text if isinstance(text, str) else ""):
                        yield f"{section}.{key}", name


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
        if key == "good":
            if not isinstance(value, bool):
                yield "good is true or false"
        elif not _is_text(value):
            yield f"{key} is not a text"
    if section == "steps" and entry.get("who", "us") not in WHO:
        yield f"who is one of {', '.join(sorted(WHO))}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
