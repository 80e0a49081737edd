"""Notices as a reader would get them, with the people and companies of the pack's examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atrio.engine.forms import Localized
from atrio.journeys.examples import Example
from atrio.journeys.journey import Journey
from atrio.journeys.rehearsal import play
from atrio.journeys.texts import Notice


@dataclass(frozen=True, slots=True)
class Preview:
    """A notice, filled in from an example; `is_told` says whether the example comes to it."""

    notice: Notice
    example: Localized
    is_told: bool


def preview(
    journey: Journey, name: str, *, language: str, unit: str, lent: Mapping[str, str]
) -> Preview:
    """Return a notice with the facts of the first example in which it is sent.

    Where no example comes to it, the longest story has the most facts. Raises KeyError for a
    notice the pack does not have.
    """
    senders = {element.id for element in journey.elements("notice") if element.target == name}
    stories = [(example, *_played(journey, example)) for example in journey.examples]
    told = [story for story in stories if senders & set(story[1])]
    example, _steps, facts = (told or sorted(stories, key=_length, reverse=True))[0]
    notice = journey.notice(name, language, facts, unit=unit, **lent)
    return Preview(notice=notice, example=example.title, is_told=bool(told))


def brands(journey: Journey, name: str) -> Iterator[str]:
    """Yield the business units that say a notice in words of their own."""
    texts = journey.texts[journey.pack.default_language]
    return (unit for notice, unit in texts.brands() if notice == name)


def _played(journey: Journey, example: Example) -> tuple[tuple[str, ...], Mapping[str, Any]]:
    played = play(journey, example)
    return played.steps, played.facts


def _length(story: tuple[Example, tuple[str, ...], Mapping[str, Any]]) -> int:
    return len(story[1])
