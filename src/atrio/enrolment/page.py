"""What one page of records changes, written with a handful of statements at its end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.db.models import Model

from atrio.enrolment.models import ImportIssue, ImportRun, Imprint
from atrio.enrolment.rules import Doubt
from atrio.enrolment.writing import insert_set
from atrio.kernel.actors import SYSTEM
from atrio.outside.models import Connection, Link
from atrio.parties.models import Account, Contact, LegalEntity
from atrio.timeline.actions import Where, entry

# Whatever is referred to comes first.
_ORDER = (Account, LegalEntity, Contact, Link)


class Page:
    """Rows to add and to change, issues, and counts."""

    def __init__(self, run: ImportRun, connection: Connection, *, now: datetime) -> None:
        self.run = run
        self.connection = connection
        self.now = now
        self.counts: Counter[str] = Counter()
        self._added: dict[type[Model], list[Model]] = defaultdict(list)
        self._changed: dict[Model, set[str]] = defaultdict(set)
        self._doubts: dict[tuple[str, str, str], ImportIssue] = {}
        self._seen_again: list[int] = []

    def add(self, row: Model) -> None:
        """Have a row inserted."""
        self._added[type(row)].append(row)

    def change(self, row: Model, name: str, value: object) -> None:
        """Have one field of a row written, unless that says so already."""
        if getattr(row, name) != value:
            setattr(row, name, value)
            # One that is yet to be inserted carries the value with it.
            if not row._state.adding:  # noqa: SLF001 - documented
                self._changed[row].add(name)

    def link(self, kind: str, object_id: UUID, outside_id: str) -> None:
        """Tie our object to its id over there."""
        self.counts["linked"] += 1
        self.add(
            Link(
                connection_id=self.connection.pk,
                kind=kind,
                object_id=object_id,
                outside_id=outside_id,
                created_at=self.now,
            )
        )

    def imprint(
        self,
        before: Imprint | None,
        *,
        kind: str,
        outside_id: str,
        object_id: UUID,
        values: Mapping[str, Any],
        is_origin: bool = False,
    ) -> None:
        """Remember what the system says now."""
        if before is None:
            self.add(
                Imprint(
                    connection_id=self.connection.pk,
                    kind=kind,
                    outside_id=outside_id,
                    object_id=object_id,
                    is_origin=is_origin,
                    values=dict(values),
                    run_id=self.run.pk,
                )
            )
            return
        if kind == "account":
            self.seen(before)
        self.change(before, "values", dict(values))

    def seen(self, imprint: Imprint) -> None:
        """Note that the account is still there, also when nothing of it is taken over."""
        self._seen_again.append(imprint.pk)

    def doubt(self, outside_id: str, doubt: Doubt) -> None:
        """Report a record."""
        self._doubts[outside_id, doubt.what, doubt.about] = ImportIssue(
            run=self.run,
            system=self.connection.code,
            outside_id=outside_id[:200],
            what=doubt.what,
            about=doubt.about,
            details=dict(doubt.details),
        )

    def changes(self, *rows: Model) -> bool:
        """Say whether one of the rows is changed by this page."""
        return any(row in self._changed for row in rows)

    def write(self) -> None:
        """Write it all, within the caller's transaction."""
        for model in _ORDER:
            insert_set(self._added[model])
        insert_set(self._added[Imprint])
        insert_set(list(self._doubts.values()), unless_there=True)
        fields: dict[type[Model], set[str]] = defaultdict(set)
        rows: dict[type[Model], list[Model]] = defaultdict(list)
        for row, names in self._changed.items():
            fields[type(row)] |= names
            rows[type(row)].append(row)
        for changed_model, changed in rows.items():
            manager = changed_model._default_manager  # noqa: SLF001 - documented
            manager.bulk_update(changed, sorted(fields[changed_model]))
        _see_again(self._seen_again, self.run)
        self._record_accounts()
        self.counts["doubts"] += len(self._doubts)

    def _record_accounts(self) -> None:
        insert_set(
            [
                entry(
                    by=SYSTEM,
                    what="account.imported",
                    where=Where(account_id=row.pk, business_unit=self.run.business_unit),
                    now=self.now,
                    system=self.connection.code,
                )
                for row in self._added[Account]
            ]
        )


def _see_again(imprints: list[int], run: ImportRun) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "update enrolment_imprint set run_id = %s where id = any(%s)", [run.pk, imprints]
        )
