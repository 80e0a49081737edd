"""Take an application, give it back, hand it to a colleague."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from atrio.identity.models import User
from atrio.kernel.actors import Actor
from atrio.kernel.errors import Refused
from atrio.onboarding.actions._ownership import kept_from, let_own
from atrio.onboarding.actions.decide_step import MAY_DECIDE, see_that_they_may_repair
from atrio.onboarding.case import Case, open_case
from atrio.onboarding.colleagues import Letter, write_to_colleague
from atrio.onboarding.models import Application
from atrio.onboarding.promises.rules import pressing
from atrio.onboarding.promises.ticking import is_ours
from atrio.seller.queries import business_unit, colleagues_with

LONGEST_NOTE = 500


class SomebodyHasIt(Refused):
    """A colleague looks after the application."""


class NothingToTake(Refused):
    """The application is over."""


class CannotHaveIt(Refused):
    """Whom it was to be handed to does not decide on it."""


@transaction.atomic
def claim_application(*, by: Actor, application_id: UUID, now: datetime) -> Application:
    """Take an application; who has it already keeps it.

    Raises NotFound, NotAllowed, SomebodyElseDecides, SomebodyHasIt, NothingToTake.
    """
    case = _open(by=by, application_id=application_id, now=now)
    owner = case.application.owner
    if owner is None:
        let_own(case, person_id=UUID(by.id), person=by.label)
        case.tell("application.claimed")
        case.save()
    elif str(owner.pk) != by.id:
        raise SomebodyHasIt(_("%(name)s has it already.") % {"name": owner})
    return case.application


@transaction.atomic
def give_back(*, by: Actor, application_id: UUID, now: datetime) -> Application:
    """Let an application of one's own be anybody's again; given back before, nothing changes.

    Raises NotFound, NotAllowed, SomebodyElseDecides, SomebodyHasIt, NothingToTake.
    """
    case = _open(by=by, application_id=application_id, now=now)
    owner = case.application.owner
    if owner is None:
        return case.application
    if str(owner.pk) != by.id:
        raise SomebodyHasIt(_("%(name)s has it: only they can give it back.") % {"name": owner})
    let_own(case, person_id=None)
    case.tell("application.given_back")
    case.save()
    return case.application


@transaction.atomic
def hand_over(
    *, by: Actor, application_id: UUID, to: UUID | None, note: str, now: datetime
) -> Application:
    """Let a colleague of the same business unit look after it, or oneself in an absent one's place.

    The colleague is written to.
    Whoever may decide may hand over, also what somebody else has: nobody is locked out because a
    colleague is away. Handed to whoever has it, nothing changes. Raises NotFound, NotAllowed,
    SomebodyElseDecides, CannotHaveIt, NothingToTake.
    """
    case = _open(by=by, application_id=application_id, now=now)
    application = case.application
    people = colleagues_with(application.business_unit, *MAY_DECIDE)
    receiver = next((user for user in people if user.pk == to), None)
    if receiver is None:
        raise CannotHaveIt(_("Choose a colleague who decides on applications here."))
    if receiver.pk == application.owner_id:
        return application
    _see_that_they_may_have_it(case, receiver.pk, str(receiver))
    before, said = str(application.owner or ""), note.strip()[:LONGEST_NOTE]
    let_own(case, person_id=receiver.pk, person=str(receiver))
    case.tell(
        "application.handed_over",
        to=str(receiver),
        to_id=str(receiver.pk),
        had=before,
        note=said,
    )
    case.save()
    if str(receiver.pk) != by.id:
        _write_to(receiver, case, said)
    return application


def _write_to(receiver: User, case: Case, note: str) -> None:
    write_to_colleague(
        receiver,
        case.application,
        partial(_letter, case, note, receiver.language),
        notice="handed_over",
        # Each handing over is one of its own, also to somebody who had it before.
        occasion=f"handed-over:{case.entries[-1].pk}",
        now=case.now,
    )


def _letter(case: Case, note: str, language: str) -> Letter:
    application = case.application
    about = {
        "name": case.by.label,
        "company": application.title or gettext("Not known yet"),
        "note": note,
        "step": case.journey.asked(application.current_step, language),
        "due": _due(case, language),
    }
    if application.waiting_on == Application.WaitingOn.ASSOCIATE:
        asked = gettext("This waits for you: %(step)s. %(due)s")
    else:
        asked = gettext("It waits for others at this moment: %(step)s. %(due)s")
    parts = [gettext("%(name)s has handed the application of %(company)s over to you."), asked]
    if note:
        parts.insert(1, gettext("%(name)s writes: %(note)s"))
    return Letter(
        subject=gettext("Handed over to you: %(company)s") % about,
        text="\n\n".join((part % about).strip() for part in parts),
    )


def _due(case: Case, language: str) -> str:
    """Return what is due first and when, as the unit's clocks say; "" if nothing presses."""
    found = pressing(case.application.clocks)
    if found is None:
        return ""
    name, at = found
    zone = ZoneInfo(business_unit(case.application.business_unit).time_zone)
    return gettext("Due %(at)s: %(promise)s.") % {
        "at": date_format(localtime(at, zone), "SHORT_DATETIME_FORMAT"),
        "promise": case.journey.promise_title(name, language) or gettext("Access to the shop"),
    }


def _open(*, by: Actor, application_id: UUID, now: datetime) -> Case:
    case = open_case(by=by, application_id=application_id, now=now)
    see_that_they_may_repair(case, by=by)
    if case.application.finished_at:
        raise NothingToTake(_("This application is over: nobody needs to look after it."))
    return case


def _see_that_they_may_have_it(case: Case, person_id: UUID, name: str) -> None:
    if case.application.sold_by_id == person_id:
        raise CannotHaveIt(_("%(name)s sells to this customer.") % {"name": name})
    for step in case.open_steps.values():
        if is_ours(step) and str(person_id) in kept_from(case, step):
            raise CannotHaveIt(
                _("%(name)s has decided already: a second person must look.") % {"name": name}
            )
