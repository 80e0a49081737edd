"""What a template gets to draw."""

from atrio.engine.forms import (
    Suggestion,
    agreeing,
    bound,
    confirmed,
    nested,
    proposed,
    shown,
    validate,
)
from tests.engine.forms.making import a_field, a_form, in_code

NAME = a_field(
    "company_name", "company.legal_name", required=True, source="register.legal_name"
) | {"help": {"en": "As registered"}}
ADDRESS = a_field("address", "company.address", country="BR", source="register.address")
REGISTER = {
    "register": {
        "legal_name": "FIAÇÃO  AURORA LTDA",
        "address": {"street": "Rua do Lampião", "postal_code": "13010001", "region": "SP"},
    }
}
SOURCES = {"register": "Receita Federal"}


def drawn(form, facts=None, answers=None, language="en"):
    facts = facts or {}
    return bound(
        form,
        language=language,
        say=in_code,
        facts=facts,
        answers=answers,
        suggestions=proposed(form, facts=facts, language=language, say=in_code, sources=SOURCES),
    )


def test_a_suggestion_fills_the_input_and_names_its_source():
    (name,) = drawn(a_form(NAME), REGISTER).fields

    assert (name.value, name.is_suggested) == ("FIAÇÃO AURORA LTDA", True)
    assert name.suggestion == Suggestion(
        "FIAÇÃO AURORA LTDA", "Receita Federal", "FIAÇÃO AURORA LTDA"
    )


def test_an_answer_stands_before_a_suggestion_which_stays_in_sight():
    facts = REGISTER | {"company": {"legal_name": "Fiação Nova Ltda"}}

    (name,) = drawn(a_form(NAME), facts).fields

    assert (name.value, name.is_suggested) == ("Fiação Nova Ltda", False)
    assert name.suggestion is not None


def test_what_was_just_typed_stands_before_all_else_even_when_it_is_wrong():
    form = a_form(NAME)
    facts = REGISTER | {"company": {"legal_name": "Fiação Nova Ltda"}}
    answers = validate(form, {"company.legal_name": ""}, facts=facts, language="en")

    (name,) = drawn(form, facts, answers).fields

    assert (name.value, name.error, name.is_suggested) == ("", "required", False)
    assert name.described_by == "f-company-legal-name-help f-company-legal-name-error"


def test_the_parts_of_an_address_carry_their_own_values_labels_and_errors():
    form = a_form(ADDRESS)
    answers = validate(form, {"company.address.postal_code": "1"}, facts=REGISTER, language="pt-br")

    bare = drawn(form, REGISTER, language="pt-br")
    wrong = drawn(form, REGISTER, answers, language="pt-br")

    parts = {part.name.rpartition(".")[2]: part for part in bare.fields[0].parts}
    assert parts["postal_code"].value == "13010-001"
    assert parts["street"].value == "Rua do Lampião"
    assert [choice.label for choice in parts["region"].choices if choice.chosen] == ["São Paulo"]
    assert parts["extra"].label == "address.extra country=BR"
    assert wrong.fields[0].has_error
    assert [field.name for field in wrong.errors] == [
        "company.address.postal_code",
        "company.address.street",
        "company.address.number",
        "company.address.city",
        "company.address.region",
    ]


def test_a_suggestion_of_which_only_a_part_can_be_read_offers_that_part():
    strange = {"register": {"address": {"street": "Rua 1", "postal_code": "??", "region": "ZZ"}}}

    (address,) = drawn(a_form(ADDRESS), strange).fields

    assert {part.value for part in address.parts} == {"", "Rua 1"}


def test_fields_that_do_not_apply_are_not_drawn():
    pet = a_field("text", "home.pet", visible="home.has_pet == true")

    assert drawn(a_form(pet), {"home": {"has_pet": False}}).fields == ()
    assert len(drawn(a_form(pet), {"home": {"has_pet": True}}).fields) == 1


def test_a_condition_sees_what_was_just_answered():
    form = a_form(
        a_field("yes_no", "home.has_pet"),
        a_field("text", "home.pet", visible="home.has_pet == true", required=True),
    )
    answers = validate(form, {"home.has_pet": "yes"}, facts={}, language="en")

    assert [field.name for field in drawn(form, answers=answers).fields] == [
        "home.has_pet",
        "home.pet",
    ]


def test_texts_fall_back_from_the_dialect_to_the_language_to_the_default():
    form = a_form(a_field("text", label={"en": "Name", "pt-br": "Nome"}))

    labels = [drawn(form, language=code).fields[0].label for code in ("pt-br", "pt", "pt-pt", "fr")]

    assert labels == ["Nome", "Nome", "Nome", "Name"]


def test_values_stand_in_the_input_as_the_language_writes_them():
    form = a_form(
        a_field("money", "t.money", currency="BRL"),
        a_field("tax_id", "t.cnpj", country="BR", kind="br_cnpj"),
        a_field("phone", "t.phone", country="BR"),
        a_field("date", "t.day"),
        a_field("yes_no", "t.sure"),
    )
    values = {
        "money": {"amount": "1234.50", "currency": "BRL"},
        "cnpj": "12ABC34501DE35",
        "phone": "+5511912345678",
        "day": "2026-02-28",
        "sure": False,
    }

    fields = drawn(form, {"t": values}, language="pt-br").fields

    assert [field.value for field in fields] == [
        "1234,50",
        "12.ABC.345/01DE-35",
        "+55 11 91234-5678",
        "2026-02-28",
        "no",
    ]


def test_every_value_in_an_input_is_read_back_as_the_same_value():
    form = a_form(
        a_field("money", "t.money", currency="BRL"),
        a_field("number", "t.number"),
        a_field("tax_id", "t.cnpj", country="BR", kind="br_cnpj"),
        a_field("phone", "t.phone", country="BR"),
        a_field("address", "t.address", country="BR"),
        a_field("consent", "t.consent", version="1"),
        a_field("date", "t.day"),
    )
    typed = {
        "t.money": "1.234,50", "t.number": "-0,5", "t.cnpj": "12ABC34501DE35",
        "t.phone": "11912345678", "t.address.street": "Rua 1", "t.address.number": "S/N",
        "t.address.postal_code": "13010001", "t.address.city": "Campinas",
        "t.address.region": "SP", "t.consent": "on", "t.day": "2/1/2026",
    }  # fmt: skip
    first = validate(form, typed, facts={}, language="pt-br")
    assert first.ok

    fields = drawn(form, nested(first.values), language="pt-br").fields
    again = {part.name: part.value for field in fields for part in field.parts or (field,)}

    assert validate(form, again, facts={}, language="pt-br").values == first.values


def test_an_answer_that_is_the_suggestion_is_known_as_confirmed():
    form = a_form(NAME, a_field("company_name", "company.trade_name", source="register.nothing"))
    same = validate(
        form, {"company.legal_name": "FIAÇÃO AURORA LTDA"}, facts=REGISTER, language="en"
    )
    other = validate(form, {"company.legal_name": "Fiação Nova"}, facts=REGISTER, language="en")

    assert confirmed(form, same, facts=REGISTER) == {"company.legal_name": "register.legal_name"}
    assert confirmed(form, other, facts=REGISTER) == {}


def test_a_value_is_known_as_the_register_s_though_the_register_writes_it_otherwise():
    form = a_form(NAME, ADDRESS)
    typed = {
        "company.legal_name": "Fiação Nova",
        "company.address.street": "Rua do Lampião",
        "company.address.number": "48",
        "company.address.postal_code": "13010-001",
        "company.address.city": "Campinas",
        "company.address.region": "SP",
    }
    register = {
        "legal_name": "FIAÇÃO AURORA LTDA",
        "address": {
            "street": "Rua do Lampião",
            "number": "48",
            "postal_code": "13010001",
            "city": "Campinas",
            "region": "SP",
            "country": "BR",
        },
    }
    answers = validate(form, typed, facts={}, language="en")
    facts = nested(answers.values, onto={"register": register})

    assert agreeing(form, facts=facts) == {"company.address": "register.address"}


def test_a_field_that_is_only_shown_has_its_value_and_its_source():
    form = a_form(a_field("text", "register.status", readonly=True, source="register.status"))

    (status,) = drawn(form, {"register": {"status": "ATIVA"}}).fields

    assert (status.readonly, status.value) == (True, "ATIVA")
    assert status.suggestion.source == "Receita Federal"


def test_an_address_reads_as_its_country_writes_it():
    address = {"street": "Lindenweg", "number": "5", "postal_code": "10115", "city": "Berlin"}
    there = a_field("address", "t.there", country="DE")
    here = a_field("address", "t.here", country="BR")
    somewhere = a_field("address", "t.somewhere")
    facts = {
        "t": {
            "there": address,
            "here": address | {"region": "SP"},
            "somewhere": address | {"country": "AT"},
        }
    }

    lines = shown(a_form(there, here, somewhere), facts=facts, language="en", say=in_code)

    assert [line.text for line in lines] == [
        "Lindenweg 5\n10115 Berlin",
        "Lindenweg, 5\nBerlin – SP, 10115",
        "Lindenweg 5\n10115 Berlin\nAUSTRIA",
    ]


def test_the_summary_reads_answers_back_in_words():
    form = a_form(
        a_field("choice", "t.colour", choices=[{"value": "red", "label": {"de": "Rot"}}]),
        a_field("money", "t.money", currency="BRL"),
        a_field("date", "t.day"),
        a_field("address", "t.address", country="BR"),
        a_field("consent", "t.news", version="1"),
        a_field("text", "t.blank"),
    )
    facts = {
        "t": {
            "colour": "red",
            "money": {"amount": "1234567.50", "currency": "BRL"},
            "day": "2026-02-01",
            "address": {"street": "Rua 1", "number": "2", "city": "Campinas", "region": "SP"},
            "news": {"given": False, "version": "1"},
        }
    }

    lines = shown(form, facts=facts, language="de", say=in_code)

    assert [line.text for line in lines] == [
        "Rot",
        "1.234.567,50\N{NO-BREAK SPACE}R$",
        "01.02.2026",
        "Rua 1, 2\nCampinas SP",  # no postal code, so no dangling comma
        "no",
    ]


VERDICT = a_field("choice", "look.verdict") | {
    "choices": [{"value": name, "label": {"en": name}} for name in ("yes_please", "no_thanks")]
}
WHY = a_field(
    "text",
    "look.why",
    visible='look.verdict == "no_thanks"',
    required='look.verdict == "no_thanks"',
)


def test_what_one_answer_beside_it_brings_in_is_drawn_hidden_as_it_will_be():
    form = drawn(a_form(VERDICT, WHY))
    _verdict, why = form.drawn
    assert (why.shown_if, why.shown_value) == ("look.verdict", "no_thanks")
    assert (why.is_hidden, why.required) == (True, True)
    assert [field.name for field in form.fields] == ["look.verdict"]


def test_once_that_is_answered_it_is_hidden_no_longer_and_still_follows():
    form = drawn(a_form(VERDICT, WHY), {"look": {"verdict": "no_thanks"}})
    assert [field.name for field in form.fields] == ["look.verdict", "look.why"]
    assert (form.drawn[1].is_hidden, form.drawn[1].shown_if) == (False, "look.verdict")


def test_a_tick_is_followed_as_the_form_sends_it():
    wanted = a_field("yes_no", "credit.wanted")
    amount = a_field("text", "credit.why", visible="credit.wanted == true")
    assert drawn(a_form(wanted, amount)).drawn[1].shown_value == "yes"


def test_what_hangs_on_anything_else_is_left_out_until_it_applies():
    elsewhere = WHY | {"visible": 'other.step == "no_thanks"', "required": False}
    unlike = WHY | {"visible": 'look.verdict != "yes_please"', "required": False}
    for field in (elsewhere, unlike):
        facts = {"look": {"verdict": "yes_please"}, "other": {"step": "x"}}
        assert [one.name for one in drawn(a_form(VERDICT, field), facts).drawn] == ["look.verdict"]
