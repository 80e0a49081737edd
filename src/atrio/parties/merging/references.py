"""Which columns refer to a customer, a company or a contact, and how each follows a merge.

Every package declares its own in its `receivers`. A test goes through all models and fails for a
column that nobody has declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import Exists, Model, OneToOneField, OuterRef, Q, QuerySet, UniqueConstraint

from atrio.notices.models import Message
from atrio.parties.models import Account, Contact, LegalEntity, MatchKey, Membership, Pair
from atrio.timeline.models import Entry

Kind = Literal["account", "company", "contact"]
# moves: it belongs to the kept one from now on; unless the kept one has its like, which wins.
# forgotten: it is made anew from what it was made of.
# stays: it tells of the past, and the tombstone leads on from there.
How = Literal["moves", "forgotten", "stays"]


@dataclass(frozen=True)
class Reference:
    """A column that refers to one of ours, and what becomes of it when that is merged."""

    model: type[Model]
    column: str
    to: Kind
    how: How
    where: Mapping[str, Any] = field(default_factory=dict)
    alias: Callable[[Any], dict[str, str]] | None = None

    @property
    def label(self) -> str:
        """Return how a merge names the column it has moved."""
        return f"{self.model._meta.label}.{self.column}"  # noqa: SLF001 - Django documents it

    def rows(self, subject: object) -> QuerySet[Model]:
        """Return the rows that refer to one of ours."""
        return self.model._default_manager.filter(**self.where, **{self.column: subject})  # noqa: SLF001

    def moving(self, *, dropped: object, kept: object) -> QuerySet[Model]:
        """Return the rows of the dropped one that the kept one has nothing like."""
        return self.rows(dropped).exclude(self._has_its_like(kept))

    def staying(self, *, dropped: object, kept: object) -> QuerySet[Model]:
        """Return the rows of the dropped one that the kept one has its own of."""
        return self.rows(dropped).filter(self._has_its_like(kept))

    def _has_its_like(self, kept: object) -> Q:
        mine = self.rows(kept)
        found = Q(pk__in=[])
        for others in self._unique_with():
            found |= Q(Exists(mine.filter(**{name: OuterRef(name) for name in others})))
        return found

    def _unique_with(self) -> list[list[str]]:
        """Return, for each constraint that the column is part of, what it is unique with."""
        meta = self.model._meta  # noqa: SLF001
        column = meta.get_field(self.column)
        names = {column.name, getattr(column, "attname", column.name)}
        groups = [c.fields for c in meta.constraints if isinstance(c, UniqueConstraint)]
        found = [[n for n in group if n not in names] for group in groups if names & set(group)]
        return [*found, []] if isinstance(column, OneToOneField) else found


REFERENCES: list[Reference] = []


def refers(
    model: type[Model],
    column: str,
    *,
    to: Kind,
    how: How = "moves",
    where: Mapping[str, Any] | None = None,
    alias: Callable[[Any], dict[str, str]] | None = None,
) -> None:
    """Declare how a column follows when what it refers to is merged.

    `where` limits it to some rows of a column that refers to several kinds. `alias` says of a row
    that could not follow, because the kept one has its like, what the merge desk shows of it:
    {"system": …, "id": …}.
    """
    declared = Reference(model, column, to, how, where or {}, alias)
    if declared not in REFERENCES:
        REFERENCES.append(declared)


def references_to(kind: Kind, how: How) -> list[Reference]:
    """Return the columns that refer to a kind and follow in a way."""
    return [one for one in REFERENCES if one.to == kind and one.how == how]


refers(LegalEntity, "account_id", to="account")
refers(Contact, "account_id", to="account")
refers(Membership, "account_id", to="account")
refers(Message, "account_id", to="account")
refers(Entry, "account_id", to="account", how="stays")
refers(MatchKey, "account_id", to="account", how="forgotten")
_KINDS: tuple[Kind, ...] = ("account", "company", "contact")
for _kind in _KINDS:
    refers(MatchKey, "subject_id", to=_kind, how="forgotten")
    refers(Pair, "one_id", to=_kind, how="forgotten")
    refers(Pair, "other_id", to=_kind, how="forgotten")
# What was merged into the dropped one leads on through it.
refers(Account, "merged_into_id", to="account", how="stays")
refers(LegalEntity, "merged_into_id", to="company", how="stays")
refers(Contact, "merged_into_id", to="contact", how="stays")
