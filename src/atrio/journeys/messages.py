"""What the forms' message codes say, in every language of the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from atrio.engine.forms import Message

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_TEXTS: dict[str, _StrPromise] = {
    "required": _("Please fill this in."),
    "too_long": _("This is too long: at most %(max)s characters."),
    "control_characters": _("This holds characters that cannot be stored. Type it anew."),
    "choice.unknown": _("Choose one of the values offered."),
    "number.invalid": _("This is not a number."),
    "number.whole": _("Enter a whole number."),
    "number.decimals": _("At most %(max)s decimals."),
    "number.too_long": _("A number has at most %(max)s digits here."),
    "number.minimum": _("Not less than %(min)s."),
    "number.maximum": _("Not more than %(max)s."),
    "date.invalid": _("This is not a date. Write it as in 2026-12-31."),
    "date.minimum": _("Not before %(min)s."),
    "date.maximum": _("Not after %(max)s."),
    "email.invalid": _("This is not an email address. Write it as in name@company.com."),
    "email.of_staff": _("This is the address of a colleague. Ask for the customer's own."),
    "phone.invalid": _("This is not a phone number. Check the digits and the area code."),
    "phone.country": _("Begin the number with + and the country code."),
    "tax_id.length": _("This %(name)s is too short or too long. Check that nothing is missing."),
    "tax_id.checksum": _("A digit of this %(name)s is wrong. Compare it with your documents."),
    "tax_id.format": _("This is not a %(name)s."),
    "name.letters": _("Write a name with letters."),
    "postal_code.invalid": _("This postal code does not exist in this form. Check the digits."),
    "country.invalid": _("Write the country as two letters, as in BR."),
    "consent.required": _("Without your consent we cannot go on."),
    "file.invalid": _("This file is not known. Choose it again."),
    "code_wrong": _("This code is not the one we sent, or it is no longer valid."),
    "form.submit": _("Continue"),
    "open": _("Open"),
    "yes": _("Yes"),
    "no": _("No"),
    "address.street": pgettext_lazy("address", "Street"),
    "address.number": pgettext_lazy("address", "Number"),
    "address.extra": pgettext_lazy("address", "Building, floor, room"),
    "address.district": pgettext_lazy("address", "District"),
    "address.postal_code": pgettext_lazy("address", "Postal code"),
    "address.city": pgettext_lazy("address", "City"),
    "address.region": pgettext_lazy("address", "State"),
    "address.country": pgettext_lazy("address", "Country"),
    "person.given": pgettext_lazy("person", "Given name"),
    "person.family": pgettext_lazy("person", "Family name"),
}


def say(message: Message, language: str) -> str:
    """Put a message in words of the language."""
    # What a pack says itself is already in the applicant's language.
    if message.code == "said":
        return str(message.params["text"])
    text = _TEXTS[message.code]
    if get_language() == language:
        return str(text) % message.params
    with override(language):
        return str(text) % message.params


def known_codes() -> frozenset[str]:
    """Return every code that `say` has words for."""
    return frozenset(_TEXTS)
