"""The Febrl data sets: invented persons and their misspelt doubles; the truth is in their ids.

They lie outside the project, in the folder of real data, and may be absent.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

from atrio.parties.matching.pairs import find_pairs
from atrio.parties.matching.records import Identifier, PartyRecord, Place

# What belongs together: the fourth is a file of originals and one of their doubles.
SETS: dict[str, tuple[str, ...]] = {"1": ("1",), "2": ("2",), "3": ("3",), "4": ("4a", "4b")}

Named = tuple[str, PartyRecord]
Pair = tuple[str, str]


def read(folder: Path, name: str) -> list[Named]:
    """Return the records of a set of SETS, each with its id."""
    return [row for part in SETS[name] for row in _read(folder / f"dataset{part}.csv")]


def measure(records: list[Named], name: str) -> tuple[float, int]:
    """Return the pairwise F1 of what is found among the records, and how many pairs it took."""
    is_linkage = len(SETS[name]) > 1

    def may_be(one: str, other: str) -> bool:
        return not is_linkage or _is_original(one) != _is_original(other)

    found = find_pairs(records, may_be=may_be)
    truth = true_pairs(name for name, _record in records)
    same = found.same()
    return 2 * len(same & truth) / (len(same) + len(truth)), found.considered


def true_pairs(names: Iterable[str]) -> set[Pair]:
    """Return the pairs that are one person: rec-1070-org and rec-1070-dup-0."""
    people: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        people[name.split("-")[1]].append(name)
    return {pair for one in people.values() for pair in combinations(sorted(one), 2)}


def _is_original(name: str) -> bool:
    return name.endswith("-org")


def _read(file: Path) -> list[Named]:
    with file.open(newline="") as lines:
        rows = csv.reader(lines, skipinitialspace=True)
        header = [name.strip() for name in next(rows)]
        return [_record(dict(zip(header, row, strict=True))) for row in rows]


def _record(row: dict[str, str]) -> Named:
    record = PartyRecord(
        kind="person",
        names=(f"{row['given_name']} {row['surname']}",),
        identifiers=(Identifier("soc_sec_id", row["soc_sec_id"]),),
        address=Place(
            street=row["address_1"],
            number=row["street_number"],
            extra=row["address_2"],
            postal_code=row["postcode"],
            city=row["suburb"],
            region=row["state"],
        ),
        birth_date=row["date_of_birth"],
    )
    return row["rec_id"].strip(), record
