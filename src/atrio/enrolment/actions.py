"""Begin an import, do its work, end it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from atrio.enrolment.from_crm import take_accounts, take_links
from atrio.enrolment.from_erp import take_customers
from atrio.enrolment.models import ImportIssue, ImportRun, Imprint
from atrio.enrolment.page import Page
from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.errors import NotAllowed, NotFound, OutsideBusy, OutsideError
from atrio.kernel.queue import later
from atrio.outside.actions import asking
from atrio.outside.connections import connection_row, open_crm, open_erp
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import business_unit
from atrio.timeline.actions import Where, record

Phase = ImportRun.Phase
Status = ImportRun.Status

PAGE = 500
MAY_IMPORT = ("regional_admin", "admin")
_TRIES = 3  # of a page, over which an application and we were at the same company at once


@transaction.atomic
def start_import(*, by: Actor, unit: str, now: datetime, in_background: bool = True) -> ImportRun:
    """Begin an import of the unit's customers, or let the one go on that has not ended.

    Raises NotFound for a unit that is none of theirs, NotAllowed.
    """
    if by.kind == "staff" and unit not in by.business_units:
        raise NotFound(_("There is no such business unit."))
    if by.kind != "system" and not by.has_role(*MAY_IMPORT):
        raise NotAllowed(_("Only administrators may import customers."))
    business_unit(unit)
    run, is_new = ImportRun.objects.get_or_create(
        {"by_label": by.label, "started_at": now, "moved_at": now},
        business_unit=unit,
        status__in=[Status.RUNNING, Status.WAITING, Status.STOPPED],
    )
    if not is_new:
        run.status = Status.RUNNING
        run.error, run.tries = "", 0
        run.save(update_fields=["status", "error", "tries"])
    what = "import.started" if is_new else "import.resumed"
    record(by=by, what=what, where=Where(business_unit=unit), now=now, run=str(run.pk))
    if in_background:
        later("enrolment.import_base", run_id=run.pk, once=str(run.pk))
    return run


def run_import(run_id: UUID) -> Iterator[ImportRun]:
    """Take over page after page, from where the run stands to its end; yield it after each.

    Each page is one transaction with the run's own place, so however it is cut short, it goes
    on there. Two at once do no harm: the one whose page the other has taken ends. Raises
    OutsideBusy and OutsideFailure; the run says so as well.
    """
    run = ImportRun.objects.get(pk=run_id)
    unit = business_unit(run.business_unit)
    while run.status != Status.DONE:
        try:
            records = _read(run, unit)
        except OutsideError as error:
            _note_trouble(run, error)
            raise
        if not _take(run, unit, records):
            return
        yield run


def _read(run: ImportRun, unit: BusinessUnit) -> list[Any]:
    """Return the next page of the run's phase; outside any transaction."""
    if run.phase != Phase.ERP and not unit.crm:
        return []
    code = unit.erp if run.phase == Phase.ERP else unit.crm
    connection = connection_row(code)
    operation = {
        Phase.ERP: "erp.customers",
        Phase.CRM_ACCOUNTS: "crm.accounts",
        Phase.CRM_LINKS: "crm.all_links",
    }[Phase(run.phase)]
    with asking(connection=connection, operation=operation, key=f"import:{run.pk}"):
        return list(islice(_records(run, code), PAGE))


def _records(run: ImportRun, code: str) -> Iterator[Any]:
    match run.phase:
        case Phase.ERP:
            return open_erp(code).customers(after=run.cursor)
        case Phase.CRM_ACCOUNTS:
            return open_crm(code).accounts(after=run.cursor)
    return open_crm(code).all_links(after=run.cursor)


def _take(run: ImportRun, unit: BusinessUnit, records: Sequence[Any]) -> bool:
    """Take a page over; False if another was faster."""
    for tries_left in reversed(range(_TRIES)):
        try:
            return _take_once(run, unit, records)
        except IntegrityError:
            # Somebody became a customer by an application meanwhile: look again who is known.
            if not tries_left:
                raise
    return False


@transaction.atomic
def _take_once(run: ImportRun, unit: BusinessUnit, records: Sequence[Any]) -> bool:
    place = (run.phase, run.cursor)
    run.refresh_from_db(from_queryset=ImportRun.objects.select_for_update())
    if (run.phase, run.cursor) != place or run.status == Status.DONE:
        return False
    now = timezone.now()
    if records:
        counts = _take_page(run, unit, records, now=now)
        run.cursor = records[-1].number if run.phase == Phase.ERP else records[-1].id
        sums = run.counts.get(run.phase, {})
        run.counts = {
            **run.counts,
            run.phase: {
                name: sums.get(name, 0) + counts.get(name, 0) for name in {**sums, **counts}
            },
        }
    if len(records) < PAGE:
        _end_phase(run, unit, now=now)
    run.status = Status.DONE if run.finished_at else Status.RUNNING
    run.moved_at, run.tries, run.error = now, 0, ""
    run.save()
    return True


def _take_page(
    run: ImportRun, unit: BusinessUnit, records: Sequence[Any], *, now: datetime
) -> dict[str, int]:
    code = unit.erp if run.phase == Phase.ERP else unit.crm
    page = Page(run, connection_row(code), now=now)
    match run.phase:
        case Phase.ERP:
            take_customers(page, unit, records)
        case Phase.CRM_ACCOUNTS:
            take_accounts(page, unit, records)
        case Phase.CRM_LINKS:
            take_links(page, unit, records)
    page.write()
    return page.counts


def _end_phase(run: ImportRun, unit: BusinessUnit, *, now: datetime) -> None:
    phases = list(Phase)
    if run.phase == Phase.ERP:
        _report_gone(run, unit)
    following = phases.index(Phase(run.phase)) + 1
    run.cursor = ""
    if following < len(phases):
        run.phase = phases[following]
        return
    run.finished_at = now
    where = Where(business_unit=run.business_unit)
    record(by=SYSTEM, what="import.finished", where=where, now=now, run=str(run.pk))


def _report_gone(run: ImportRun, unit: BusinessUnit) -> None:
    """Report the customers of earlier runs that the ERP no longer has."""
    gone = Imprint.objects.filter(
        connection__code=unit.erp, kind="account", run__business_unit=unit.code
    ).exclude(run=run)
    ImportIssue.objects.bulk_create(
        (
            ImportIssue(
                run=run,
                system=unit.erp,
                outside_id=imprint.outside_id,
                what="gone",
                about=str(imprint.values.get("legal_name", ""))[:200],
            )
            for imprint in gone.iterator(chunk_size=1000)
        ),
        ignore_conflicts=True,
        batch_size=1000,
    )


def _note_trouble(run: ImportRun, error: OutsideError) -> None:
    where_we_stood = ImportRun.objects.filter(pk=run.pk, phase=run.phase, cursor=run.cursor)
    where_we_stood.update(
        status=Status.WAITING if isinstance(error, OutsideBusy) else Status.STOPPED,
        error=str(error)[:300],
        tries=F("tries") + 1,
    )
