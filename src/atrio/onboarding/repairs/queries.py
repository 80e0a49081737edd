"""Which failures wait for a person, the equal ones together. Every read is scoped by the actor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound
from atrio.onboarding.calls import CALLS
from atrio.onboarding.case import applications_visible_to
from atrio.onboarding.models import Application, Call, Fact, RepairItem, RepairRun, Step
from atrio.onboarding.queries import journey_of
from atrio.onboarding.repairs.rules import key_of, kind_of
from atrio.seller.queries import own_units

MOST_FAILURES = 1000  # looked at; the most urgent ones
SHOWN = 200
# What an outside system's words may say of one application and of no other.
_NAMES = (
    "company.legal_name",
    "company.trade_name",
    "company.tax_id",
    "register.legal_name",
    "contact.name",
    "contact.email",
    "contact.phone",
    "erp.customer_number",
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One call that failed for good, and that a person is asked to put right."""

    call: Call
    application: Application
    repair: str  # the step that puts it right; the call's own where the process catches nothing
    kind: str
    is_sold_by_reader: bool  # who sells to a customer leaves the repair to others


@dataclass(frozen=True, slots=True)
class Failing:
    """Equal failures, the most urgent first."""

    key: str
    system: str  # the connection, "" where nobody outside was asked
    port: str
    call: str
    error_code: str
    kind: str
    failures: Sequence[Failure]

    @property
    def first(self) -> Failure:
        """Return the most urgent of them."""
        return self.failures[0]


@dataclass(frozen=True, slots=True)
class Tried:
    """One failure of a run: what was made of it, and how its call is now."""

    item: RepairItem
    call: Call  # the latest at the same step


def failing(by: Actor) -> list[Failing]:
    """Return the failures that wait for a person, the equal ones together, most of them first."""
    calls = _calls_to_repair(by)
    if not calls:
        return []
    repairs = _repairs(calls)
    names = _names(calls)
    systems = {unit.code: unit for unit in own_units(by)}
    together: dict[tuple[str, ...], list[Failure]] = defaultdict(list)
    for call in calls:
        element = call.step.element
        repair = repairs.get((call.application_id, element))
        if call.step.closed_at is not None and repair is None:
            continue  # the process has caught it and gone another way
        application = call.application
        port = CALLS[call.name].asks if call.name in CALLS else ""
        system = str(getattr(systems[application.business_unit], port)) if port else ""
        about = [application.title, application.reference, *names.get(application.pk, ())]
        kind = kind_of(call.error_code, call.error, names=about)
        together[system, port, call.name, call.error_code, kind].append(
            Failure(
                call, application, repair or element, kind, str(application.sold_by_id) == by.id
            )
        )
    found = [
        Failing(key_of(system, name, code, kind), system, port, name, code, kind, failures)
        for (system, port, name, code, kind), failures in together.items()
    ]
    return sorted(found, key=lambda one: -len(one.failures))


def find_failing(by: Actor, key: str) -> Failing | None:
    """Return the equal failures of this name, None if there are none (any more)."""
    return next((one for one in failing(by) if one.key == key), None)


def runs_visible_to(by: Actor) -> QuerySet[RepairRun]:
    """Return the runs that have tried something which the actor may see."""
    mine = RepairItem.objects.filter(
        run=OuterRef("pk"), application__in=applications_visible_to(by)
    )
    return RepairRun.objects.filter(Exists(mine))


def get_run(by: Actor, run_id: UUID) -> RepairRun:
    """Return a run. Raises NotFound."""
    found = runs_visible_to(by).filter(pk=run_id).first()
    if found is None:
        raise NotFound(_("There is no such repair."))
    return found


def tried_in(by: Actor, run: RepairRun) -> list[Tried]:
    """Return what became of a run's failures, as far as the actor may see them."""
    items = list(
        RepairItem.objects.filter(run=run, application__in=applications_visible_to(by))
        .select_related("application", "call", "call__step")
        .defer("application__state")
        .order_by("id")
    )
    latest: dict[tuple[UUID, str], Call] = {}
    calls = Call.objects.filter(
        application__in=[item.application_id for item in items], name=run.call
    )
    for call in calls.select_related("step").order_by("id"):
        latest[call.application_id, call.step.element] = call
    return [
        Tried(item, latest.get((item.application_id, item.call.step.element), item.call))
        for item in items
    ]


def waits_since(failure: Failure) -> datetime:
    """Return when a call failed."""
    return failure.call.finished_at or failure.call.created_at


def _calls_to_repair(by: Actor) -> list[Call]:
    """Return the calls that failed for good where a person is asked, the most urgent first."""
    newer = Call.objects.filter(
        application=OuterRef("application"),
        step__element=OuterRef("step__element"),
        pk__gt=OuterRef("pk"),
    )
    asked = Step.objects.filter(
        application=OuterRef("application"), closed_at=None, kind="user", lane="associate"
    )
    open_ones = applications_visible_to(by).filter(status=Application.Status.OPEN)
    failed = (
        Call.objects.filter(
            Q(step__closed_at=None) | Exists(asked),
            ~Exists(newer),
            status=Call.Status.FAILED,
            error_code__gt="",
            application__in=open_ones,
        )
        .select_related("application", "application__owner", "step")
        .defer("application__state")
        .order_by("application__promised_at", "pk")
    )
    return list(failed[:MOST_FAILURES])


def _repairs(calls: Iterable[Call]) -> dict[tuple[UUID, str], str]:
    """Return which open step puts a call's element right (`atrio:repairs`), by application."""
    applications = {call.application_id: call.application for call in calls}
    steps = Step.objects.filter(
        application__in=applications, closed_at=None, kind="user", lane="associate"
    )
    return {
        (pk, one.attributes["repairs"]): element
        for pk, element in steps.values_list("application_id", "element")
        for one in journey_of(applications[pk]).elements("user")
        if one.id == element and "repairs" in one.attributes
    }


def _names(calls: Sequence[Call]) -> Mapping[UUID, list[str]]:
    """Return what the applications are called, by application."""
    found: dict[UUID, list[str]] = defaultdict(list)
    facts = Fact.objects.filter(
        application__in={call.application_id for call in calls}, field__in=_NAMES
    )
    for pk, value in facts.values_list("application_id", "value"):
        if isinstance(value, str):
            found[pk].append(value)
    return found
