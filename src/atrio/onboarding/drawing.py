"""What the templates of a step are given: forms and answers in the reader's language.

The applicant's pages and the desk, where one of ours types for them, draw the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from atrio.engine.forms import Answers, BoundForm, agreeing, bound, proposed, shown
from atrio.journeys.messages import say
from atrio.onboarding.queries import StepView


@dataclass(frozen=True, slots=True)
class ShownFact:
    """An answer to read: `source` is "" when the applicant said it themselves."""

    label: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Section:
    """One step's answers in the summary, and where to change them."""

    title: str
    edit: str
    facts: list[ShownFact]


def form_for(view: StepView, answers: Answers | None) -> BoundForm:
    """Return the step's form with what was just typed, what is known and what is proposed."""
    journey, language = view.journey, view.language
    form = journey.forms[view.element.target]
    return bound(
        form,
        language=language,
        say=say,
        facts=view.facts,
        answers=answers or Answers(raw=view.typed),
        suggestions=proposed(
            form,
            facts=view.facts,
            language=language,
            say=say,
            sources=journey.pack.source_names(language),
        ),
    )


_NOBODY_ELSES = frozenset({"personal", "sensitive"})


def sections_for(
    view: StepView, address: Callable[[str], str], *, for_applicant: bool = True
) -> list[Section]:
    """Return everything that was answered before this step, step by step.

    `address` says where a step can be changed. Whoever is not the applicant reads nothing of
    what their form calls personal.
    """
    journey, language = view.journey, view.language
    names = journey.pack.source_names(language)
    sections = []
    for node in journey.elements("user"):
        if node.id == view.element.id:
            break
        if node.lane != "customer" or "proof" in node.attributes or "detour" in node.attributes:
            continue
        form = journey.forms[node.target]
        facts = [
            one
            for one in shown(form, facts=view.facts, language=language, say=say)
            if for_applicant or one.privacy not in _NOBODY_ELSES
        ]
        sources = {
            name: names.get(source.partition(".")[0], "")
            for name, source in agreeing(form, facts=view.facts).items()
        }
        text = journey.step_text(node.id, language)
        sections.append(
            Section(
                title=text.name if text else node.name,
                edit=address(node.id),
                facts=[ShownFact(f.label, f.text, sources.get(f.name, "")) for f in facts],
            )
        )
    return [section for section in sections if section.facts]
