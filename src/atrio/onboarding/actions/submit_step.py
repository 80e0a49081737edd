"""Take an applicant's answers to one step."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.engine.forms import Answers, Message, confirmed, validate
from atrio.engine.forms.validating import Submitted
from atrio.engine.process import CannotRewind, Element
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.onboarding import rules, signals
from atrio.onboarding.actions._advance import advance_and_save, settle_steps
from atrio.onboarding.actions._ending import ApplicationOver as ApplicationOver
from atrio.onboarding.actions._ending import see_that_it_goes_on
from atrio.onboarding.actions._letters import ADDRESS
from atrio.onboarding.actions._proof import check_code, who_proved
from atrio.onboarding.case import Case, NewFact, open_case
from atrio.onboarding.models import Application, Fact, Step, Typed
from atrio.seller.queries import is_of_staff


class StepNotOpen(Refused):
    """The step is not this person's to answer now: not reached yet, or somebody else's."""


class TooLateToChange(Refused):
    """The application has been sent: what it says is being worked on."""


class CodeUsed(Refused):
    """The address is proved: its code was used up, and to know the page proves nothing more."""


@transaction.atomic
def submit_step(
    *, by: Actor, step: str, submitted: Submitted, language: str = "", now: datetime
) -> tuple[Application, Answers]:
    """Check the answers to a step; keep them and go on, or keep them as they were typed.

    `language` is the one they were written in, and from here on the application's own. A step
    that was answered before may be answered again until the application is sent: what came
    after it is then asked again. The same answers sent twice change nothing. Returns the
    application and the answers with their errors, by field. Raises NotFound, StepNotOpen,
    TooLateToChange, CodeUsed, ApplicationOver.
    """
    case = open_case(by=by, application_id=_own(by), now=now)
    see_that_it_goes_on(case.application)
    case.application.language = language or case.application.language
    case.application.seen_at = now
    answers, is_news = read_answers(case, step, submitted, language=case.application.language)
    if is_news and answers.ok:
        take_answers(case, step, answers)
    elif is_news:
        keep_as_typed(case, step, answers)
    return case.application, answers


def read_answers(
    case: Case, step: str, submitted: Submitted, *, language: str
) -> tuple[Answers, bool]:
    """Check what is said to one of the customer's steps, the code among it; say whether it is news.

    An answered step that is answered differently is open again afterwards. Raises NotFound,
    StepNotOpen, TooLateToChange, CodeUsed.
    """
    element = _element(case, step)
    form = case.journey.forms[element.target]
    answers = validate(form, submitted, facts=case.tree, language=language)
    if case.by.kind != "applicant":
        answers = _without_colleagues(case, answers)
    is_open = any(task.element == step for task in case.open_steps.values())
    if not is_open:
        _see_that_it_was_answered(case, element)
        if _says_nothing_new(case, answers):
            return answers, False
        if case.application.submitted_at:
            raise TooLateToChange(_("Your application has been sent; it can no longer be changed."))
    if answers.ok:
        if not is_open:
            _go_back_to(case, step)
        answers = _prove(case, find_open_step(case, step), answers)
    return answers, True


def _without_colleagues(case: Case, answers: Answers) -> Answers:
    """Refuse an address of our own people where access goes to: it is not the customer's."""
    proved = {element.attributes.get("proof", "") for element in case.journey.elements("user")}
    ours = {
        name: Message("email.of_staff")
        for name in proved & answers.values.keys()
        if is_of_staff(str(answers.values[name] or ""))
    }
    return replace(answers, errors={**answers.errors, **ours}) if ours else answers


def find_open_step(case: Case, element: str, *, lane: str = "customer") -> Step:
    """Return the open user task of this name in the lane.

    Raises StepNotOpen if it is not its turn, ApplicationOver if it never will be.
    """
    see_that_it_goes_on(case.application)
    for step in case.open_steps.values():
        if step.element == element and step.kind == "user" and step.lane == lane:
            return step
    raise StepNotOpen(_("This step is not open now."))


def _own(by: Actor) -> UUID:
    if by.application is None:
        raise NotFound(_("There is no such application."))
    return by.application


def _element(case: Case, name: str) -> Element:
    for node in case.journey.elements("user"):
        if node.id == name and node.lane == "customer":
            return node
    raise NotFound(_("There is no such step."))


def _see_that_it_was_answered(case: Case, element: Element) -> None:
    was_there = Step.objects.filter(
        application=case.application, element=element.id, lane="customer", outcome="completed"
    )
    if not was_there.exists():
        raise StepNotOpen(_("This step is not open now."))
    if "proof" in element.attributes:
        raise CodeUsed(_("This address is proved already."))


def _says_nothing_new(case: Case, answers: Answers) -> bool:
    """Say whether a step that is over was only sent twice."""
    held = case.facts
    return answers.ok and all(held.get(name) == value for name, value in answers.values.items())


def _go_back_to(case: Case, element: str) -> None:
    """Open an answered step again; what was undone since is answered in its turn."""
    try:
        case.run.rewind(element, case.tree, now=case.now)
    except CannotRewind:
        raise StepNotOpen(_("This step is not open now.")) from None
    case.note_rewind(element)
    settle_steps(case)


def take_answers(case: Case, element: str, answers: Answers, *, heard: str = "") -> None:
    """Keep the answers and let the process go on.

    `heard` is how one of ours heard them, who types for the customer.
    """
    step = find_open_step(case, element)
    case.add_facts(_facts_from(case, step, answers, heard=heard), step=step)
    case.note_title()
    case.forget_typed(step.element)
    if case.facts.get(ADDRESS) != case.application.returned_from:
        case.application.returned_from = ""
    # They have got on: whatever held them up holds them up no longer.
    case.application.signal, case.application.visits = signals.NONE, 1
    if "submits" in case.run.open_at(step.element).attributes:
        case.application.submitted_at = case.now
    case.close(step, "completed")
    case.run.complete(step.task_id, case.tree, now=case.now)
    advance_and_save(case)


def _prove(case: Case, step: Step, answers: Answers) -> Answers:
    """Check the code, where the step asks for one."""
    field = case.run.open_at(step.element).attributes.get("proof")
    if not field:
        return answers
    code_field = next(iter(case.journey.forms[step.target].fields)).name
    if not check_code(case, field=field, code=str(answers.values.get(code_field, ""))):
        return replace(answers, errors={code_field: Message("code_wrong")})
    case.application.returned_from = ""  # they have read the letter
    proved = NewFact(
        field, case.facts[field], Fact.Origin.CUSTOMER, Fact.Status.VERIFIED, "email code"
    )
    case.add_facts([proved, *who_proved(case, case.by.kind)], step=step)
    return replace(answers, values={n: v for n, v in answers.values.items() if n != code_field})


def keep_as_typed(case: Case, step: str, answers: Answers) -> None:
    """Keep what could not be taken, to be shown again, and whether it is the same error again."""
    # The application is locked: nobody else writes the row between looking and saving.
    last = Typed.objects.filter(application=case.application, element=step).first()
    typed = last or Typed(application=case.application, element=step)
    typed.raw, typed.at = rules.cut(answers.raw), case.now
    typed.refused = signals.counted_refusals(typed.refused, answers.errors)
    typed.save(force_insert=last is None)
    case.application.signal = signals.signal_of(
        refused=typed.refused, visits=case.application.visits
    )
    case.tell("step.refused", step=step, fields=sorted(answers.errors))
    case.save()


def _facts_from(case: Case, step: Step, answers: Answers, *, heard: str) -> list[NewFact]:
    """Give each answer its origin: a suggestion taken as it stood remains the register's word.

    What one of ours types is the customer's all the same; the source says how it was heard.
    """
    held = case.facts
    form = case.journey.forms[step.target]
    taken = confirmed(form, answers, facts=case.tree)
    facts = [
        NewFact(name, None, Fact.Origin.CUSTOMER, Fact.Status.REJECTED)
        for name in answers.hidden
        if name in held
    ]
    for name, value in answers.values.items():
        if name in held and held[name] == value:
            continue
        if name in taken:
            source = taken[name]
            facts.append(NewFact(name, value, Fact.Origin.REGISTER, Fact.Status.ACCEPTED, source))
        else:
            facts.append(NewFact(name, value, Fact.Origin.CUSTOMER, source=heard))
    return facts
