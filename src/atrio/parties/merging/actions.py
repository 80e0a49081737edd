"""Merge and undo. An associate does it, and says why; the timeline keeps old and new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotFound, Refused
from atrio.parties.merging.changing import (
    Change,
    follow,
    set_values,
    staying_behind,
    swap_values,
    take_back,
)
from atrio.parties.merging.references import Reference
from atrio.parties.merging.rules import (
    BY_LINK,
    FIELDS,
    UNDO_WITHIN,
    UNIQUE,
    Choices,
    Row,
    kind_of,
    proposed,
    refuse_unless_may_merge,
)
from atrio.parties.models import Account, Contact, LegalEntity, Merge
from atrio.parties.queries import accounts_visible_to
from atrio.timeline.actions import Where, record

R = TypeVar("R", LegalEntity, Contact)


class NotTogether(Refused):
    """The two cannot become one: they are one already, or belong to different units or accounts."""


class UndoRefused(Refused):
    """The merge cannot be undone: it was undone, is too old, or another one stands on it."""


@transaction.atomic
def merge_accounts(
    *,
    by: Actor,
    keep: UUID,
    drop: UUID,
    same_company: tuple[UUID, UUID] | None = None,
    choices: Choices,
    reason: str,
    now: datetime,
) -> Merge:
    """Make one customer of two: what belongs to the dropped one belongs to the kept one.

    `same_company` names the legal entity of each, kept one first, when they are one company
    written down twice; else the kept account has both. A contact that both have, by the address
    of mail, becomes one. Raises NotFound, NotAllowed, NotTogether.
    """
    accounts = _locked(by, {keep, drop})
    kept, dropped = accounts[keep], accounts[drop]
    entities = _entities(same_company, kept=keep, dropped=drop) if same_company else None
    aliases = _aliases(staying_behind("account", dropped=drop, kept=keep))
    changes = [
        *_make_one(kept, dropped, _by_link(choices, is_linked=bool(aliases))),
        *_fold_contacts(kept=keep, dropped=drop),
    ]
    if entities:
        changes += _make_one(*entities, choices)
    return _keep(by, kept, dropped, kept, changes, aliases, reason, now)


@transaction.atomic
def merge_companies(
    *, by: Actor, keep: UUID, drop: UUID, choices: Choices, reason: str, now: datetime
) -> Merge:
    """Make one legal entity of two of one account. Raises NotFound, NotAllowed, NotTogether."""
    account = _account_of_both(by, LegalEntity, keep, drop)
    kept, dropped = _two(LegalEntity, keep, drop)
    beside = staying_behind("company", dropped=drop, kept=keep)
    changes = _make_one(kept, dropped, choices)
    return _keep(by, kept, dropped, account, changes, _aliases(beside), reason, now)


@transaction.atomic
def merge_contacts(
    *, by: Actor, keep: UUID, drop: UUID, choices: Choices, reason: str, now: datetime
) -> Merge:
    """Make one contact of two at one account. Raises NotFound, NotAllowed, NotTogether."""
    account = _account_of_both(by, Contact, keep, drop)
    kept, dropped = _two(Contact, keep, drop)
    beside = staying_behind("contact", dropped=drop, kept=keep)
    changes = _make_one(kept, dropped, choices)
    return _keep(by, kept, dropped, account, changes, _aliases(beside), reason, now)


@transaction.atomic
def undo_merge(*, by: Actor, merge_id: UUID, reason: str, now: datetime) -> Merge:
    """Put back whatever nobody has changed since, and say in `not_undone` what could not be.

    Raises NotFound, NotAllowed, UndoRefused.
    """
    found = Merge.objects.select_for_update().filter(
        pk=merge_id, business_unit__in=by.business_units
    )
    merge = found.first()
    if merge is None:
        raise NotFound(_("There is no such merge."))
    refuse_unless_may_merge(by)
    _refuse_undo(merge, now)
    left = [said for change in reversed(merge.changes) if (said := take_back(change))]
    merge.undone_at, merge.undone_by, merge.not_undone = now, by.label[:120], left
    merge.save(update_fields=["undone_at", "undone_by", "not_undone"])
    _record(by, merge, "merge_undone", now, reason=reason, not_undone=left)
    return merge


def _locked(by: Actor, ids: set[UUID]) -> dict[UUID, Account]:
    """Lock the accounts and return them; whoever merges two others waits for us."""
    found = accounts_visible_to(by) if by.kind == "staff" else Account.objects.none()
    rows = list(found.select_for_update().filter(pk__in=ids).order_by("pk"))
    if len(rows) != len(ids):
        raise NotFound(_("There is no such customer."))
    refuse_unless_may_merge(by)
    if len({row.business_unit for row in rows}) > 1:
        raise NotTogether(_("They are customers of different business units."))
    return {row.pk: row for row in rows}


def _account_of_both(
    by: Actor, model: type[LegalEntity | Contact], keep: UUID, drop: UUID
) -> Account:
    """Lock the one account that both belong to, and return it."""
    at = model._default_manager.filter(pk__in=[keep, drop]).values_list("account_id", flat=True)  # noqa: SLF001
    accounts = _locked(by, set(at))
    if len(accounts) != 1:
        raise NotTogether(_("They belong to different customers."))
    return next(iter(accounts.values()))


def _two(model: type[R], keep: UUID, drop: UUID) -> tuple[R, R]:
    """Return the two rows, once nobody else can merge them."""
    rows = model._default_manager.filter(merged_into=None).in_bulk([keep, drop])  # noqa: SLF001
    if keep == drop:
        raise NotTogether(_("These are one and the same already."))
    if len(rows) != 2:
        raise NotFound(_("There is no such customer."))
    return rows[keep], rows[drop]


def _entities(
    ids: tuple[UUID, UUID], *, kept: UUID, dropped: UUID
) -> tuple[LegalEntity, LegalEntity]:
    one, other = _two(LegalEntity, *ids)
    if (one.account_id, other.account_id) != (kept, dropped):
        raise NotFound(_("There is no such customer."))
    return one, other


def _aliases(beside: list[tuple[Reference, Model]]) -> list[dict[str, str]]:
    return [reference.alias(row) for reference, row in beside if reference.alias]


def _by_link(choices: Choices, *, is_linked: bool) -> Choices:
    """Return the choices that are left where the ERP has both: it keeps saying what it said."""
    return {**choices, **dict.fromkeys(BY_LINK, "kept")} if is_linked else choices


def _make_one(kept: Row, dropped: Row, choices: Choices) -> list[Change]:
    """Let the kept row have the values that were chosen, and all that refers to the other."""
    if kept.pk == dropped.pk:
        raise NotTogether(_("These are one and the same already."))
    kind = kind_of(kept)
    taken = [
        name
        for name in FIELDS[kind]
        if choices.get(f"{kind}.{name}", proposed(kept, dropped, name)) == "dropped"
    ]
    return [
        *_take_values(kept, dropped, taken),
        *follow(kind, dropped=dropped.pk, kept=kept.pk),
        *set_values(dropped, {"merged_into_id": kept.pk}),
    ]


def _take_values(kept: Row, dropped: Row, names: list[str]) -> Iterator[Change]:
    kind = kind_of(kept)
    values: dict[str, object] = {}
    for name in names:
        if f"{kind}.{name}" in UNIQUE:
            yield swap_values(kept, dropped, FIELDS[kind][name])
        else:
            values |= {column: getattr(dropped, column) for column in FIELDS[kind][name]}
    if isinstance(kept, LegalEntity) and isinstance(dropped, LegalEntity):
        said = {name: dropped.sources[name] for name in names if name in dropped.sources}
        own = {name: who for name, who in kept.sources.items() if name not in names}
        values["sources"] = own | said
    yield from set_values(kept, values)


def _fold_contacts(*, kept: UUID, dropped: UUID) -> list[Change]:
    """Make one of each contact that both accounts have, which is why it could not follow."""
    left = Contact.objects.filter(account_id=dropped, merged_into=None)
    twins = {
        contact.email: contact
        for contact in Contact.objects.filter(account_id=kept, merged_into=None)
    }
    return [
        change
        for contact in left.order_by("pk")
        if contact.email in twins
        for change in _make_one(twins[contact.email], contact, {"contact.email": "kept"})
    ]


def _keep(
    by: Actor,
    kept: Row,
    dropped: Row,
    account: Account,
    changes: list[Change],
    aliases: list[dict[str, str]],
    reason: str,
    now: datetime,
) -> Merge:
    merge = Merge.objects.create(
        kind=kind_of(kept),
        business_unit=account.business_unit,
        kept_id=kept.pk,
        dropped_id=dropped.pk,
        kept_name=str(kept)[:200],
        dropped_name=str(dropped)[:200],
        reason=reason[:300],
        changes=changes,
        aliases=aliases,
        by_label=by.label[:120],
        merged_at=now,
        undo_until=now + UNDO_WITHIN,
    )
    shown = [
        {name: change[name] for name in ("model", "field", "old", "new")}
        for change in changes
        if change["do"] == "set" and change["field"] not in {"merged_into_id", "sources"}
    ]
    swapped = [
        {"model": change["model"], "field": change["fields"][-1], "before": change["before"]}
        for change in changes
        if change["do"] == "swap"
    ]
    _record(by, merge, "merged", now, reason=reason, values=shown, swapped=swapped, aliases=aliases)
    return merge


def _record(by: Actor, merge: Merge, what: str, now: datetime, **data: object) -> None:
    ids = {"merge": str(merge.pk), "kept": str(merge.kept_id), "dropped": str(merge.dropped_id)}
    accounts = {"account": [merge.kept_id, merge.dropped_id]}.get(merge.kind, [None])
    for account in accounts:
        where = Where(account_id=account, business_unit=merge.business_unit)
        record(by=by, what=f"{merge.kind}.{what}", where=where, now=now, **ids, **data)


def _refuse_undo(merge: Merge, now: datetime) -> None:
    if merge.undone_at:
        raise UndoRefused(_("This merge has been undone already."))
    if now >= merge.undo_until:
        raise UndoRefused(_("A merge can be undone for 30 days, and those are over."))
    later = Merge.objects.filter(
        dropped_id=merge.kept_id, undone_at=None, merged_at__gte=merge.merged_at
    )
    if later.exists():
        raise UndoRefused(_("What was kept has been merged into another since: undo that first."))
