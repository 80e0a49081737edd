"""Looking up a postcode while one types an address."""

from __future__ import annotations

import pytest
from django.utils import timezone
from lxml import html

from atrio.journeys.actions import publish
from atrio.journeys.packs import BUILT_IN
from atrio.kernel.actors import SYSTEM
from atrio.onboarding.models import Fact
from atrio.postcodes.actions import import_postcodes
from atrio.postcodes.queries import forget
from atrio.timeline.models import Entry
from tests.onboarding.house import Visitor, accepted, furnish

pytestmark = pytest.mark.django_db
POSTCODES = """DE\t10115\tBerlin\tBerlin\tBE
DE\t17509\tLubmin\tMecklenburg-Vorpommern\tMV
DE\t17509\tWusterhusen\tMecklenburg-Vorpommern\tMV
BR\t80010-000\tCuritiba\tParaná\tPR
"""
LOOK_UP = {"look_up": "contact.address"}
STREET = {"contact__address__street": "Lindenweg", "contact__address__number": "5"}


@pytest.fixture
def unit():
    """A unit with private customers, and a list of two countries' postcodes."""
    unit = furnish()
    publish(by=SYSTEM, folder=BUILT_IN / "person", now=timezone.now())
    unit.journeys = ["person"]
    unit.save()
    import_postcodes(POSTCODES.splitlines())
    forget(["DE", "BR", "FR"])
    yield unit
    forget(["DE", "BR", "FR"])


def at_the_address(country="DE"):
    return Visitor().begin("person").answer(contact__country=country)


def look_up(visitor, code, **more):
    return visitor.answer(**STREET, contact__address__postal_code=code, **more, **LOOK_UP)


def offers(visitor):
    return html.fromstring(visitor.text).xpath("//datalist/option/@value")


def said(visitor):
    (status,) = html.fromstring(visitor.text).xpath("//fieldset//*[@role='status']")
    return status.text_content()


def test_the_only_town_stands_in_its_place_and_nothing_is_taken(unit):
    visitor = at_the_address()
    views = Entry.objects.filter(what="page.viewed").count()
    look_up(visitor, "10115")

    assert visitor.page.status_code == 200
    form = accepted(visitor.text)
    assert form["contact.address.city"] == "Berlin"
    assert form["contact.address.street"] == "Lindenweg"
    assert said(visitor) == "Berlin"
    assert "field-error" not in visitor.text
    assert not Fact.objects.filter(field__startswith="contact.address").exists()
    assert Entry.objects.filter(what="page.viewed").count() == views

    visitor.answer(**{name.replace(".", "__"): value for name, value in form.items()})
    assert visitor.step == "give_contact"


def test_of_several_towns_one_is_chosen_and_what_was_typed_stays(unit):
    visitor = look_up(at_the_address(), "17 509")
    assert offers(visitor) == ["Lubmin", "Wusterhusen"]
    assert accepted(visitor.text)["contact.address.city"] == ""

    look_up(visitor, "10115", contact__address__city="Mitte")
    assert accepted(visitor.text)["contact.address.city"] == "Mitte"
    assert offers(visitor) == ["Berlin"]


def test_where_addresses_have_a_region_it_is_chosen_too(unit):
    visitor = look_up(at_the_address("BR"), "80010-000")

    form = accepted(visitor.text)
    assert (form["contact.address.city"], form["contact.address.region"]) == ("Curitiba", "PR")


def test_what_is_not_known_is_said_kindly(unit):
    visitor = at_the_address()

    assert said(look_up(visitor, "99999")).startswith("We do not know this postcode.")
    assert said(look_up(visitor, "")) == "Please type the postcode first."
    assert said(look_up(visitor, "<script>\0")).startswith("We do not know this postcode.")


def test_sent_without_a_town_the_page_comes_back_with_it(unit):
    visitor = at_the_address().answer(**STREET, contact__address__postal_code="10115")

    assert visitor.page.status_code == 422
    assert accepted(visitor.text)["contact.address.city"] == "Berlin"


def test_without_a_list_of_the_country_there_is_no_button(unit):
    assert "look_up" in at_the_address().text
    assert "look_up" not in at_the_address("FR").text


def test_enter_goes_on_and_does_not_look_up(unit):
    page = html.fromstring(at_the_address().text)
    (form,) = page.xpath("//form[@data-leave-url]")

    assert form.xpath("(.//button[@type='submit'])[1]/@name") == []


def test_a_field_that_is_no_address_is_only_shown_again(unit):
    visitor = at_the_address()
    visitor.answer(**STREET, look_up="contact.nothing")

    assert visitor.page.status_code == 200
    assert accepted(visitor.text)["contact.address.street"] == "Lindenweg"
