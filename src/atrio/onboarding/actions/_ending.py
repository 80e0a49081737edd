"""End an application from outside its process: nobody may move it any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import SYSTEM
from atrio.kernel.errors import Refused
from atrio.kernel.queue import later
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.actions._letters import is_theirs, write_to_applicant
from atrio.onboarding.case import Case, open_case
from atrio.onboarding.models import Application

_SAID = {
    Application.Status.WITHDRAWN: _("This application has been withdrawn."),
    Application.Status.EXPIRED: _("This application has expired."),
}


class ApplicationOver(Refused):
    """The application was withdrawn, or nobody came back to it: it does not go on."""


def see_that_it_goes_on(application: Application) -> None:
    """Return unless the application was ended from outside. Raises ApplicationOver."""
    said = _SAID.get(Application.Status(application.status))
    if said:
        raise ApplicationOver(said)


def write_of_the_end(case: Case, notices: Iterable[str], lent: Mapping[str, str]) -> None:
    """Write once to an address that is the applicant's, by the first notice there are words for.

    A release of old may have none.
    """
    for notice in notices:
        if notice in case.journey.notices:
            if is_theirs(case):
                write_to_applicant(case, notice, occasion="once", **lent)
                case.tell("notice.queued", notice=notice)
            return


@transaction.atomic
def end_application(
    *,
    application_id: UUID,
    status: Application.Status,
    only_if: Callable[[Application], bool],
    now: datetime,
) -> bool:
    """End an application in our own name, if the locked row is as it has to be for that."""
    case = open_case(by=SYSTEM, application_id=application_id, now=now)
    if not only_if(case.application):
        return False
    end_from_outside(case, status)
    return True


def end_from_outside(
    case: Case,
    status: Application.Status,
    *,
    reason: str = "",
    notice: str = "",
    told: Mapping[str, str] = MappingProxyType({}),
    lent: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """End the application as `status`, wherever it stands, save it, and write to the applicant.

    The timeline says what is `told` beside the reason. The letter is the notice named as the
    status is, or `notice` with what is `lent`, if the release has it.

    Open steps are taken back, and so are calls, whoever is at them: an answer that still comes
    is dropped, and what it left behind outside is looked for in the background.
    """
    application = case.application
    stood_at = application.current_step
    application.status, application.finished_at = status, case.now
    case.note_stop(status.value)
    case.run.stop()
    case.tell(f"application.{status.value}", step=stood_at, reason=reason, **told)
    write_of_the_end(case, (notice, status.value), lent)
    advance_and_save(case)
    later("onboarding.tidy_up", application_id=application.pk)
