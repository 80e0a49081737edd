"""Helping somebody who applies: who may, and what is kept of it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, Refused
from atrio.onboarding.actions._letters import is_theirs, write_letter
from atrio.onboarding.actions._ownership import take_if_free
from atrio.onboarding.actions.decide_step import MAY_DECIDE
from atrio.onboarding.case import Case
from atrio.onboarding.models import Application, Help
from atrio.seller.queries import address_of

# Who works on applications helps those who make them.
MAY_HELP = MAY_DECIDE
# What a program's key has to allow that it may do the same.
WRITES = "applications:write"


class NothingToHelp(Refused):
    """The application is over."""


def see_that_they_may_help(case: Case) -> None:
    """Return if the actor may help here and now. Raises NotAllowed, NothingToHelp."""
    if case.by.kind != "staff" or not case.by.has_role(*MAY_HELP):
        raise NotAllowed(_("Only associates help with applications."))
    _see_that_it_is_open(case)


def see_that_they_may_fill_in(case: Case) -> None:
    """Return if the actor may type for the customer here and now: one of ours, or a program.

    Raises NotAllowed, NothingToHelp.
    """
    if case.by.kind != "integrator":
        see_that_they_may_help(case)
        return
    see_that_the_key_lets(case.by, WRITES)
    _see_that_it_is_open(case)


def see_that_the_key_lets(by: Actor, scope: str) -> None:
    """Return if a program's key has the scope. Raises NotAllowed."""
    if by.kind != "integrator" or not by.has_role(scope):
        raise NotAllowed(_("This key does not allow that: it lacks %(scope)s.") % {"scope": scope})


def _see_that_it_is_open(case: Case) -> None:
    if case.application.status != Application.Status.OPEN:
        raise NothingToHelp(_("The application is over."))


def note_help(
    case: Case,
    kind: Help.Kind,
    *,
    step: str = "",
    channel: str = "",
    outcome: str = "",
    text: str = "",
    call_at: datetime | None = None,
    said_by: str = "",
    is_work: bool = True,
) -> None:
    """Keep that the actor has helped. Whoever helps with what nobody has becomes its owner.

    What leaves nobody anything to do is no work (`is_work`): it makes nobody an owner.
    """
    Help.objects.create(
        application=case.application,
        kind=kind,
        step=step or case.application.current_step,
        channel=channel,
        outcome=outcome,
        text=text,
        call_at=call_at,
        said_by=said_by,
        at=case.now,
        by_id=case.by.id,
        by_label=case.by.label[:120],
    )
    case.application.helped_at = case.now
    if is_work:
        take_if_free(case)


def write_as_helper(case: Case, name: str, *, occasion: str, **lent: str) -> bool:
    """Write to the customer in the actor's name, once for an occasion; say whether it is the first.

    The link to go on lets its reader in, so only an address that is proved gets it; any other is
    led to the first page.
    """
    link = {} if is_theirs(case) else {"link": f"{address_of(case.application.business_unit)}/"}
    return write_letter(
        case.application,
        case.journey,
        case.facts,
        notice=name,
        occasion=occasion,
        now=case.now,
        can_wait=False,
        **{"helper": case.by.label, **link, **lent},
    )
