"""How the merge desk speaks: evidence, values and changes in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from atrio.desk.words import Status, Text

if TYPE_CHECKING:
    from atrio.outside.models import Link
    from atrio.parties.merging.queries import Side
    from atrio.parties.models import Merge

VIEWS: Mapping[str, Text] = {
    "open": gettext_lazy("Probably one"),
    "dismissed": gettext_lazy("Told apart"),
    "merged": gettext_lazy("Made one"),
}
_FIELDS: Mapping[str, Text] = {
    "account.name": gettext_lazy("Customer's name"),
    "account.customer_number": gettext_lazy("Customer number"),
    "account.price_group": gettext_lazy("Price group"),
    "company.legal_name": gettext_lazy("Legal name"),
    "company.trade_name": gettext_lazy("Trade name"),
    "company.tax_id": gettext_lazy("Tax number"),
    "company.activity": gettext_lazy("Activity"),
    "company.address": gettext_lazy("Address"),
    "company.domain": gettext_lazy("Internet domain"),
    "contact.name": gettext_lazy("Name"),
    "contact.email": gettext_lazy("Email"),
    "contact.phone": gettext_lazy("Telephone"),
    "contact.language": gettext_lazy("Language"),
    "contact.is_active": gettext_lazy("Works there"),
}
_ABOUT: Mapping[str, Text] = {
    "identifier": gettext_lazy("tax number"),
    "name": gettext_lazy("name"),
    "birth_date": gettext_lazy("date of birth"),
    "email": gettext_lazy("email"),
    "phone": gettext_lazy("telephone"),
    "domain": gettext_lazy("internet domain"),
    "street": gettext_lazy("street"),
    "number": gettext_lazy("house number"),
    "extra": gettext_lazy("address line"),
    "postal_code": gettext_lazy("postcode"),
    "city": gettext_lazy("city"),
    "region": gettext_lazy("region"),
}
_LEVELS: Mapping[str, Status] = {
    "same": Status("good", "check", pgettext_lazy("two values", "the same")),
    "alike": Status("info", "help-circle", pgettext_lazy("two values", "alike")),
    "different": Status("warn", "x", pgettext_lazy("two values", "different")),
}
_MODELS: Mapping[str, Text] = {
    "parties.Account": gettext_lazy("customer"),
    "parties.LegalEntity": gettext_lazy("companies"),
    "parties.Contact": gettext_lazy("contacts"),
    "parties.Membership": gettext_lazy("seats"),
    "notices.Message": gettext_lazy("messages"),
    "onboarding.Application": gettext_lazy("applications"),
    "outside.Link": gettext_lazy("links to other systems"),
}
_KINDS = {"Account": "account", "LegalEntity": "company", "Contact": "contact"}
_LINES = (("street", "number", "extra"), ("district",), ("postal_code", "city", "region"))


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One comparison: what of, how alike in a hundredth, and whether it speaks for one party."""

    about: Text
    status: Status
    likeness: str
    speaks_for: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One thing a merge has changed: a value, old and new, or how many of what have moved."""

    label: Text
    old: str
    new: str
    moved: int = 0


def likely(score: float, verdict: str) -> Status:
    """Return how likely two are one, in words and in a hundredth."""
    share = {"percent": round(100 * score)}
    if verdict == "same":
        return Status("good", "users", _("very likely, %(percent)s %%") % share)
    return Status("info", "help-circle", _("perhaps, %(percent)s %%") % share)


def state_of(merge: Merge, *, now: datetime) -> Status:
    """Return whether a merge holds, and for how long it can be taken back."""
    if merge.undone_at:
        return Status("", "history", _("taken back"))
    if now < merge.undo_until:
        until = date_format(localtime(merge.undo_until), "SHORT_DATE_FORMAT")
        return Status("info", "check", _("undo until %(day)s") % {"day": until})
    return Status("good", "circle-check", _("made one"))


def evidence_lines(evidence: Sequence[Mapping[str, Any]]) -> list[EvidenceLine]:
    """Return the comparisons, what speaks most for one party first."""
    return [
        EvidenceLine(
            about=_ABOUT.get(one["about"], one["about"]),
            status=_LEVELS[one["level"]],
            likeness=f"{one['likeness']:.2f}" if one["level"] == "alike" else "",
            speaks_for=one["points"] > 0,
        )
        for one in sorted(evidence, key=lambda one: -one["points"])
    ]


def field_label(name: str) -> Text:
    """Return what people call a field: "company.address"."""
    return _FIELDS.get(name, name)


def shown_value(name: str, value: Any) -> str:
    """Return a value as people read it."""
    if name == "company.address":
        lines = (" ".join(str(value.get(part) or "") for part in line).split() for line in _LINES)
        return "\n".join(" ".join(words) for words in lines if words) or "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value) or "–"


def side_lines(side: Side, links: Mapping[UUID, Sequence[Link]]) -> list[str]:
    """Return who a side is, in a few lines: what else there is of it, and where it is known."""
    lines = [side.account.name] if side.contact else []
    if side.entity:
        lines.append(side.entity.tax_id)
    if side.contact:
        lines.append(side.contact.email)
    else:
        lines += [
            ngettext("%(number)s contact", "%(number)s contacts", side.people)
            % {"number": side.people},
            ngettext("%(number)s login", "%(number)s logins", side.seats) % {"number": side.seats},
        ]
    known = {link.pk: link for at in {side.account.pk, side.id} for link in links.get(at, ())}
    lines += [f"{link.connection.code}: {link.outside_id}" for link in known.values()]
    day = date_format(localtime(side.account.opened_at), "SHORT_DATE_FORMAT")
    return [*lines, _("customer since %(day)s") % {"day": day}]


def change_lines(changes: Sequence[Mapping[str, Any]]) -> list[ChangeLine]:
    """Return what a merge has changed, values first."""
    values = [line for change in changes if (line := _value(change))]
    moved: dict[str, int] = {}
    for change in changes:
        if change["do"] == "move":
            moved[change["model"]] = moved.get(change["model"], 0) + len(change["ids"])
    return values + [
        ChangeLine(_MODELS.get(model, model), "", "", count) for model, count in moved.items()
    ]


def left_lines(left: Sequence[str]) -> list[str]:
    """Return what an undo has left: a field, or so many of what."""
    return [_left(one) for one in left]


def _value(change: Mapping[str, Any]) -> ChangeLine | None:
    if change["do"] == "swap":
        name = f"{_kind(change['model'])}.{change['fields'][-1]}"
        (of_kept, of_dropped) = change["before"].values()
        return ChangeLine(field_label(name), str(of_kept[-1]), str(of_dropped[-1]))
    if change["do"] != "set" or change["field"] in {"merged_into_id", "sources"}:
        return None
    name = f"{_kind(change['model'])}.{change['field']}"
    old, new = (shown_value(name, change[which]) for which in ("old", "new"))
    return ChangeLine(field_label(name), old, new)


def _left(said: str) -> str:
    model, separator, count = said.partition(": ")
    if separator:
        return f"{_MODELS.get(model, model)}: {count}"
    model, _dot, field = said.rpartition(".")
    return str(field_label(f"{_kind(model)}.{field}"))


def _kind(model: str) -> str:
    name = model.rpartition(".")[2]
    return _KINDS.get(name, name)
