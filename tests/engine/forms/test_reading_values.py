"""What counts as a value, type by type."""

import json

import pytest

from atrio.engine.forms import Message, validate
from tests.engine.forms.making import a_field, a_form

CNPJ = {"country": "BR", "kind": "br_cnpj"}
BRL = {"currency": "BRL"}
COLOURS = {
    "choices": [
        {"value": "red", "label": {"en": "Red"}},
        {"value": "blue", "label": {"en": "Blue"}},
    ]
}

# type, options, language, typed, value
READ = [
    ("text", {}, "en", "  two\u00a0 words ", "two words"),
    ("text", {}, "en", "Cafe\u0301", "Café"),
    ("text", {"multiline": True}, "en", "one\r\ntwo", "one\ntwo"),
    ("text", {"compact": True, "max_length": 6}, "en", " 12\u200b3-4 5.6 ", "123456"),
    ("text", {"compact": True, "max_length": 6}, "en", "１２３４５６", "123456"),
    ("company_name", {}, "pt-br", "Fiação\u200b  Aurora", "Fiação Aurora"),
    ("choice", COLOURS, "en", "red", "red"),
    ("number", {}, "en", "1,234.5", 1234.5),
    ("number", {}, "pt-br", "1.234,5", 1234.5),
    ("number", {}, "pt-br", "1234.5", 1234.5),
    ("number", {}, "pt-br", "1,234.50", 1234.5),
    ("number", {}, "en", "1.234,50", 1234.5),
    ("number", {}, "pt-br", "1.234", 1234),
    ("number", {"decimals": 3}, "en", "1.234", 1.234),
    ("number", {}, "de", "1\u202f234", 1234),
    ("number", {"decimals": 0}, "en", "-12", -12),
    ("money", BRL, "pt-br", "12,5", {"amount": "12.50", "currency": "BRL"}),
    ("money", BRL, "en", "0.1", {"amount": "0.10", "currency": "BRL"}),
    ("money", BRL, "pt-br", "1.000.000", {"amount": "1000000.00", "currency": "BRL"}),
    ("date", {}, "en", "2026-02-28", "2026-02-28"),
    ("date", {}, "pt-br", "28/2/2026", "2026-02-28"),
    ("date", {}, "de", "28.02.2026", "2026-02-28"),
    ("email", {}, "en", " Alice.B@Firma.Example ", "Alice.B@firma.example"),
    ("email", {}, "de", "info@müller.example", "info@xn--mller-kva.example"),
    ("phone", {"country": "BR"}, "pt-br", "(11) 91234-5678", "+5511912345678"),
    ("phone", {"country": "BR"}, "pt-br", "+49 30 901820", "+4930901820"),
    ("tax_id", CNPJ, "pt-br", "11.222.333/0001-81", "11222333000181"),
    ("tax_id", CNPJ, "pt-br", "12.abc.345/01de-35", "12ABC34501DE35"),
    ("tax_id", CNPJ, "pt-br", "\u202a11222333000181\u202c", "11222333000181"),
    ("yes_no", {}, "en", "yes", True),
    ("yes_no", {}, "en", "no", False),
    ("consent", {"version": "7"}, "en", "on", {"given": True, "version": "7"}),
    ("consent", {"version": "7"}, "en", "", {"given": False, "version": "7"}),
    (
        "file",
        {},
        "en",
        "8B2D58E2-51A4-4E0F-9A3C-0A4A5C2B9E11",
        {"document": "8b2d58e2-51a4-4e0f-9a3c-0a4a5c2b9e11"},
    ),
]

# type, options, language, typed, code
REFUSED = [
    ("text", {}, "en", "a\x00b", "control_characters"),
    ("text", {}, "en", "\x00", "control_characters"),
    ("text", {}, "en", "a\tb", "control_characters"),
    ("text", {}, "en", "gnp\u202eexe", "control_characters"),
    ("text", {}, "en", "lone \ud800 half", "control_characters"),
    ("text", {"max_length": 5}, "en", "123456", "too_long"),
    ("text", {"compact": True, "max_length": 6}, "en", "1234567", "too_long"),
    ("company_name", {}, "en", "---", "name.letters"),
    ("choice", COLOURS, "en", "green", "choice.unknown"),
    ("number", {}, "en", "twelve", "number.invalid"),
    ("number", {}, "en", "1,23,4", "number.invalid"),
    ("number", {}, "en", ".", "number.invalid"),
    ("number", {}, "en", "NaN", "number.invalid"),
    ("number", {}, "en", "1e9", "number.invalid"),
    ("number", {}, "en", "٣", "number.invalid"),
    ("number", {}, "en", "1" * 16, "number.too_long"),
    ("number", {"decimals": 0}, "en", "1.5", "number.whole"),
    ("number", {"minimum": 1}, "en", "0", "number.minimum"),
    ("number", {"maximum": 1}, "en", "2", "number.maximum"),
    ("money", BRL, "en", "1.999", "number.decimals"),
    ("date", {}, "pt-br", "31/02/2026", "date.invalid"),
    ("date", {}, "en", "1/2/2026", "date.invalid"),
    ("date", {"minimum": "2026-01-01"}, "en", "2025-12-31", "date.minimum"),
    ("date", {"maximum": "2026-01-01"}, "en", "2026-01-02", "date.maximum"),
    ("email", {}, "en", "alice", "email.invalid"),
    ("email", {}, "en", "alice@localhost", "email.invalid"),
    ("email", {}, "en", "a@b@c.example", "email.invalid"),
    ("email", {}, "en", "a..b@c.example", "email.invalid"),
    ("email", {}, "en", "a@c.example\nbcc: d@e.example", "control_characters"),
    ("phone", {"country": "BR"}, "en", "123", "phone.invalid"),
    ("phone", {}, "en", "030 901820", "phone.country"),
    ("tax_id", CNPJ, "en", "11222333000182", "tax_id.checksum"),
    ("tax_id", CNPJ, "en", "1122233300018", "tax_id.length"),
    ("tax_id", CNPJ, "en", "11222333000ç81", "tax_id.format"),
    ("yes_no", {}, "en", "perhaps", "choice.unknown"),
    ("consent", {"version": "7"}, "en", "perhaps", "choice.unknown"),
    ("file", {}, "en", "../../etc/passwd", "file.invalid"),
]


def answer(kind, options, language, typed):
    form = a_form(a_field(kind, **options))
    return validate(form, {"thing.value": typed}, facts={}, language=language)


@pytest.mark.parametrize(("kind", "options", "language", "typed", "value"), READ)
def test_what_people_type_becomes_the_canonical_value(kind, options, language, typed, value):
    answers = answer(kind, options, language, typed)

    assert answers.errors == {}
    assert answers.values == {"thing.value": value}
    # 1 == True == 1.0, and the database would keep the difference.
    assert json.dumps(answers.values["thing.value"]) == json.dumps(value)


@pytest.mark.parametrize(("kind", "options", "language", "typed", "code"), REFUSED)
def test_what_cannot_be_read_becomes_a_message_at_its_field(kind, options, language, typed, code):
    answers = answer(kind, options, language, typed)

    assert answers.errors["thing.value"].code == code
    assert "thing.value" not in answers.values


def test_the_name_of_the_tax_id_is_in_its_message():
    answers = answer("tax_id", CNPJ, "en", "11222333000182")

    assert answers.errors["thing.value"] == Message("tax_id.checksum", {"name": "CNPJ"})


def test_several_choices_come_in_the_form_s_order_and_once_each():
    form = a_form(a_field("choice", multiple=True, **COLOURS))

    answers = validate(form, {"thing.value": ["blue", "red", "blue"]}, facts={}, language="en")

    assert answers.values == {"thing.value": ["red", "blue"]}
