"""The frame of every page of the cabinet: who is here, for which company, and what is lit."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpResponse
from django.shortcuts import render

from atrio.cabinet.access import MemberRequest
from atrio.cabinet.words import tax_id

Here = Literal["home", "catalogue", "company"]


def show(
    request: MemberRequest, template: str, context: dict[str, Any], *, here: Here
) -> HttpResponse:
    """Render a page of the cabinet."""
    seat, user = request.seat, request.user
    entities = [
        {
            "id": entity.pk,
            "name": entity.trade_name or entity.legal_name,
            "tax_id": tax_id(entity.tax_id_kind, entity.tax_id),
            "is_current": entity.pk == seat.entity.pk,
        }
        for entity in seat.entities
    ]
    frame = {
        "account": {
            "name": seat.account.name,
            "is_person": seat.entity.is_person,
            "entity": next(entity for entity in entities if entity["is_current"]),
            "entities": entities,
        },
        "member": {"name": request.actor.label, "email": user.get_username()},
        "here": here,
    }
    return render(request, template, frame | context)
