"""Which tables there are, what their fields take, and what an id looks like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Literal

from atrio.connectors.salesforce.simulator.errors import ApiError, no_such_column

Value = str | bool | None
Row = dict[str, Value]

# In the order of their character codes, so that ids rise as records are made.
_BASE62 = digits + ascii_uppercase + ascii_lowercase
_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


@dataclass(frozen=True, slots=True)
class Field:
    """What one field takes: how many characters, and who may write it when."""

    length: int = 255
    kind: Literal["text", "email", "yes_no", "id"] = "text"
    is_required: bool = False
    may_create: bool = True
    may_change: bool = True


_READ_ONLY = Field(may_create=False, may_change=False)
# AtrioId__c and CNPJ__c are what an administrator makes for us.
TABLES: Mapping[str, Mapping[str, Field]] = {
    "Account": {
        "Id": _READ_ONLY,
        "Name": Field(is_required=True),
        "Website": Field(),
        "Phone": Field(40),
        "AccountNumber": Field(40),
        "BillingStreet": Field(),
        "BillingCity": Field(40),
        "BillingPostalCode": Field(20),
        "BillingState": Field(80),
        "BillingCountry": Field(80),
        "CNPJ__c": Field(18),
        "AtrioId__c": Field(40),
    },
    "Contact": {
        "Id": _READ_ONLY,
        "Name": _READ_ONLY,
        "FirstName": Field(40),
        "LastName": Field(80, is_required=True),
        "Email": Field(80, kind="email"),
        "Phone": Field(40),
        "AccountId": Field(18, kind="id"),
        "AtrioId__c": Field(40),
    },
    "AccountContactRelation": {
        "Id": _READ_ONLY,
        "AccountId": Field(18, kind="id", is_required=True, may_change=False),
        "ContactId": Field(18, kind="id", is_required=True, may_change=False),
        "IsDirect": Field(kind="yes_no", may_create=False, may_change=False),
        "IsActive": Field(kind="yes_no"),
        "Roles": Field(4099),
        "StartDate": Field(10),
        "EndDate": Field(10),
    },
}
EXTERNAL_IDS = frozenset({"AtrioId__c"})
PREFIXES = {"Account": "001", "Contact": "003", "AccountContactRelation": "07k"}
# By which name a row leads to another one.
PARENTS = {
    "Contact": {"Account": "AccountId"},
    "AccountContactRelation": {"Account": "AccountId", "Contact": "ContactId"},
}


def fields_of(table: str) -> Mapping[str, Field]:
    """Return a table's fields by name."""
    try:
        return TABLES[table]
    except KeyError:
        raise ApiError(
            404, "NOT_FOUND", "The requested resource does not exist", fields=[table]
        ) from None


def new_id(table: str, serial: int) -> str:
    """Return the id of a table's record: 15 characters, and 3 that repeat which are capitals."""
    places = []
    for _ in range(9):
        serial, place = divmod(serial, len(_BASE62))
        places.append(_BASE62[place])
    return _long(PREFIXES[table] + "SIM" + "".join(reversed(places)))


def serial_of(identity: str) -> int:
    """Return the serial that an id was made of."""
    serial = 0
    for character in identity[6:15]:
        serial = serial * len(_BASE62) + _BASE62.index(character)
    return serial


def compared(identity: str) -> str:
    """Return an id as ids are compared: with 15 characters; refuses what can be no id."""
    if not _ID.fullmatch(identity):
        message = f"invalid ID field: {identity}"
        raise ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", message)
    return identity[:15]


def attributes(table: str, row: Row) -> dict[str, str]:
    """Return what Salesforce says of a record wherever it sends one."""
    return {"type": table, "url": f"/services/data/v60.0/sobjects/{table}/{row['Id']}"}


def validated(table: str, values: Mapping[str, object], *, creates: bool) -> Row:
    """Return what may be written of the values, the empty as null; raises ApiError."""
    fields = fields_of(table)
    row = {name: _validated(table, name, value, creates) for name, value in values.items()}
    missing = [
        name
        for name, field in fields.items()
        if field.is_required and (name in row or creates) and row.get(name) is None
    ]
    if missing:
        message = f"Required fields are missing: [{', '.join(missing)}]"
        raise ApiError(400, "REQUIRED_FIELD_MISSING", message, fields=missing)
    return row


def _validated(table: str, name: str, value: object, creates: bool) -> Value:  # noqa: FBT001
    field = fields_of(table).get(name)
    if field is None:
        raise no_such_column(table, name)
    if not (field.may_create if creates else field.may_change):
        message = f"Unable to create/update fields: {name}. Please check the security settings"
        raise ApiError(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, fields=[name])
    if value is None or value == "":
        return None
    if field.kind == "yes_no":
        if not isinstance(value, bool):
            raise ApiError(400, "JSON_PARSER_ERROR", f"Cannot make a boolean of {name}")
        return value
    if not isinstance(value, str):
        raise ApiError(400, "JSON_PARSER_ERROR", f"Cannot make a text of {name}")
    return _text(name, field, value)


def _text(name: str, field: Field, value: str) -> Value:
    # Salesforce trims what is written, and what is nothing but spaces is nothing.
    text = value.strip()
    if field.kind == "id" and text:
        if not _ID.fullmatch(text):
            raise ApiError(400, "MALFORMED_ID", f"{name}: id value of incorrect type: {text}")
        return _long(text[:15])
    if len(text) > field.length:
        message = f"{name}: data value too large: {text} (max length={field.length})"
        raise ApiError(400, "STRING_TOO_LONG", message, fields=[name])
    if field.kind == "email" and text and not _EMAIL.fullmatch(text):
        message = f"Email: invalid email address: {text}"
        raise ApiError(400, "INVALID_EMAIL_ADDRESS", message, fields=[name])
    return text or None


def _long(short: str) -> str:
    """Return an id with the three characters that tell ids apart where case is lost."""
    parts = (short[start : start + 5] for start in (0, 5, 10))
    sums = (sum(2**place for place, c in enumerate(part) if c.isupper()) for part in parts)
    return short + "".join((ascii_uppercase + "012345")[number] for number in sums)
