"""What may be written to a row: only fields there are, of their types and lengths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from atrio.connectors.sap.simulator.errors import ApiError, no_property
from atrio.connectors.sap.simulator.schema import EntitySet, Property, Row

_DATE = re.compile(r"/Date\(-?\d+(?:[+-]\d{4})?\)/")
_MALFORMED = "/IWFND/CM_MGW/016"


def validated(table: EntitySet, values: Mapping[str, object], *, creates: bool) -> Row:
    """Return the values as they are kept; raises ApiError. What is read only is passed over."""
    row: Row = {}
    for name, value in values.items():
        field = table.properties.get(name)
        if field is None:
            raise no_property(table.name, name)
        is_key = name in table.keys
        if field.is_read_only or (is_key and not creates):
            continue
        row[name] = _kept(name, field, value)
    return row


def blank(table: EntitySet) -> Row:
    """Return a row of which nobody has said anything."""
    return {name: _nothing(field) for name, field in table.properties.items()}


def _nothing(field: Property) -> object:
    return {"Edm.Boolean": False, "Edm.Decimal": "0", "Edm.String": ""}.get(field.type)


def _kept(name: str, field: Property, value: object) -> object:
    if value is None:
        return _nothing(field)
    match field.type, value:
        case "Edm.Boolean", bool():
            return value
        case "Edm.DateTime" | "Edm.DateTimeOffset", str() if _DATE.fullmatch(value):
            return value
        # In JSON of version 2 a decimal is a text; a number is refused.
        case "Edm.Decimal", str():
            return _decimal(name, field, value)
        case "Edm.String", str():
            return _text(name, field, value)
    message = f"Property '{name}' has invalid value '{value}'"
    raise ApiError(400, _MALFORMED, message, field=name)


def _decimal(name: str, field: Property, value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ApiError(400, _MALFORMED, f"'{value}' is no decimal", field=name) from None
    if number != round(number, field.scale or 0):
        message = f"Property '{name}' has more than {field.scale} decimals"
        raise ApiError(400, _MALFORMED, message, field=name)
    return format(number.normalize(), "f")


def _text(name: str, field: Property, value: str) -> str:
    # Texts are kept in UTF-16, padded with spaces: those at the end are none.
    text = value.rstrip(" ")
    if field.length is not None and len(text.encode("utf-16-le")) // 2 > field.length:
        message = f"Property '{name}' has value longer than {field.length} characters"
        raise ApiError(400, _MALFORMED, message, field=name)
    return text.upper() if field.is_upper else text
