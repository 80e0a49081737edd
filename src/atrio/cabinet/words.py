"""How the cabinet writes numbers, money, addresses and names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.timesince import timesince
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from atrio.engine.forms.numbers import with_currency
from atrio.engine.forms.places import address_lines, postal_code
from atrio.engine.forms.tax_ids import tax_id_module, tax_id_name

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# What an ERP calls a unit → what people call it.
_UNITS: Mapping[str, _StrPromise] = {
    **dict.fromkeys(("u", "un", "st", "pc"), pgettext_lazy("a unit of sale", "piece")),
    "m": pgettext_lazy("a unit of sale", "metre"),
}


def money(amount: Decimal, currency: str) -> str:
    """Return an amount as people read it: "1.234,50 €", with more digits where it has more."""
    exact = amount.normalize()
    digits = max(2, -int(exact.as_tuple().exponent))
    number = number_format(amount, decimal_pos=digits, force_grouping=True)
    return with_currency(number, currency, get_language() or "en")


def unit(symbol: str) -> str:
    """Return a unit of sale as people call it; one that nobody has put into words as it stands."""
    return str(_UNITS.get(symbol.lower(), symbol))


def tax_id(kind: str, number: str) -> str:
    """Return a tax id with its name: "CNPJ 52.184.603/0001-94"; "" for a private person."""
    if kind == "person":
        return ""
    module = tax_id_module(kind)
    written = getattr(module, "format", str)(number)
    return f"{tax_id_name(kind, get_language() or 'en')} {written}"


def address(parts: Mapping[str, str], *, home: str = "") -> str:
    """Return an address as it stands on an envelope, line by line; `home` goes without saying."""
    known = {name: str(value or "") for name, value in parts.items()}
    country, code = known.get("country", ""), known.get("postal_code", "")
    known["postal_code"] = postal_code(country, code) or code
    return "\n".join(address_lines(known, home=home, language=get_language() or "en"))


def ago(at: datetime, *, now: datetime) -> str:
    """Return how long ago something was, in its largest unit."""
    if now - at < timedelta(minutes=1):
        return _("just now")
    # A text of its own: in some languages a whole word needs another case than "3 min" does.
    return pgettext("in a whole word", "%(time)s ago") % {"time": timesince(at, now, depth=1)}


def initials(name: str) -> str:
    """Return the letters that stand for a person: "Carla Duarte" → "CD"."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
