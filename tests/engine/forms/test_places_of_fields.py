"""A field whose country is somebody's answer: tax ids, phones and addresses of that country."""

from __future__ import annotations

import pytest

from atrio.engine.forms import bound, shown, validate
from tests.engine.forms.making import a_field, a_form, in_code

COUNTRY = a_field("country", "company.country", required=True)
NUMBER = a_field("tax_id", "company.tax_id", country_from="company.country", required=True)
PHONE = a_field("phone", "contact.phone", country_from="company.country")
ADDRESS = a_field("address", "company.address", country_from="company.country")
FORM = a_form(COUNTRY, NUMBER, PHONE, ADDRESS)


def answered(**said):
    return validate(
        FORM,
        {name.replace("__", "."): value for name, value in said.items()},
        facts={},
        language="en",
    )


@pytest.mark.parametrize(
    ("country", "number", "compact"),
    [
        ("DE", "DE 136 695 976", "136695976"),
        ("FR", "86990000002", "86990000002"),
        ("CH", "CHE-107.787.577 IVA", "CHE107787577IVA"),
        ("AF", "anything-7", "ANYTHING7"),
        ("BR", "11.222.333/0001-81", "11222333000181"),
    ],
)
def test_a_number_is_read_as_the_countrys_companies_pay_vat(country, number, compact):
    answers = answered(company__country=country, company__tax_id=number)

    assert answers.errors.get("company.tax_id") is None
    assert answers.values["company.tax_id"] == compact


@pytest.mark.parametrize(("country", "number"), [("DE", "136695977"), ("AF", "7"), ("XX", "123")])
def test_what_cannot_be_a_number_there_is_refused(country, number):
    errors = answered(company__country=country, company__tax_id=number).errors

    assert {"company.tax_id", "company.country"} & errors.keys()


def test_a_phone_number_without_a_prefix_is_the_countrys():
    answers = answered(
        company__country="FR", company__tax_id="86990000002", contact__phone="01 42 68 53 00"
    )

    assert answers.values["contact.phone"] == "+33142685300"


def test_an_address_is_asked_as_it_is_written_there():
    parts = {}
    for country in ("BR", "DE"):
        form = bound(FORM, language="en", say=in_code, facts={"company": {"country": country}})
        parts[country] = [part.name for part in form.fields[-1].parts]

    assert parts["BR"][0] == "company.address.postal_code"
    assert parts["DE"][0] == "company.address.street"
    assert "company.address.country" not in parts["BR"]


def test_a_country_is_chosen_by_its_name_in_the_readers_language():
    form = bound(FORM, language="de", say=in_code, facts={"company": {"country": "AT"}})
    choices = {choice.value: choice for choice in form.fields[0].choices}
    labels = [choice.label for choice in form.fields[0].choices]

    assert choices["AT"].label == "Österreich"
    assert choices["AT"].chosen
    assert len(labels) == 249
    assert labels.index("Algerien") < labels.index("Brasilien") < labels.index("Zypern")


def test_a_country_is_shown_by_its_name():
    (line, *_others) = shown(FORM, facts={"company": {"country": "BR"}}, language="fr", say=in_code)

    assert line.text == "Brésil"


def test_one_of_several_kinds_is_enough():
    form = a_form(a_field("tax_id", "company.tax_id", country="BR", kind="br_cnpj br_cpf"))
    read = {
        number: validate(form, {"company.tax_id": number}, facts={}, language="en")
        for number in ("11.222.333/0001-81", "390.533.447-05", "390.533.447-06")
    }

    assert [answers.ok for answers in read.values()] == [True, True, False]
    (message,) = read["390.533.447-06"].errors.values()
    assert (message.code, message.params["name"]) == ("tax_id.checksum", "CPF")
