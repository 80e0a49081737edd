"""How people come in: a second factor where a unit asks for it, from the next request on."""

from __future__ import annotations

import re

import pytest
from allauth.account.internal.userkit import user_id_to_str

from atrio.identity.models import User
from atrio.seller.models import BusinessUnit, Staff
from atrio.timeline.models import Entry
from tests.identity.test_second_factors import AGAIN, APP, OWN, code_of
from tests.onboarding.house import furnish, hire
from tests.parties.customers import Browser

pytestmark = pytest.mark.django_db
DOORS, SWITCH = "/desk/doors/", "/desk/doors/nordlicht-br/second-factor"


@pytest.fixture
def unit():
    return furnish()


@pytest.fixture
def come_in(unit):
    """Let somebody who works here come in."""

    def come(role, name="carla"):
        hire(unit, f"{name}@nordlicht.example", role)
        browser = Browser(headers={"accept-language": "en"})
        return browser.come_in(User.objects.get(email=f"{name}@nordlicht.example"))

    return come


def set_up_app(browser):
    """Let somebody who has just shown their mailbox set up an app."""
    session = browser.session
    user = User.objects.get(pk=session["_auth_user_id"])
    session["account_authentication_methods"] = [{"method": "code", "at": 4_000_000_000}]
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session.save()
    page = browser.get(APP).content.decode()
    secret = re.search(r'<code class="secret">(\w+)</code>', page)[1]
    assert browser.post(APP, {"code": code_of(secret)}).status_code == 302


def test_an_administrator_asks_for_a_second_factor(come_in, unit):
    admin, carla = come_in("admin", "ada"), come_in("associate")
    assert carla.get("/desk/").status_code == 200

    admin.post(SWITCH, {"is_asked": "yes"})

    assert carla.get("/desk/")["Location"] == f"{AGAIN}?next=/desk/"
    # The administrator is no exception.
    assert admin.get(DOORS)["Location"] == f"{AGAIN}?next={DOORS}"
    told = Entry.objects.get(what="second_factor.asked_for")
    assert (told.business_unit, told.data) == (unit.code, {"is_asked": True})


def test_with_a_second_factor_one_goes_on(come_in, unit):
    carla = come_in("associate")
    BusinessUnit.objects.update(needs_second_factor=True)
    set_up_app(carla)

    assert carla.get("/desk/").status_code == 200
    page = carla.get(OWN).content.decode()
    remove = re.search(r"/sign-in/own/factors/\d+/remove", page)[0]
    carla.post(remove)
    assert "Set up another one first" in carla.get(OWN).content.decode()
    assert carla.get("/desk/").status_code == 200


def test_who_has_none_is_told_what_to_do(come_in, unit):
    carla = come_in("associate")
    BusinessUnit.objects.update(needs_second_factor=True)

    assert "Set up a passkey or an app, please." in carla.get(OWN).content.decode()


def test_the_house_may_ask_everybody(come_in, settings):
    carla = come_in("associate")

    settings.ATRIO_STAFF_SECOND_FACTOR = True

    assert carla.get("/desk/").status_code == 302


def test_who_is_no_administrator_finds_no_switch(come_in, unit):
    for role in set(Staff.Role.values) - {"admin", "regional_admin"}:
        browser = come_in(role, role.replace("_", "-"))
        assert browser.get(DOORS).status_code == 404
        assert browser.post(SWITCH, {"is_asked": "yes"}).status_code == 404
    unit.refresh_from_db()
    assert not unit.needs_second_factor


def test_another_units_administrator_changes_nothing_here(unit):
    other = BusinessUnit.objects.create(
        code="elsewhere",
        name="Elsewhere",
        country="BR",
        currency="BRL",
        language="pt-br",
        sender="ola@elsewhere.example",
        erp=unit.erp,
        registry=unit.registry,
    )
    hire(other, "mallory@elsewhere.example", "admin")
    mallory = Browser().come_in(User.objects.get(email="mallory@elsewhere.example"))

    assert mallory.post(SWITCH, {"is_asked": "yes"}).status_code == 404
