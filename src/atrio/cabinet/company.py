"""My company: what we know of the legal entity in use, and who said so."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from atrio.cabinet.access import MemberRequest, for_members
from atrio.cabinet.frame import show
from atrio.cabinet.words import address, initials, tax_id
from atrio.parties.queries import contacts_of


@require_safe
@for_members
def show_company(request: MemberRequest) -> HttpResponse:
    """Show the legal entity with its terms, addresses and people."""
    entity = request.seat.entity
    context = {
        "facts": _facts(request),
        "terms": _terms(request),
        "addresses": [
            {"title": _("Registered address"), "text": address(entity.address)},
        ],
        "people": _people(request),
    }
    return show(request, "cabinet/company.html", context, here="company")


def _facts(request: MemberRequest) -> list[dict[str, str]]:
    entity = request.seat.entity
    said = [
        ("legal_name", _("Legal name"), entity.legal_name),
        ("trade_name", _("Trade name"), entity.trade_name),
        ("tax_id", _("Tax number"), tax_id(entity.tax_id_kind, entity.tax_id)),
        ("activity", _("Activity"), entity.activity),
    ]
    sources = {request.seat.unit.registry: _("Company register"), request.seat.unit.erp: _("ERP")}
    return [
        {
            "label": label,
            "value": value,
            "source": sources.get(entity.sources.get(field, ""), ""),
        }
        for field, label, value in said
        if value
    ]


def _terms(request: MemberRequest) -> list[dict[str, str]]:
    account = request.seat.account
    opened = date_format(localtime(account.opened_at), "DATE_FORMAT")
    terms = [
        (_("Customer number"), account.customer_number, _("ERP")),
        (_("Price group"), account.price_group, _("ERP")),
        (_("Customer since"), opened, ""),
        (_("Served by"), request.seat.unit.name, ""),
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
