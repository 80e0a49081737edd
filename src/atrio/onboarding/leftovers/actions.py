"""Note what an application that was ended has left behind, and tell who can mend it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from atrio.checks.models import Finding
from atrio.kernel.actors import SYSTEM
from atrio.onboarding.calls import CALLS
from atrio.onboarding.case import where_of
from atrio.onboarding.colleagues import Letter, write_to_colleague
from atrio.onboarding.models import AccessRequest, Application, Call
from atrio.seller.queries import business_unit, colleagues
from atrio.timeline.actions import record

QUESTION = "nothing_left_behind"


def overtake_requests(*, application_id: UUID, now: datetime) -> int:
    """Ask no admin any more about an application that waits for none; return how many did."""
    asked = AccessRequest.objects.filter(
        application=application_id, status=AccessRequest.Status.OPEN
    )
    waiting = asked.exclude(application__waiting_on=Application.WaitingOn.ADMIN)
    return waiting.update(status=AccessRequest.Status.OVERTAKEN, decided_at=now)


def calls_to_look_behind(application_id: UUID) -> list[UUID]:
    """Return the calls of an ended application that may have made something outside: once begun."""
    names = [name for name, registered in CALLS.items() if registered.leaves_behind]
    begun = Call.objects.filter(
        application=application_id,
        application__status__in=(Application.Status.WITHDRAWN, Application.Status.EXPIRED),
        name__in=names,
        attempts__gt=0,
    )
    # Every attempt for a key is about the same thing: the last one knows as much as all.
    latest = begun.order_by("key", "-id").distinct("key")
    return list(latest.values_list("pk", flat=True))


@transaction.atomic
def note_what_was_found(*, call_id: UUID, number: str | None, now: datetime) -> None:
    """Keep what a search has found: a number, "" for nothing, None for nobody knows. Once.

    Whatever there is or may be is put before the associates: it belongs to nobody here, and to
    delete in an outside system is nothing we do by ourselves.
    """
    calls = Call.objects.select_for_update(of=("self",)).select_related("application")
    call = calls.get(pk=call_id)
    application, unit = call.application, business_unit(call.application.business_unit)
    source = getattr(unit, CALLS[call.name].asks)
    outcome = {"": Finding.Outcome.PASS, None: Finding.Outcome.UNKNOWN}.get(
        number, Finding.Outcome.FAIL
    )
    _finding, is_new = Finding.objects.get_or_create(
        application_id=application.pk,
        source=source,
        question=QUESTION,
        defaults={
            "outcome": outcome,
            "summary": _SAID[outcome],
            "evidence": number or "",
            "as_of": now,
        },
    )
    if not is_new or outcome == Finding.Outcome.PASS:
        return
    record(
        by=SYSTEM,
        what="application.left_behind",
        where=where_of(application),
        now=now,
        source=source,
        number=number or "",
    )
    _tell_associates(call, number=number or "", now=now)


_SAID = {
    Finding.Outcome.PASS: gettext_noop("Nothing was left behind there."),
    Finding.Outcome.FAIL: gettext_noop("A customer was made there that nobody wants any more."),
    Finding.Outcome.UNKNOWN: gettext_noop("Nobody could say whether a customer was made there."),
}


def _tell_associates(call: Call, *, number: str, now: datetime) -> None:
    application = call.application
    for staff in colleagues(application.business_unit, "associate"):
        write_to_colleague(
            staff.user,
            application,
            partial(_letter, application, number),
            notice="left_behind",
            occasion=f"left-behind:{call.pk}",
            now=now,
        )


def _letter(application: Application, number: str) -> Letter:
    about = {
        "company": application.title or _("Not known yet"),
        "number": number,
        "reference": application.reference,
    }
    subject = _("Left behind in the ERP: %(company)s") % about
    if number:
        said = _(
            "The application of %(company)s is over, and the ERP has customer %(number)s for it. "
            "Nobody here uses it. Please block or delete it there, unless you know better."
        )
    else:
        said = _(
            "The application of %(company)s is over, and the ERP did not say whether it has made "
            "a customer for it. Please look there for %(reference)s."
        )
    return Letter(subject, said % about)
