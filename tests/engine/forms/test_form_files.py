"""What the format allows, and how a file that breaks it is refused."""

import json

import pytest

from atrio.engine.forms import Form
from atrio.engine.problems import Unpublishable
from tests.engine.forms.making import a_field


def parse(*fields, **more):
    document = {"name": "thing", "title": {"en": "A thing"}, "fields": list(fields)} | more
    return Form.parse(json.dumps(document).encode(), file="forms/thing.json")


def problems(*fields, **more):
    with pytest.raises(Unpublishable) as caught:
        parse(*fields, **more)
    return [(problem.file, problem.element, problem.reason) for problem in caught.value.problems]


# fields, the field named in the problem, words of the reason
BROKEN = [
    ([a_field("spaceship")], "thing.value", "spaceship"),
    ([a_field("text", "value")], "value", "does not match"),
    ([a_field("text", "Thing.Value")], "Thing.Value", "does not match"),
    ([{"name": "thing.value", "type": "text"}], "thing.value", "label"),
    ([a_field("text", label="Name")], "thing.value", "object"),
    ([a_field("text", label={"English": "Name"})], "thing.value", "does not match"),
    ([a_field("choice")], "thing.value", "choices"),
    ([a_field("money")], "thing.value", "currency"),
    ([a_field("tax_id", kind="br_cnpj")], "thing.value", "country"),
    ([a_field("tax_id", country="BR", kind="br_nonsense")], "thing.value", "br_nonsense"),
    ([a_field("consent")], "thing.value", "version"),
    ([a_field("consent", version="1", link="javascript:alert(1)")], "thing.value", "match"),
    ([a_field("text", currency="BRL")], "thing.value", "currency"),
    ([a_field("text", colour="red")], "thing.value", "colour"),
    ([a_field("text", privacy="secret")], "thing.value", "secret"),
    ([a_field("date", minimum="2026-02-31")], "thing.value", "not a day"),
    ([a_field("text"), a_field("text")], "thing.value", "another field"),
    ([a_field("text"), a_field("text", "thing.value.inner")], "thing.value.inner", "inside"),
    (
        [a_field("choice", choices=[{"value": "a", "label": {"en": "A"}}] * 2)],
        "thing.value",
        "same value",
    ),
]


@pytest.mark.parametrize(("fields", "field", "words"), BROKEN)
def test_a_broken_field_is_refused_by_name_with_a_reason(fields, field, words):
    found = problems(*fields)

    assert any(file == "forms/thing.json" and place == field for file, place, _ in found), found
    assert any(words in reason for _, place, reason in found if place == field), found


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff\xfe", b"[]", b'"form"', b"[" * 100_000, b" " * 300_000, b'{"name": NaN}'],
)
def test_a_file_that_is_no_form_is_refused_not_crashed_on(data):
    with pytest.raises(Unpublishable):
        Form.parse(data, file="forms/thing.json")


def test_every_type_of_the_format_can_be_written():
    form = parse(
        a_field("text", "a.text", multiline=True, max_length=500),
        a_field("choice", "a.choice", choices=[{"value": "x", "label": {"en": "X"}}]),
        a_field("number", "a.number", minimum=1, maximum=9.5, decimals=1),
        a_field("money", "a.money", currency="EUR", minimum=0),
        a_field("date", "a.date", minimum="2020-01-01"),
        a_field("email", "a.email", autocomplete="work email"),
        a_field("phone", "a.phone", country="BR"),
        a_field("address", "a.address", country="BR"),
        a_field("tax_id", "a.tax_id", country="BR", kind="br_cnpj"),
        a_field("company_name", "a.company_name"),
        a_field("person", "a.person"),
        a_field("yes_no", "a.yes_no"),
        a_field("consent", "a.consent", version="1", link="/terms/"),
        a_field("file", "a.file", accept=["application/pdf"], max_bytes=1000),
    )

    assert [field.name for field in form.fields] == [f"a.{field.type}" for field in form.fields]


def test_every_expression_of_a_field_is_named_for_the_check():
    rule = {"if": "c == 3", "message": {"en": "No."}}
    form = parse(a_field("text", required="a == 1", visible="b == 2", valid_if=[rule]))

    assert form.fields[0].expressions == ("a == 1", "b == 2", "c == 3")
