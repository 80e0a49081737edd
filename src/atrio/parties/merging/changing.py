"""The changes a merge consists of: done one by one, kept as they were done, and taken back.

A change is JSON. Taking it back touches only what is still as the merge has left it; of the rest
it says what it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from atrio.parties.merging.references import Kind, Reference, references_to

Change = dict[str, Any]


def follow(kind: Kind, *, dropped: UUID, kept: UUID) -> Iterator[Change]:
    """Let everything that refers to the dropped one follow, and yield each change."""
    for reference in references_to(kind, "forgotten"):
        # An id of ours is the id of one thing: no other kind's rows are meant.
        reference.rows(dropped).delete()
    for reference in references_to(kind, "moves"):
        moving = reference.moving(dropped=dropped, kept=kept)
        ids = [str(pk) for pk in moving.values_list("pk", flat=True)]
        if ids:
            _rows(reference.model, ids).update(**{reference.column: kept})
            yield {
                "do": "move",
                "model": _label(reference.model),
                "column": reference.column,
                "ids": ids,
                "from": str(dropped),
                "to": str(kept),
            }


def staying_behind(
    kind: Kind, *, dropped: UUID, kept: UUID
) -> list[tuple[Reference, models.Model]]:
    """Return the rows that cannot follow because the kept one has their like."""
    return [
        (reference, row)
        for reference in references_to(kind, "moves")
        for row in reference.staying(dropped=dropped, kept=kept)
    ]


def set_values(row: models.Model, values: dict[str, Any]) -> Iterator[Change]:
    """Give fields of a row their new values, and yield each that has changed."""
    for name, new in values.items():
        old = getattr(row, name)
        if old != new:
            setattr(row, name, new)
            yield {
                "do": "set",
                "model": _label(type(row)),
                "id": str(row.pk),
                "field": name,
                "old": _plain(old),
                "new": _plain(new),
            }
    row.save(update_fields=list(values))


def swap_values(one: models.Model, other: models.Model, names: Sequence[str]) -> Change:
    """Let two rows exchange values that are unique: what is no longer the one's is the other's."""
    before = {str(row.pk): [getattr(row, name) for name in names] for row in (one, other)}
    _swap(one, other, names)
    return {"do": "swap", "model": _label(type(one)), "fields": list(names), "before": before}


def take_back(change: Change) -> str:
    """Take one change back as far as nobody has touched it since; return what is left, or ""."""
    return {"move": _take_back_move, "set": _take_back_set, "swap": _take_back_swap}[change["do"]](
        change
    )


def _take_back_move(change: Change) -> str:
    rows = _rows(_model(change), change["ids"]).filter(**{change["column"]: change["to"]})
    returned = rows.update(**{change["column"]: change["from"]})
    left = len(change["ids"]) - returned
    return f"{change['model']}: {left}" if left else ""


def _take_back_set(change: Change) -> str:
    row = _model(change)._default_manager.filter(pk=change["id"]).first()  # noqa: SLF001
    if row is None or _plain(getattr(row, change["field"])) != change["new"]:
        return f"{change['model']}.{change['field']}"
    setattr(row, change["field"], change["old"])
    row.save(update_fields=[change["field"]])
    return ""


def _take_back_swap(change: Change) -> str:
    names = change["fields"]
    (one_id, was_of_one), (other_id, was_of_other) = change["before"].items()
    rows = _model(change)._default_manager.in_bulk([UUID(one_id), UUID(other_id)])  # noqa: SLF001
    one, other = rows.get(UUID(one_id)), rows.get(UUID(other_id))
    said = f"{change['model']}.{names[-1]}"
    if one is None or other is None:
        return said
    if [[getattr(row, n) for n in names] for row in (one, other)] != [was_of_other, was_of_one]:
        return said
    _swap(one, other, names)
    return ""


def _swap(one: models.Model, other: models.Model, names: Sequence[str]) -> None:
    of_one, of_other = ([getattr(row, name) for name in names] for row in (one, other))
    # The last of them is a text and no other row's: for a moment nobody has either.
    setattr(other, names[-1], f"~{str(other.pk)[:30]}")
    other.save(update_fields=[names[-1]])
    for row, values in ((one, of_other), (other, of_one)):
        for name, value in zip(names, values, strict=True):
            setattr(row, name, value)
        row.save(update_fields=list(names))


def _rows(model: type[models.Model], ids: Sequence[str]) -> models.QuerySet[models.Model]:
    return model._default_manager.filter(pk__in=ids)  # noqa: SLF001


def _label(model: type[models.Model]) -> str:
    return model._meta.label  # noqa: SLF001


def _model(change: Change) -> type[models.Model]:
    return apps.get_model(change["model"])


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
