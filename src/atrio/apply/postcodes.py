"""Looking up a postcode while an address is typed: a help, of which nobody depends.

The button sends the form as it stands, and the same page comes back with what was found; nothing
is taken and nothing refused. With scripts only the address changes, as soon as a code is typed.
"""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from atrio.engine.forms import BoundField, BoundForm
from atrio.postcodes.queries import has_postcodes_of, places_of
from atrio.postcodes.rules import Place

ASKED = "look_up"  # the button's name; its value is the address field's


def with_help(form: BoundForm, *, asked: str = "") -> BoundForm:
    """Return the form with a button at the postcodes we can look up, and one that was looked up.

    A postcode that was sent without its town is looked up as well.
    """
    if not any(field.postcode_help for field in form.drawn):
        return form
    drawn = (_helped(field, asked) if field.postcode_help else field for field in form.drawn)
    return replace(form, drawn=tuple(drawn))


def _helped(field: BoundField, asked: str) -> BoundField:
    if not has_postcodes_of(field.country):
        return field
    parts = {part.name.rpartition(".")[2]: part for part in field.parts}
    code, city = parts["postal_code"], parts["city"]
    field = replace(field, look_up=True)
    if not (asked == field.name or (city.error and code.value and not code.error)):
        return field
    places = places_of(field.country, code.value)
    found = {
        "postal_code": replace(code, looked_up=_said(code.value, places)),
        "city": _offered(city, [place.city for place in places]),
    }
    if "region" in parts:
        found["region"] = _chosen(parts["region"], {place.region for place in places})
    changed = {part.name: part for part in found.values()}
    return replace(field, parts=tuple(changed.get(part.name, part) for part in field.parts))


def _said(code: str, places: list[Place]) -> str:
    """Return what came of it, in a sentence."""
    if not code:
        return _("Please type the postcode first.")
    if not places:
        return _("We do not know this postcode. Please type the town yourself.")
    return ", ".join(dict.fromkeys(place.city for place in places))


def _offered(city: BoundField, cities: list[str]) -> BoundField:
    """Return the town's input with what is offered; the only one stands in it already."""
    offers = tuple(dict.fromkeys(cities))
    if len(offers) == 1 and not city.value:
        return replace(city, value=offers[0], error="")
    return replace(city, offers=offers)


def _chosen(region: BoundField, codes: set[str]) -> BoundField:
    """Return the region's input with the only one of the postcode, if nobody has chosen."""
    (code, *others) = codes or {""}
    if others or not code or region.value:
        return region
    choices = tuple(replace(one, chosen=one.value == code) for one in region.choices)
    return replace(region, value=code, choices=choices)
