"""Remind customers of what waits for them, and end what nobody comes back to.

Done in sets, and by several workers at once if need be: rows that one has in hand the others
leave out, and a letter is written by whoever inserts its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime

from atrio.journeys.journey import Journey
from atrio.journeys.queries import compiled
from atrio.kernel.actors import SYSTEM
from atrio.kernel.ids import new_id
from atrio.onboarding.actions import end_application, write_letter
from atrio.onboarding.actions.delegate_step import may_be_reminded, remind_by_letter
from atrio.onboarding.case import where_of
from atrio.onboarding.delegations import still_asked
from atrio.onboarding.models import Application, EmailProof, Fact
from atrio.onboarding.reminders.rules import Due, due
from atrio.onboarding.rules import current_facts
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import business_unit
from atrio.timeline.actions import entry, record_all

AT_ONCE = 200
ADDRESS = "contact.email"

_KEEP = """
    insert into onboarding_reminder (id, application_id, occasion, at)
    select * from unnest(%s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[])
    on conflict (application_id, occasion) do nothing
    returning application_id
"""
_LOOK_AGAIN = """
    update onboarding_application as application set remind_at = next.at
    from unnest(%s::uuid[], %s::timestamptz[]) as next (id, at) where next.id = application.id
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An application that waits, and what is due for it."""

    application: Application
    journey: Journey
    due: Due


def heard_of(application: Application) -> datetime:
    """Return when the customer was last here, or the turn was last handed on."""
    return max(application.updated_at, application.seen_at or application.created_at)


def is_theirs(application: Application) -> bool:
    """Say whether it is the customer for whom the application waits."""
    return (
        application.status == Application.Status.OPEN
        and application.waiting_on == Application.WaitingOn.CUSTOMER
    )


@transaction.atomic
def remind(*, now: datetime) -> tuple[int, list[UUID]]:
    """Write the letters that are due; return how many were looked at, and which are at their end.

    A letter goes to an address that its reader has proved. Whoever has none is not written to,
    and their application ends all the same.
    """
    found = list(
        Application.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .defer("state")
        .filter(status=Application.Status.OPEN, remind_at__lte=now)
        .order_by("remind_at")[:AT_ONCE]
    )
    waiting = [_look(application, now) for application in found]
    letters = [each for each in waiting if each.due.what == "letter"]
    _write_to(_fresh(letters, now), now)
    _remind_delegates(letters, now)
    if waiting:
        with connection.cursor() as cursor:
            ids = [each.application.pk for each in waiting]
            cursor.execute(_LOOK_AGAIN, [ids, [each.due.next_at for each in waiting]])
    return len(found), [each.application.pk for each in waiting if each.due.what == "end"]


def expire(*, application_id: UUID, now: datetime) -> bool:
    """End an application nobody has come back to; False if somebody has, meanwhile."""
    return end_application(
        application_id=application_id,
        status=Application.Status.EXPIRED,
        only_if=lambda application: _look(application, now).due.what == "end",
        now=now,
    )


def _look(application: Application, now: datetime) -> Waiting:
    journey = compiled(application.release_id)
    return Waiting(
        application,
        journey,
        due(
            journey.pack.reminders,
            heard_at=heard_of(application),
            is_theirs=is_theirs(application),
            step=application.current_step,
            now=now,
        ),
    )


def _fresh(letters: Sequence[Waiting], now: datetime) -> list[tuple[Waiting, dict[str, object]]]:
    """Return the letters that nobody has written yet and that have a reader, with their facts."""
    facts = _facts_of([each.application.pk for each in letters])
    proved = _proved_by(facts)
    wanted = [
        each
        for each in letters
        # What comes back reaches nobody, however often it is sent.
        if each.application.pk in proved and not each.application.returned_from
    ]
    if not wanted:
        return []
    columns = (
        [new_id() for _each in wanted],
        [each.application.pk for each in wanted],
        [each.due.occasion[:140] for each in wanted],
        [now for _each in wanted],
    )
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, columns)
        inserted = {application_id for (application_id,) in cursor.fetchall()}
    return [
        (each, facts[each.application.pk]) for each in wanted if each.application.pk in inserted
    ]


def _facts_of(ids: Sequence[UUID]) -> dict[UUID, dict[str, object]]:
    rows: dict[UUID, list[Fact]] = {application_id: [] for application_id in ids}
    if ids:
        for row in Fact.objects.filter(application__in=ids).order_by("id"):
            rows[row.application_id].append(row)
    return {application_id: current_facts(held) for application_id, held in rows.items()}


def _proved_by(facts: Mapping[UUID, Mapping[str, object]]) -> set[UUID]:
    """Return the applications whose address stands proved as it is now."""
    if not facts:
        return set()
    proofs = EmailProof.objects.filter(application__in=facts, proved_at__isnull=False)
    return {
        application_id
        for application_id, email in proofs.values_list("application_id", "email")
        if facts[application_id].get(ADDRESS) == email
    }


def _write_to(letters: Iterable[tuple[Waiting, dict[str, object]]], now: datetime) -> None:
    units: dict[str, BusinessUnit] = {}
    entries = []
    for each, facts in letters:
        application, code = each.application, each.application.business_unit
        unit = units.get(code) or units.setdefault(code, business_unit(code))
        step = each.journey.step_text(application.current_step, application.language)
        write_letter(
            application,
            each.journey,
            facts,
            notice=each.due.notice,
            occasion=each.due.occasion,
            can_wait=True,
            now=now,
            step=step.name if step else application.current_step,
            day=_last_day(each, unit),
        )
        entries.append(
            entry(
                by=SYSTEM,
                what="application.reminded",
                where=where_of(application, step=application.current_step),
                now=now,
                notice=each.due.notice,
            )
        )
    record_all(entries)


def _remind_delegates(letters: Iterable[Waiting], now: datetime) -> None:
    """Write to those who were asked for the steps that wait, too: as often as they may be."""
    waiting = {each.application.pk: each for each in letters if each.application.delegated_at}
    if not waiting:
        return
    facts = _facts_of(list(waiting))
    for delegation in still_asked(list(waiting), now=now):
        each = waiting[delegation.application_id]
        if may_be_reminded(delegation, now=now):
            remind_by_letter(
                each.application,
                each.journey,
                delegation,
                occasion=each.due.occasion,
                facts=facts[delegation.application_id],
                now=now,
            )


def _last_day(each: Waiting, unit: BusinessUnit) -> str:
    """Return the day on which the application ends, as its reader writes days."""
    expires_after = each.journey.pack.reminders.expires_after
    if expires_after is None:
        return ""
    ends_at = heard_of(each.application) + expires_after
    with translation.override(each.application.language):
        return date_format(localtime(ends_at, ZoneInfo(unit.time_zone)), "DATE_FORMAT")
