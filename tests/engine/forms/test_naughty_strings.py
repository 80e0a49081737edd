"""No string makes the validator raise, or yield what a database cannot hold."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atrio.engine.forms import bound, proposed, shown, validate
from atrio.engine.forms.validating import input_names
from tests.engine.forms.making import a_field, a_form, in_code

RED = {"choices": [{"value": "red", "label": {"en": "Red"}}]}
EVERYTHING = a_form(
    a_field("text", "t.text"),
    a_field("text", "t.compact", compact=True),
    a_field("text", "t.multiline", multiline=True),
    a_field("choice", "t.choice", **RED),
    a_field("choice", "t.choices", multiple=True, **RED),
    a_field("number", "t.number"),
    a_field("money", "t.money", currency="BRL"),
    a_field("date", "t.date"),
    a_field("email", "t.email"),
    a_field("phone", "t.phone", country="BR"),
    a_field("phone", "t.phone_abroad"),
    a_field("address", "t.address", country="BR"),
    a_field("address", "t.address_abroad"),
    a_field("tax_id", "t.cnpj", country="BR", kind="br_cnpj"),
    a_field("tax_id", "t.vat", country="DE", kind="eu_vat"),
    a_field("company_name", "t.company_name"),
    a_field("person", "t.person"),
    a_field("yes_no", "t.yes_no"),
    a_field("consent", "t.consent", version="1"),
    a_field("file", "t.file"),
)


def hold(text, language):
    """Send the text into every input at once and look at all that comes of it."""
    submitted = dict.fromkeys(input_names(EVERYTHING), text)
    answers = validate(EVERYTHING, submitted, facts={}, language=language)
    stored = json.dumps([answers.values, answers.raw], ensure_ascii=False)
    stored.encode("utf-8")
    assert "\\u0000" not in stored
    drawn = bound(EVERYTHING, language=language, say=in_code, facts={}, answers=answers)
    assert len(drawn.fields) == len(EVERYTHING.fields)
    assert {field.name for field in drawn.errors} == set(answers.errors)
    return answers


def test_the_big_list_of_naughty_strings_gets_messages_not_exceptions(shared_data):
    strings = json.loads((shared_data / "badinput" / "blns" / "blns.json").read_text("utf-8"))

    refused = [text for text in strings if hold(text, "pt-br").errors]

    assert len(refused) > 500  # no string is a date, a phone and a tax id at once


@settings(max_examples=150)
@given(text=st.text(st.characters(), max_size=60), language=st.sampled_from(["en", "pt-br", "de"]))
def test_no_text_at_all_makes_it_raise(text, language):
    hold(text, language)


@settings(max_examples=150)
@given(text=st.text("0123456789.,-+ \u200b\u00a0\u0663/E", max_size=45))
def test_nothing_that_looks_like_a_number_makes_it_raise(text):
    hold(text, "pt-br")


def test_a_megabyte_in_every_field_gets_a_message_at_every_field():
    answers = hold("x" * 1_000_000, "en")

    assert set(answers.errors) >= set(input_names(EVERYTHING)) - {"t.choices"}
    assert answers.raw["t.text"] == "x" * 1_000_000


FOREIGN = [
    (None, set()),
    ([], set()),
    ({}, set()),
    ({"amount": 1}, set()),
    (["red"], set()),
    ("x", {"t.text"}),
    (7, {"t.text", "t.money"}),
    (True, {"t.text"}),
    ("a\x00b", set()),
    ({"city": 7}, {"t.address"}),
    ("red", {"t.text", "t.choice"}),
]


@pytest.mark.parametrize(("value", "suggested"), FOREIGN)
def test_facts_of_another_shape_are_not_suggested_and_break_nothing(value, suggested):
    types = {
        "text": {},
        "date": {},
        "address": {"country": "BR"},
        "money": {"currency": "BRL"},
        "tax_id": {"country": "BR", "kind": "br_cnpj"},
        "choice": RED,
    }
    form = a_form(*(a_field(t, f"t.{t}", source="seen.value", **more) for t, more in types.items()))

    found = proposed(form, facts={"seen": {"value": value}}, language="en", say=in_code, sources={})

    assert set(found) == suggested
    shown(form, facts={"t": dict.fromkeys(types, value)}, language="en", say=in_code)
