"""My company: what we know of the legal entity in use, and who said so."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from atrio.cabinet.access import MemberRequest, for_members
from atrio.cabinet.credit import credit_line
from atrio.cabinet.frame import show
from atrio.cabinet.home import manager_of
from atrio.cabinet.words import address, initials, tax_id
from atrio.parties.queries import Seat, contacts_of


@require_safe
@for_members
def show_company(request: MemberRequest) -> HttpResponse:
    """Show the legal entity with its terms, addresses and people."""
    context = {
        "facts": _facts(request.seat),
        "terms": _terms(request.seat),
        "addresses": _addresses(request.seat),
        "people": _people(request),
        # Of this account or of another one of theirs: the page itself looks closer.
        "may_be_admin": request.actor.has_role("admin"),
        "credit": credit_line(request),
        "manager": manager_of(request.seat.unit.code),
    }
    return show(request, "cabinet/company.html", context, here="company")


def _facts(seat: Seat) -> list[dict[str, str]]:
    entity = seat.entity
    said = [
        ("legal_name", _("Name") if entity.is_person else _("Legal name"), entity.legal_name),
        ("trade_name", _("Trade name"), entity.trade_name),
        ("tax_id", _("Tax number"), tax_id(entity.tax_id_kind, entity.tax_id)),
        ("activity", _("Activity"), entity.activity),
    ]
    return [
        {"label": label, "value": value, "source": _source(seat, field)}
        for field, label, value in said
        if value
    ]


def _addresses(seat: Seat) -> list[dict[str, str]]:
    text = address(seat.entity.address, home=seat.unit.country)
    title = _("Address") if seat.entity.is_person else _("Registered address")
    return [{"title": title, "text": text, "source": _source(seat, "address")}] if text else []


def _source(seat: Seat, field: str) -> str:
    """Return who said so, in words; "" when it was the customer."""
    known = {"register": _("Company register"), "erp": _("ERP")}
    return known.get(seat.entity.sources.get(field, ""), "")


def _terms(seat: Seat) -> list[dict[str, str]]:
    account = seat.account
    opened = date_format(localtime(account.opened_at), "DATE_FORMAT")
    terms = [
        (_("Customer number"), account.customer_number, _("ERP")),
        (_("Price group"), account.price_group, _("ERP")),
        (_("Customer since"), opened, ""),
        (_("Served by"), seat.unit.name, ""),
    ]
    return [
        {"label": label, "value": value, "source": source}
        for label, value, source in terms
        if value
    ]


def _people(request: MemberRequest) -> list[dict[str, Any]]:
    mine = request.user.get_username()
    contacts = contacts_of(by=request.actor, account_id=request.seat.account.pk)
    return [
        {
            "name": contact.name,
            "initials": initials(contact.name),
            "role": _("you") if contact.email.lower() == mine else "",
            "email": contact.email,
        }
        for contact in contacts
    ]
