"""Fields that are made of several inputs: an address, a person."""

from __future__ import annotations

from functools import lru_cache

from .model import Choice, Field, FieldType
from .places import PARTS, address_format
from .wording import Json, Message

_LENGTHS = {"street": 120, "number": 20, "extra": 80, "district": 80, "city": 80, "region": 60}
_AUTOCOMPLETE = {
    "street": "address-line1",
    "extra": "address-line2",
    "district": "address-level3",
    "postal_code": "postal-code",
    "city": "address-level2",
    "region": "address-level1",
    "country": "country",
}


@lru_cache(maxsize=4096)
def _address_parts(name: str, country: str, privacy: str) -> tuple[Field, ...]:
    written = address_format(country)
    names = written.parts if country else (*written.parts, "country")
    required = written.required if country else written.required | {"country"}

    def part(key: str) -> Field:
        kind: FieldType = "text"
        choices: tuple[Choice, ...] = ()
        if key == "region" and written.regions:
            kind = "choice"
            choices = tuple(Choice(c, label) for c, label in written.region_labels().items())
        elif key in ("postal_code", "country"):
            kind = "postal_code" if key == "postal_code" else "country"
        return Field(
            name=f"{name}.{key}",
            type=kind,
            label=Message(f"address.{key}", {"country": country}),
            required=key in required,
            privacy="business" if privacy == "business" else "personal",
            autocomplete=_AUTOCOMPLETE.get(key, ""),
            inputmode="numeric" if key == "postal_code" and written.postal_code else "",
            max_length=_LENGTHS.get(key, 0) if kind == "text" else 0,
            choices=choices,
            country=country,
        )

    return tuple(part(key) for key in names)


@lru_cache(maxsize=4096)
def _person_parts(name: str) -> tuple[Field, ...]:
    return tuple(
        Field(
            name=f"{name}.{key}",
            type="company_name",  # the same rule: something must be written in it
            label=Message(f"person.{key}"),
            required=True,
            privacy="personal",
            autocomplete=autocomplete,
            max_length=80,
        )
        for key, autocomplete in (("given", "given-name"), ("family", "family-name"))
    )


def parts_of(field: Field) -> tuple[Field, ...]:
    """Return the fields of which a field consists, () for one that is a single input."""
    if field.type == "address":
        return _address_parts(field.name, field.country, field.privacy)
    if field.type == "person":
        return _person_parts(field.name)
    return ()


def key_of(part: Field) -> str:
    """Return under which key a part stands in the value of the whole."""
    return part.name.rpartition(".")[2]


def whole(field: Field, values: dict[str, Json]) -> dict[str, Json]:
    """Return the value of the whole field from the values of its parts, by key."""
    if field.type != "address":
        return values
    # All keys of a postal address are always there, so that nobody has to ask.
    known: dict[str, Json] = {key: values.get(key) or "" for key in PARTS}
    return known | {"country": field.country or known["country"]}
