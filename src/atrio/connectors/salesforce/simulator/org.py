"""The records of an org, and what happens by itself when they are written."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from atrio.connectors.salesforce.simulator.duplicates import Match, find_match
from atrio.connectors.salesforce.simulator.errors import ApiError, no_such_column
from atrio.connectors.salesforce.simulator.schema import (
    EXTERNAL_IDS,
    PARENTS,
    TABLES,
    Row,
    Value,
    attributes,
    compared,
    fields_of,
    new_id,
    serial_of,
    validated,
)
from atrio.connectors.salesforce.simulator.soql import Query

_LINK = "AccountContactRelation"


class Org:
    """Tables of rows, kept in a file if one is given. Not for several threads at once."""

    def __init__(self, file: Path | None = None) -> None:
        """Open the org that the file holds, or an empty one."""
        # What an administrator sets, and what tests turn.
        self.unique = set(EXTERNAL_IDS)  # fields
        self.blocks_duplicates = False  # so that no `allowSave` helps
        self.locked: Counter[str] = Counter()  # table → how many writes meet a lock
        # By the first fifteen characters of their ids, which rise.
        self._rows: dict[str, dict[str, Row]] = {table: {} for table in TABLES}
        self._serial = 0
        self._file = sqlite3.connect(file or ":memory:", check_same_thread=False)
        self._file.execute("create table if not exists record (id primary key, kind, fields)")
        for kind, fields in self._file.execute("select kind, fields from record order by id"):
            row = json.loads(fields)
            self._rows[kind][compared(row["Id"])] = row
            self._serial = max(self._serial, serial_of(row["Id"]))

    def rows(self, table: str) -> list[Row]:
        """Return a table's rows in the order of their ids."""
        return list(self._rows[table].values())

    def read(self, table: str, identity: str) -> Row:
        """Return a row; ApiError(NOT_FOUND) if there is none."""
        row = self._rows[table].get(identity[:15]) if len(identity) in (15, 18) else None
        if row is None:
            message = "Provided external ID field does not exist or is not accessible"
            raise ApiError(404, "NOT_FOUND", message)
        return row

    def select(self, query: Query) -> list[dict[str, Any]]:
        """Return the records a query asks for, in the shape they are sent in."""
        if query.table not in TABLES:
            message = f"sObject type '{query.table}' is not supported."
            raise ApiError(400, "INVALID_TYPE", message)
        # Names are refused even where there is no row to look at.
        query.where(partial(self._value, query.table, None))
        for path in query.fields:
            self._value(query.table, None, path)
        found = [
            row
            for row in self.rows(query.table)
            if query.where(partial(self._value, query.table, row))
        ]
        return [self._sent(query, row) for row in found[: query.limit]]

    def create(
        self, table: str, values: Mapping[str, object], *, despite_duplicates: bool = False
    ) -> str:
        """Create a row and return its id; raises ApiError."""
        row = validated(table, values, creates=True)
        self._meet_lock(table)
        self._check(table, row, own="")
        self._refuse_duplicates(table, row, own="", despite_duplicates=despite_duplicates)
        self._serial += 1
        blank: Row = dict.fromkeys(fields_of(table))
        identity = new_id(table, self._serial)
        if table == _LINK:
            blank["IsActive"], blank["IsDirect"] = True, False
        self._keep(table, blank | row | {"Id": identity})
        if table == "Contact":
            self._file_under(identity, row.get("AccountId"))
        return identity

    def change(
        self,
        table: str,
        identity: str,
        values: Mapping[str, object],
        *,
        despite_duplicates: bool = False,
    ) -> None:
        """Change a row; raises ApiError."""
        before = self.read(table, identity)
        changes = validated(table, values, creates=False)
        self._meet_lock(table)
        own = compared(identity)
        after = before | changes
        self._check(table, after, own=own)
        if any(before[name] != value for name, value in changes.items()):
            self._refuse_duplicates(table, after, own=own, despite_duplicates=despite_duplicates)
        self._keep(table, after)
        if "AccountId" in changes and changes["AccountId"] != before["AccountId"]:
            self._file_under(own, changes["AccountId"])

    def with_external_id(self, table: str, name: str, value: str) -> list[Row]:
        """Return the rows with an external id; ApiError(NOT_FOUND) if the field is none."""
        if name not in EXTERNAL_IDS or name not in fields_of(table):
            message = f"Provided external ID field does not exist or is not accessible: {name}"
            raise ApiError(404, "NOT_FOUND", message)
        wanted = value.casefold()
        return [row for row in self.rows(table) if str(row[name] or "").casefold() == wanted]

    def put(self, table: str, values: Row) -> str:
        """Write a row that no rule has looked at, as years of other people's work leave them."""
        self._serial += 1
        identity = new_id(table, self._serial)
        blank: Row = dict.fromkeys(fields_of(table))
        self._keep(table, blank | values | {"Id": identity})
        return identity

    def _keep(self, table: str, row: Row) -> None:
        if table == "Contact":
            row["Name"] = " ".join(str(p) for p in (row["FirstName"], row["LastName"]) if p)
        identity = str(row["Id"])
        self._rows[table][compared(identity)] = row
        with self._file:
            self._file.execute(
                "insert or replace into record values (?, ?, ?)",
                (identity, table, json.dumps(row)),
            )

    def _file_under(self, contact: str, account: Value) -> None:
        """Make the direct relation of a contact that is filed under an account."""
        for row in self.rows(_LINK):
            if compared(str(row["ContactId"])) == contact[:15] and row["IsDirect"]:
                del self._rows[_LINK][compared(str(row["Id"]))]
                with self._file:
                    self._file.execute("delete from record where id = ?", (row["Id"],))
        if account:
            ends: Row = {"AccountId": account, "ContactId": contact}
            self.put(_LINK, {**ends, "IsActive": True, "IsDirect": True})

    def _meet_lock(self, table: str) -> None:
        if self.locked[table]:
            self.locked[table] -= 1
            message = "unable to obtain exclusive access to this record"
            raise ApiError(400, "UNABLE_TO_LOCK_ROW", message)

    def _check(self, table: str, row: Row, *, own: str) -> None:
        """Refuse a row whose parents are not there, or that takes what is another one's."""
        for parent, name in PARENTS.get(table, {}).items():
            value = row.get(name)
            if value and str(value)[:15] not in self._rows[parent]:
                message = f"invalid cross reference id: {value}"
                raise ApiError(400, "INVALID_CROSS_REFERENCE_KEY", message, fields=[name])
        others = [other for key, other in self._rows[table].items() if key != own]
        for name in self.unique & {name for name, value in row.items() if value}:
            for other in others:
                if str(other[name] or "").casefold() == str(row[name]).casefold():
                    raise _taken(name, other)
        if table == _LINK:
            ends = [str(row[name])[:15] for name in ("AccountId", "ContactId")]
            for other in others:
                if [str(other[name])[:15] for name in ("AccountId", "ContactId")] == ends:
                    raise _taken("AccountId,ContactId", other)

    def _refuse_duplicates(
        self, table: str, row: Row, *, own: str, despite_duplicates: bool
    ) -> None:
        others = [other for key, other in self._rows[table].items() if key != own]
        match = find_match(table, row, others)
        if match and (self.blocks_duplicates or not despite_duplicates):
            raise DuplicatesDetected(match, may_save=not self.blocks_duplicates)

    def _value(self, table: str, row: Row | None, path: str) -> Value:
        """Return what stands at a path; without a row, only look whether the path leads there."""
        parent, dot, rest = path.partition(".")
        if not dot:
            if path not in TABLES[table]:
                raise no_such_column(table, path)
            return row[path] if row else None
        if parent not in PARENTS.get(table, {}):
            message = f"Didn't understand relationship '{parent}' in field path"
            raise ApiError(400, "INVALID_FIELD", message)
        return self._value(parent, row and self._above(table, row, parent), rest)

    def _sent(self, query: Query, row: Row) -> dict[str, Any]:
        sent: dict[str, Any] = {"attributes": attributes(query.table, row)}
        for path in query.fields:
            value = self._value(query.table, row, path)
            parent, dot, name = path.partition(".")
            if not dot:
                sent[path] = value
                continue
            above = self._above(query.table, row, parent)
            if above is None:
                sent[parent] = None
            else:
                sent.setdefault(parent, {"attributes": attributes(parent, above)})[name] = value
        return sent

    def _above(self, table: str, row: Row, parent: str) -> Row | None:
        return self._rows[parent].get(str(row[PARENTS[table][parent]])[:15])


class DuplicatesDetected(Exception):
    """A duplicate rule has found the record that was to be written."""

    def __init__(self, match: Match, *, may_save: bool) -> None:
        super().__init__(match.table)
        self.match = match
        self.may_save = may_save


def _taken(name: str, other: Row) -> ApiError:
    message = f"duplicate value found: {name} duplicates value on record with id: {other['Id']}"
    return ApiError(400, "DUPLICATE_VALUE", message)
