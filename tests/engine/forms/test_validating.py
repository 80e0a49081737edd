"""Which questions are put, and what becomes of a submission as a whole."""

import pytest

from atrio.engine.forms import Message, nested, validate
from tests.engine.forms.making import a_field, a_form

ADDRESS = {
    "place.address.street": "Rua do Lampião",
    "place.address.number": "48",
    "place.address.postal_code": "13010-001",
    "place.address.city": "Campinas",
    "place.address.region": "SP",
}
PET = a_field("yes_no", "home.has_pet", required=True)
PET_NAME = a_field(
    "text", "home.pet", visible="home.has_pet == true", required="home.has_pet == true"
)


def given(form, facts=None, language="en", **submitted):
    names = {name.replace("__", "."): value for name, value in submitted.items()}
    return validate(form, names, facts=facts or {}, language=language)


def test_a_required_field_that_holds_only_invisible_characters_is_blank():
    answers = given(a_form(a_field("text", required=True)), thing__value=" \u200b\ufeff ")

    assert answers.errors == {"thing.value": Message("required")}


def test_an_optional_field_left_blank_is_none_so_that_an_earlier_answer_goes():
    answers = given(a_form(a_field("text")), facts={"thing": {"value": "old"}}, thing__value="")

    assert answers.ok
    assert answers.values == {"thing.value": None}


def test_a_question_that_does_not_apply_is_not_taken_even_if_it_is_answered():
    answers = given(a_form(PET, PET_NAME), home__has_pet="no", home__pet="Bello")

    assert answers.ok
    assert answers.values == {"home.has_pet": False}
    assert answers.hidden == ("home.pet",)
    assert answers.unknown == ()


def test_a_question_applies_by_what_is_answered_further_up_not_by_what_was_said_before():
    before = {"home": {"has_pet": False, "pet": None}}

    answers = given(a_form(PET, PET_NAME), facts=before, home__has_pet="yes")

    assert answers.errors == {"home.pet": Message("required")}


def test_an_answer_that_cannot_be_read_does_not_leave_the_old_one_standing():
    before = {"home": {"has_pet": True}}

    answers = given(a_form(PET, PET_NAME), facts=before, home__has_pet="perhaps", home__pet="B")

    assert set(answers.errors) == {"home.has_pet"}
    assert answers.hidden == ("home.pet",)


def test_a_rule_speaks_in_the_applicant_s_language():
    rule = {"if": "thing.value > 3", "message": {"en": "More!", "pt-br": "Mais!"}}
    form = a_form(a_field("number", valid_if=[rule]))

    assert given(form, thing__value="2", language="pt-br").errors == {
        "thing.value": Message("said", {"text": "Mais!"})
    }
    assert given(form, thing__value="4").ok


def test_a_rule_about_money_compares_numbers():
    rule = {"if": "thing.value.amount <= 100", "message": {"en": "At most 100."}}
    form = a_form(a_field("money", currency="BRL", valid_if=[rule]))

    assert given(form, thing__value="100").values["thing.value"]["amount"] == "100.00"
    assert not given(form, thing__value="100.01").ok


@pytest.mark.parametrize("typed", ["twelve", "12"])
def test_a_rule_that_cannot_be_evaluated_counts_as_not_fulfilled(typed):
    rule = {"if": "number(thing.value) > 3", "message": {"en": "A number above 3."}}

    answers = given(a_form(a_field("text", valid_if=[rule])), thing__value=typed)

    assert answers.ok == (typed == "12")


def test_unknown_names_are_named_and_ignored():
    answers = given(a_form(a_field("text")), thing__value="x", role="admin", thing__limit="9")

    assert answers.values == {"thing.value": "x"}
    assert set(answers.unknown) == {"role", "thing.limit"}
    assert "role" not in answers.raw


def test_of_a_name_that_is_sent_twice_the_last_counts():
    assert given(a_form(a_field("text")), thing__value=["a", "b"]).values == {"thing.value": "b"}


def test_what_was_typed_is_kept_as_typed_except_for_what_no_page_can_hold():
    answers = given(a_form(a_field("number")), thing__value=" a\x00b ")

    assert not answers.ok
    assert answers.raw == {"thing.value": " a\ufffdb "}


def test_an_address_is_one_value_with_all_its_parts():
    form = a_form(a_field("address", "place.address", country="BR", required=True))

    answers = validate(form, ADDRESS, facts={}, language="pt-br")

    assert answers.values["place.address"] == {
        "street": "Rua do Lampião",
        "number": "48",
        "extra": "",
        "district": "",
        "postal_code": "13010-001",
        "city": "Campinas",
        "region": "SP",
        "country": "BR",
    }


def test_each_part_of_an_address_has_its_own_message():
    form = a_form(a_field("address", "place.address", country="BR", required=True))
    wrong = ADDRESS | {"place.address.postal_code": "1234", "place.address.region": "XX"}

    answers = validate(form, wrong | {"place.address.city": ""}, facts={}, language="pt-br")

    assert {name: message.code for name, message in answers.errors.items()} == {
        "place.address.postal_code": "postal_code.invalid",
        "place.address.city": "required",
        "place.address.region": "choice.unknown",
    }
    assert answers.values == {}


def test_an_address_elsewhere_names_its_country_and_needs_no_known_shape():
    form = a_form(a_field("address", "place.address"))
    abroad = {"place.address.street": "Rue 5", "place.address.city": "Paris"}

    without = validate(form, abroad, facts={}, language="en")
    with_it = validate(form, abroad | {"place.address.country": "fr"}, facts={}, language="en")

    assert without.errors == {"place.address.country": Message("required")}
    assert with_it.values["place.address"]["country"] == "FR"


def test_an_optional_address_may_be_left_blank_altogether():
    form = a_form(a_field("address", "place.address", country="BR"))

    assert validate(form, {}, facts={}, language="en").values == {"place.address": None}


def test_a_person_has_two_names():
    form = a_form(a_field("person", "boss.name", required=True))

    answers = validate(
        form, {"boss.name.given": "Ana", "boss.name.family": ""}, facts={}, language="en"
    )

    assert answers.errors == {"boss.name.family": Message("required")}


def test_consent_that_is_required_must_be_given():
    form = a_form(a_field("consent", "consent.terms", version="7", required=True))

    refused = validate(form, {}, facts={}, language="en")
    taken = validate(form, {"consent.terms": "yes"}, facts={}, language="en")

    assert refused.errors == {"consent.terms": Message("consent.required")}
    assert taken.values == {"consent.terms": {"given": True, "version": "7"}}


def test_a_field_that_is_only_shown_takes_nothing():
    form = a_form(a_field("text", "register.status_text", readonly=True))

    answers = validate(form, {"register.status_text": "active"}, facts={}, language="en")

    assert (answers.values, answers.unknown) == ({}, ("register.status_text",))


def test_the_facts_that_came_in_are_left_as_they_were():
    facts = {"thing": {"value": "old"}}

    given(a_form(a_field("text")), facts=facts, thing__value="new")

    assert facts == {"thing": {"value": "old"}}


def test_dotted_names_nest_without_touching_what_they_are_laid_over():
    below = {"a": {"b": 1, "c": {"d": 2}}}

    assert nested({"a.c": 3, "e.f": 4}, onto=below) == {"a": {"b": 1, "c": 3}, "e": {"f": 4}}
    assert below == {"a": {"b": 1, "c": {"d": 2}}}
