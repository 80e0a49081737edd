"""What a pack promises: its clocks, how long they may run, and who hears when one is broken.

[promises.access]        from the first page to the first price; its budget is the [clock]
[promises.credit_line]   a promise with a name of its own, from one step to another
[promises.steps.review]  how long one step may be open
[promises.person]        how long somebody may have a step that they have taken
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from atrio.engine.bpmn import WAITING_KINDS
from atrio.engine.calendars import Measure
from atrio.engine.durations import Duration
from atrio.engine.expression_check import Names, check
from atrio.engine.forms import Localized
from atrio.engine.problems import Problem, Unpublishable
from atrio.engine.process import Element

ACCESS = "access"
PERSON = "person"
STEPS = "steps"

CountedOn = Literal["always", "working"]


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one promise. A journey's terms hold for its applications for life."""

    name: str  # access | person | a step's element | a name of the pack's own
    budget: timedelta
    measure: Measure = "hours"  # in days, one of `budget` is one working day
    counted_on: CountedOn = "always"
    warn_after: timedelta | None = None  # so much of the budget
    escalate_to: str = ""  # a role of the unit's staff
    escalate_after: timedelta = timedelta(0)  # so long after it was broken
    starts_at: str = ""  # the step with whose completion it is given
    kept_by: tuple[str, ...] = ()  # … and those of which any one keeps it with its completion
    withdrawn_by: tuple[str, ...] = ()  # … and messages with which nobody waits for it any more
    when: str = ""  # given only if this holds then
    pauses_for_customer: bool = False
    title: Localized = field(default_factory=Localized)


@dataclass(frozen=True, slots=True)
class Promises:
    """All that a pack promises."""

    access: Terms
    named: Mapping[str, Terms] = field(default_factory=dict)
    steps: Mapping[str, Terms] = field(default_factory=dict)  # by element
    person: Terms | None = None

    @classmethod
    def parse(cls, about: Mapping[str, Any], *, access: timedelta, language: str) -> Promises:
        """Read what `pack.toml` says below `promises`. Raises Unpublishable."""
        problems: list[Problem] = []

        def terms(name: str, said: Mapping[str, Any], place: str) -> Terms:
            try:
                return _terms(name, said, language)
            except ValueError as error:
                problems.append(Problem("pack.toml", f"promises.{place}", str(error)))
                return Terms(name, access)

        of_access = {"budget": f"PT{access // timedelta(seconds=1)}S"} | about.get(ACCESS, {})
        own = {name: said for name, said in about.items() if name not in (ACCESS, PERSON, STEPS)}
        found = cls(
            access=terms(ACCESS, of_access, ACCESS),
            named={name: terms(name, said, name) for name, said in own.items()},
            steps={
                name: terms(name, said, f"{STEPS}.{name}")
                for name, said in about.get(STEPS, {}).items()
            },
            person=terms(PERSON, about[PERSON], PERSON) if PERSON in about else None,
        )
        if problems:
            raise Unpublishable(problems)
        return found


def _terms(name: str, said: Mapping[str, Any], language: str) -> Terms:
    counted_on: CountedOn = said.get("calendar", "always")
    budget, measure = _length(said["budget"], counted_on)
    late, late_measure = _length(said.get("escalate_after", said["budget"]), counted_on)
    if counted_on == "working" and late_measure != measure:
        raise ValueError("escalate_after is counted as the budget is: both in days, or neither")
    if budget <= timedelta(0):
        raise ValueError("a budget of nothing cannot be kept")
    return Terms(
        name=name,
        budget=budget,
        measure=measure,
        counted_on=counted_on,
        warn_after=budget * said["warn_at"] if "warn_at" in said else None,
        escalate_to=said.get("escalate_to", ""),
        escalate_after=late if "escalate_after" in said else timedelta(0),
        starts_at=said.get("starts_at", ""),
        kept_by=_several(said.get("kept_by", ())),
        withdrawn_by=_several(said.get("withdrawn_by", ())),
        when=said.get("when", ""),
        pauses_for_customer=said.get("pauses_for") == "customer",
        title=Localized(said.get("title", {}), language),
    )


def _several(said: str | Sequence[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _length(text: str, counted_on: CountedOn) -> tuple[timedelta, Measure]:
    """Return a length of time and how it is counted; in working time days are days at work."""
    duration = Duration.parse(text)
    if duration.months:
        raise ValueError(f"{text}: months and years have no fixed length")
    if counted_on == "always":
        return duration.rest, "hours"
    in_days, in_hours = "D" in text, "T" in text
    if "W" in text or in_days == in_hours:
        raise ValueError(f"{text}: working time is said in days (P3D) or in hours (PT4H)")
    return duration.rest, "days" if in_days else "hours"


Missing = Callable[[Localized], list[str]]


def promise_problems(
    promises: Promises, *, elements: tuple[Element, ...], names: Names, missing: Missing
) -> Iterator[Problem]:
    """Yield what is promised about steps and facts that the pack does not have.

    `missing` returns the languages of the pack into which a text is not translated.
    """
    waiting = {element.id for element in elements if element.kind in WAITING_KINDS}
    heard = {element.id for element in elements if element.kind == "message"}
    for element in promises.steps:
        if element not in waiting:
            yield Problem("pack.toml", f"promises.steps.{element}", "there is no such step")
    for name, terms in promises.named.items():
        place = f"promises.{name}"
        for key, named, known, what in (
            ("starts_at", (terms.starts_at,), waiting, "step"),
            ("kept_by", terms.kept_by, waiting, "step"),
            ("withdrawn_by", terms.withdrawn_by, heard, "event that waits for a message:"),
        ):
            for element in named:
                if element not in known:
                    yield Problem("pack.toml", f"{place}.{key}", f"there is no {what} {element!r}")
        for reason in check(terms.when, names, answers="boolean") if terms.when else ():
            yield Problem("pack.toml", f"{place}.when", f"{terms.when}: {reason}")
        for language in missing(terms.title):
            reason = f"there is no translation into {language}"
            yield Problem("pack.toml", f"{place}.title", reason)
