"""Fill a fresh Tryton with a seller, its catalogue, price lists, customers, and a user for Atrio.

Runs inside Tryton's own environment:
`python -m atrio.site.machine.tryton.seed CONFIG DATABASE CUSTOMERS`, with the integration user's
password in ATRIO_TRYTON_PASSWORD. CUSTOMERS is a file with the invented base as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from proteus import Model, Wizard, config
from trytond.modules.account.tests.tools import create_chart, get_accounts

from atrio.site.machine.tryton.catalogue import Words, articles, categories
from atrio.site.machine.tryton.customers import make_customers

LANGUAGE = "pt"
USER = "atrio"
COMPANY = "Nordlicht Supplies Brasil"
TAX_ID = "52184603000194"


def _percent_of_list(percent: int) -> str:
    """Return the formula of a price in whole cents: Tryton's formulas know no rounding."""
    return f"(list_price * {percent} + 0.5) // 1 / 100"


# The two groups of customers pay by different formulas, and both have a quantity break.
PRICE_LISTS: Mapping[str, list[tuple[float | None, str]]] = {
    "Varejo": [(50, _percent_of_list(97)), (None, "list_price")],
    "Atacado": [(50, _percent_of_list(78)), (None, _percent_of_list(84))],
}

_STATES = {
    "AC": "Acre", "AL": "Alagoas", "AP": "Amapá", "AM": "Amazonas", "BA": "Bahia", "CE": "Ceará",
    "DF": "Distrito Federal", "ES": "Espírito Santo", "GO": "Goiás", "MA": "Maranhão",
    "MT": "Mato Grosso", "MS": "Mato Grosso do Sul", "MG": "Minas Gerais", "PA": "Pará",
    "PB": "Paraíba", "PR": "Paraná", "PE": "Pernambuco", "PI": "Piauí", "RJ": "Rio de Janeiro",
    "RN": "Rio Grande do Norte", "RS": "Rio Grande do Sul", "RO": "Rondônia", "RR": "Roraima",
    "SC": "Santa Catarina", "SP": "São Paulo", "SE": "Sergipe", "TO": "Tocantins",
}  # fmt: skip


def main() -> None:
    """Seed the database that the command line names."""
    settings, database, customers = sys.argv[1:]
    tryton = config.set_trytond(database, user="admin", config_file=settings)
    _make_country()
    _make_company(tryton)
    create_chart()
    _make_payment_term()
    _make_catalogue(tryton)
    _make_price_lists()
    make_customers(tryton, json.loads(Path(customers).read_text(encoding="utf-8")))
    _make_user(os.environ["ATRIO_TRYTON_PASSWORD"])


def _make_country() -> None:
    brazil = Model.get("country.country")(name="Brazil", code="BR", code3="BRA", code_numeric="076")
    brazil.save()
    subdivision = Model.get("country.subdivision")
    subdivision.save(
        [
            subdivision(
                country=brazil,
                name=name,
                code=f"BR-{code}",
                type="federal district" if code == "DF" else "state",
            )
            for code, name in _STATES.items()
        ]
    )


def _make_company(tryton: Any) -> None:
    real = Model.get("currency.currency")(
        name="Brazilian Real",
        symbol="R$",
        code="BRL",
        numeric_code="986",
        rounding=Decimal("0.01"),
        digits=2,
    )
    real.rates.new(date=date(2020, 1, 1), rate=Decimal(1))
    real.save()

    brazil, state = _one("country.country", code="BR"), _one("country.subdivision", code="BR-SP")
    party = Model.get("party.party")(name=COMPANY)
    party.lang = _one("ir.lang", code=LANGUAGE)
    party.identifiers.new(type="br_vat", code=TAX_ID)  # what Tryton 8.2 calls the CNPJ
    (address,) = party.addresses
    address.street_unstructured = "Avenida das Auroras, 1200"
    address.city, address.postal_code = "São Paulo", "01310-100"
    address.country, address.subdivision = brazil, state
    party.save()

    wizard = Wizard("company.company.config")
    wizard.execute("company")
    wizard.form.party, wizard.form.currency = party, real
    wizard.execute("add")
    # What follows is done for this company.
    tryton._context = Model.get("res.user").get_preferences(True, {})  # noqa: FBT003, SLF001


def _make_payment_term() -> None:
    term = Model.get("account.invoice.payment_term")(name="30 dias")
    term.lines.new(type="remainder").relativedeltas.new(days=30)
    term.save()


def _make_catalogue(tryton: Any) -> None:
    accounts = get_accounts()
    goods = Model.get("product.category")(name="Goods", accounting=True)
    goods.account_expense, goods.account_revenue = accounts["expense"], accounts["revenue"]
    goods.save()
    shelves = _make_categories(tryton)

    Template, Unit = Model.get("product.template"), Model.get("product.uom")  # noqa: N806
    units = {unit.name: unit for unit in Unit.find([("name", "in", ["Unit", "Meter"])])}
    templates = []
    for article in articles():
        template = Template(
            name=article.name.english,
            code=article.code,
            default_uom=units[article.unit],
            type="goods",
            salable=True,
            list_price=article.list_price,
            account_category=goods,
        )
        template.categories.append(Model.get("product.category")(shelves[article.category].id))
        templates.append(template)
    # SQLite's parser gives up over the check that two hundred codes at once are unique.
    for start in range(0, len(templates), 20):
        Template.save(templates[start : start + 20])
    _translate(
        tryton,
        "product.template",
        {t.id: a.name for t, a in zip(templates, articles(), strict=True)},
    )


def _make_categories(tryton: Any) -> dict[Words, Any]:
    Category = Model.get("product.category")  # noqa: N806
    made = {words: Category(name=words.english) for words in categories()}
    Category.save(list(made.values()))
    _translate(tryton, "product.category", {shelf.id: words for words, shelf in made.items()})
    return made


def _translate(tryton: Any, model: str, names: Mapping[int, Words]) -> None:
    """Give records their Portuguese names, in one call."""
    pairs: list[Any] = []
    for record, words in names.items():
        pairs += [[record], {"name": words.portuguese}]
    tryton.get_proxy(model).write(*pairs, tryton.context | {"language": LANGUAGE})


def _make_price_lists() -> None:
    for name, lines in PRICE_LISTS.items():
        price_list = Model.get("product.price_list")(name=name)
        for place, (quantity, formula) in enumerate(lines, start=1):
            price_list.lines.new(sequence=place, quantity=quantity, formula=formula)
        price_list.save()


def _make_user(password: str) -> None:
    """Make the user as whom Atrio signs in, with the rights of a group of its own.

    Everybody may read articles, units and price lists and write parties, but for the price list
    and the credit limit of a party: these rights come on top.
    """
    group = Model.get("res.group")(name="Atrio")
    group.save()
    for field in ("sale_price_list", "sale_price_lists", "credit_limit_amount"):
        Model.get("ir.model.field.access")(
            model="party.party", field=field, group=group, perm_read=True, perm_write=True
        ).save()
    company = _one("company.company")
    user = Model.get("res.user")(name="Atrio", login=USER, password=password)
    user.groups.append(group)
    user.companies.append(company)
    user.company = company
    user.language = _one("ir.lang", code=LANGUAGE)
    user.save()


def _one(model: str, **conditions: str) -> Any:
    (record,) = Model.get(model).find([(name, "=", value) for name, value in conditions.items()])
    return record


if __name__ == "__main__":
    main()
