"""From what was typed to a value, type by type: one function each.

A reader gets a field, a text that is not blank, and the applicant's language. It returns the
canonical value or raises Invalid. `write` does the reverse: what stands in the input.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

import phonenumbers

from .cleaning import Invalid, clean_identifier, clean_text, without_invisible
from .model import Field
from .numbers import day_as_read, decimal_sign, read_day, read_decimal, write_decimal
from .places import countries, postal_code
from .tax_ids import WrongTaxId, recognised, tax_id_module, tax_id_name
from .wording import Json

LONGEST = {
    "text": 200, "choice": 60, "number": 40, "money": 40, "date": 40, "email": 254, "phone": 40,
    "tax_id": 40, "company_name": 150, "yes_no": 10, "consent": 10, "file": 64,
    "postal_code": 16, "country": 2,
}  # fmt: skip
LONGEST_MULTILINE = 2_000
YES = frozenset({"yes", "true", "on", "1"})
NO = frozenset({"no", "false", "off", "0"})
_EMAIL_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_EMAIL_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def longest(field: Field) -> int:
    """Return how many characters the field takes at most."""
    if field.max_length:
        return field.max_length
    return LONGEST_MULTILINE if field.multiline else LONGEST[field.type]


def read(field: Field, text: str, language: str) -> Json:
    """Return the canonical value of a text that is not blank; raises Invalid."""
    return _READERS[field.type](field, text, language)


def write(field: Field, value: Json, language: str) -> str:
    """Return a canonical value as it stands in the field's input: `read` reads it back."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return write_decimal(Decimal(str(value)), language)
        case {"amount": str(amount)}:
            return amount.replace(".", decimal_sign(language))
        case {"given": bool(given)}:
            return "yes" if given else ""
        case {"document": str(document)}:
            return document
        case str() if field.type == "tax_id":
            return _formatted(field, value)
        case str() if field.type == "phone":
            return _phone_as_written(value)
        case str():
            return value
        case _:
            return ""  # nothing, or a shape that stands in no input


def _read_text(field: Field, text: str, _language: str) -> str:
    if field.compact:
        compact = clean_identifier(text, max_length=longest(field))
        return clean_text(compact, max_length=longest(field))
    text = clean_text(text, max_length=longest(field), multiline=field.multiline)
    return text if field.multiline else " ".join(text.split())


def _read_company_name(field: Field, text: str, language: str) -> str:
    name = without_invisible(_read_text(field, text, language))
    if not any(character.isalnum() for character in name):
        raise Invalid("name.letters")
    return name


def _read_choice(field: Field, text: str, _language: str) -> str:
    if text not in {choice.value for choice in field.choices}:
        raise Invalid("choice.unknown")
    return text


def _read_number(field: Field, text: str, language: str) -> int | float:
    number = _decimal(field, text, language)
    return int(number) if number == number.to_integral_value() else float(number)


def _read_money(field: Field, text: str, language: str) -> Json:
    amount = _decimal(field, text, language).quantize(Decimal(1).scaleb(-field.decimals))
    return {"amount": str(amount), "currency": field.currency}


def _decimal(field: Field, text: str, language: str) -> Decimal:
    text = unicodedata.normalize("NFKC", without_invisible(text))
    number = read_decimal(clean_text(text, max_length=longest(field)), language)
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > field.decimals:
        if field.decimals == 0:
            raise Invalid("number.whole")
        raise Invalid("number.decimals", max=field.decimals)
    if field.minimum is not None and number < Decimal(str(field.minimum)):
        raise Invalid("number.minimum", min=write_decimal(Decimal(str(field.minimum)), language))
    if field.maximum is not None and number > Decimal(str(field.maximum)):
        raise Invalid("number.maximum", max=write_decimal(Decimal(str(field.maximum)), language))
    return number


def _read_date(field: Field, text: str, language: str) -> str:
    text = unicodedata.normalize("NFKC", without_invisible(text))
    day = read_day(clean_text(text, max_length=longest(field)), language)
    if field.minimum is not None and day < date.fromisoformat(str(field.minimum)):
        raise Invalid("date.minimum", min=day_as_read(str(field.minimum), language))
    if field.maximum is not None and day > date.fromisoformat(str(field.maximum)):
        raise Invalid("date.maximum", max=day_as_read(str(field.maximum), language))
    return day.isoformat()


def _read_email(field: Field, text: str, _language: str) -> str:
    text = clean_text(without_invisible(text), max_length=longest(field))
    name, _at, host = text.rpartition("@")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            raise Invalid("email.invalid") from None
    host = host.lower()
    if len(name) > 64 or not _EMAIL_NAME.fullmatch(name) or not _EMAIL_HOST.fullmatch(host):
        raise Invalid("email.invalid")
    return f"{name}@{host}"


def _read_phone(field: Field, text: str, _language: str) -> str:
    text = unicodedata.normalize("NFKC", without_invisible(text))
    text = clean_text(text, max_length=longest(field))
    try:
        number = phonenumbers.parse(text, field.country or None)
    except phonenumbers.NumberParseException as error:
        wants_country = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        raise Invalid("phone.country" if wants_country else "phone.invalid") from None
    if not phonenumbers.is_valid_number(number):
        raise Invalid("phone.invalid")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _read_tax_id(field: Field, text: str, language: str) -> str:
    number = clean_identifier(text, max_length=longest(field)).upper()
    if not (number.isascii() and number.isalnum()):
        raise Invalid("tax_id.format", name=tax_id_name(field.kind, language))
    try:
        return recognised(number, kind=field.kind, country=field.country)[1]
    except WrongTaxId as wrong:
        raise Invalid(wrong.code, name=tax_id_name(wrong.kind, language)) from None


def _formatted(field: Field, number: str) -> str:
    try:
        kind, compact = recognised(number, kind=field.kind, country=field.country)
    except WrongTaxId:
        return number
    written = getattr(tax_id_module(kind), "format", None)
    return str(written(compact)) if written else number


def _phone_as_written(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _read_yes_no(_field: Field, text: str, _language: str) -> bool:
    answer = text.strip().lower()
    if answer not in YES | NO:
        raise Invalid("choice.unknown")
    return answer in YES


def _read_consent(field: Field, text: str, language: str) -> Json:
    return {"given": _read_yes_no(field, text, language), "version": field.version}


def _read_file(field: Field, text: str, _language: str) -> Json:
    try:
        return {"document": str(UUID(clean_text(text, max_length=longest(field))))}
    except ValueError:
        raise Invalid("file.invalid") from None


def _read_postal_code(field: Field, text: str, _language: str) -> str:
    code = postal_code(field.country, clean_identifier(text, max_length=longest(field)).upper())
    if code is None:
        raise Invalid("postal_code.invalid")
    return code


def _read_country(field: Field, text: str, _language: str) -> str:
    code = clean_identifier(text, max_length=longest(field)).upper()
    if code not in countries():
        raise Invalid("country.invalid")
    return code


_READERS: Mapping[str, Callable[[Field, str, str], Json]] = {
    "text": _read_text,
    "company_name": _read_company_name,
    "choice": _read_choice,
    "number": _read_number,
    "money": _read_money,
    "date": _read_date,
    "email": _read_email,
    "phone": _read_phone,
    "tax_id": _read_tax_id,
    "yes_no": _read_yes_no,
    "consent": _read_consent,
    "file": _read_file,
    "postal_code": _read_postal_code,
    "country": _read_country,
}
