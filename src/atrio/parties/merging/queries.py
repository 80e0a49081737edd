"""What the merge desk shows: probable pairs, the two sides of one, and what was merged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound
from atrio.parties.merging.rules import BY_LINK, FIELDS, Row, kind_of, proposed, value_of
from atrio.parties.models import Account, Contact, LegalEntity, Merge, Pair
from atrio.parties.queries import accounts_visible_to

Which = Literal["one", "other"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of a pair: the customer, and its company or its person, if that is what resembles."""

    account: Account
    entity: LegalEntity | None
    contact: Contact | None
    people: int  # contacts of the account
    seats: int  # users who sign in for it

    @property
    def id(self) -> UUID:
        """Return what the pair knows it by."""
        return self.shown.pk

    @property
    def shown(self) -> Row:
        """Return what resembles the other side."""
        return self.contact or self.entity or self.account

    @property
    def name(self) -> str:
        """Return how people call it."""
        return str(self.shown)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field of both sides, and whose value holds unless somebody chooses the other's."""

    name: str  # "company.address"
    one: Any
    other: Any
    proposed: Which


@dataclass(frozen=True, slots=True)
class Sides:
    """A pair side by side. `comparisons` has the fields in which they differ."""

    pair: Pair
    one: Side
    other: Side
    keep: Which
    comparisons: Sequence[Comparison]

    @property
    def are_two_accounts(self) -> bool:
        """Say whether two customers are to become one, or what one customer has twice."""
        return self.one.account != self.other.account

    @property
    def have_both_a_company(self) -> bool:
        """Say whether it has to be said that these are one company."""
        return bool(self.are_two_accounts and self.one.entity and self.other.entity)


def pairs_visible_to(by: Actor) -> QuerySet[Pair]:
    """Return the pairs of the units this member of staff works for."""
    units = by.business_units if by.kind == "staff" else ()
    return Pair.objects.filter(business_unit__in=units)


def merges_visible_to(by: Actor) -> QuerySet[Merge]:
    """Return the merges of the units this member of staff works for, newest first."""
    units = by.business_units if by.kind == "staff" else ()
    return Merge.objects.filter(business_unit__in=units).order_by("-id")


def probable_pairs(
    *, by: Actor, status: str, start: int, count: int
) -> list[tuple[Pair, Side, Side]]:
    """Return some pairs, the likeliest first, with both sides; five statements."""
    rows = pairs_visible_to(by).filter(status=status).order_by("-score", "id")
    pairs = list(rows[start : start + count])
    sides = _sides(by, {name for pair in pairs for name in (pair.one_id, pair.other_id)})
    return [
        (pair, sides[pair.one_id], sides[pair.other_id])
        for pair in pairs
        # Merged or gone a moment ago, and the background has not come to it yet.
        if pair.one_id in sides and pair.other_id in sides
    ]


def side_by_side(*, by: Actor, pair_id: UUID) -> Sides:
    """Return a pair with all that can be chosen. Raises NotFound."""
    pair = pairs_visible_to(by).filter(pk=pair_id).first()
    sides = _sides(by, {pair.one_id, pair.other_id}) if pair else {}
    if pair is None or len(sides) != 2:
        raise NotFound(_("There is no such pair any more."))
    one, other = sides[pair.one_id], sides[pair.other_id]
    keep: Which = "one" if _weight(one) >= _weight(other) else "other"
    return Sides(pair, one, other, keep, list(_compare(one, other, keep)))


def get_merge(*, by: Actor, merge_id: UUID) -> Merge:
    """Return a merge. Raises NotFound."""
    found = merges_visible_to(by).filter(pk=merge_id).first()
    if found is None:
        raise NotFound(_("There is no such merge."))
    return found


def _sides(by: Actor, ids: Collection[UUID]) -> dict[UUID, Side]:
    entities = LegalEntity.objects.filter(merged_into=None).in_bulk(ids)
    contacts = Contact.objects.filter(merged_into=None).in_bulk(ids)
    owners = {row.account_id for row in entities.values()}
    owners |= {row.account_id for row in contacts.values()}
    accounts = (
        accounts_visible_to(by)
        .annotate(
            people=Count("contacts", filter=Q(contacts__merged_into=None), distinct=True),
            seats=Count("memberships", distinct=True),
        )
        .in_bulk(owners | set(ids))
    )
    found = {}
    for name in ids:
        entity, contact = entities.get(name), contacts.get(name)
        owner = entity.account_id if entity else contact.account_id if contact else name
        if account := accounts.get(owner):
            found[name] = Side(account, entity, contact, account.people, account.seats)
    return found


def _weight(side: Side) -> tuple[bool, int, float]:
    """Return what speaks for keeping a side: the ERP knows it, people use it, it was first."""
    account = side.account
    return bool(account.customer_number), side.seats, -account.opened_at.timestamp()


def _compare(one: Side, other: Side, keep: Which) -> list[Comparison]:
    rows: list[tuple[Row | None, Row | None]] = [(one.contact, other.contact)]
    if not one.contact:
        rows = [(one.entity, other.entity)]
        if one.account != other.account:
            rows.insert(0, (one.account, other.account))
    return [
        Comparison(
            f"{kind_of(mine)}.{name}",
            value_of(mine, name),
            value_of(its, name),
            _proposed(mine, its, name, keep),
        )
        for mine, its in rows
        if mine and its
        for name in FIELDS[kind_of(mine)]
        if value_of(mine, name) != value_of(its, name)
    ]


def _proposed(one: Row, other: Row, name: str, keep: Which) -> Which:
    if keep == "one":
        return "one" if proposed(one, other, name) == "kept" else "other"
    return "other" if proposed(other, one, name) == "kept" else "one"


def is_by_link(name: str) -> bool:
    """Say whether a field goes with the link to the ERP, where both sides have one."""
    return name in BY_LINK
