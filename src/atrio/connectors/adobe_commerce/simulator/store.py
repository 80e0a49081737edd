"""What the simulated shop keeps, in a file if one is given."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]
# Shared catalogues, and the customer group that stands for each; the first is everybody's.
GROUPS = {1: 1, 2: 4, 3: 5}


class Store:
    """Rows of customers, companies and credit accounts. Not for several threads at once."""

    def __init__(self, file: Path | None = None, *, currency: str = "BRL") -> None:
        """Open what the file holds, or an empty shop."""
        self.currency = currency
        self._file = sqlite3.connect(file or ":memory:", check_same_thread=False)
        self._file.execute(
            "create table if not exists record (kind, id integer, fields, primary key (kind, id))"
        )

    def rows(self, kind: str) -> list[Row]:
        """Return all rows of a kind, the oldest first."""
        found = self._file.execute(
            "select fields from record where kind = ? order by id", [kind]
        ).fetchall()
        return [json.loads(fields) for (fields,) in found]

    def row(self, kind: str, number: int) -> Row | None:
        """Return the row with this number, None if there is none."""
        found = self._file.execute(
            "select fields from record where kind = ? and id = ?", [kind, number]
        ).fetchone()
        return json.loads(found[0]) if found else None

    def add(self, kind: str, row: Row) -> Row:
        """Keep a new row, with the next number of its kind, and return it."""
        last = self._file.execute("select max(id) from record where kind = ?", [kind]).fetchone()
        return self.put(kind, {**row, "id": (last[0] or 0) + 1})

    def put(self, kind: str, row: Row) -> Row:
        """Keep a row and return it."""
        self._file.execute(
            "insert or replace into record values (?, ?, ?)", [kind, row["id"], json.dumps(row)]
        )
        self._file.commit()
        return row
