"""Administrators keep company sign-on: of their units, and of customers by their number."""

from __future__ import annotations

import pytest

from atrio.sign_on.models import MailDomain, Provider
from tests.desk.seats import at_the_desk
from tests.onboarding.house import hire
from tests.parties.customers import become_customer, make_unit

LIST = "/desk/doors/companies/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make_unit()


@pytest.fixture
def ada(unit):
    return at_the_desk(hire(unit, "ada@nordlicht.example", "admin"))


def opened(ada, **said):
    answer = ada.post(f"{LIST}open", {"name": "Ventorim", "kind": "oidc"} | said)
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def test_from_nothing_to_a_customers_people_coming_in(ada, unit, django_assert_max_num_queries):
    customer = become_customer(unit)
    page = opened(ada, number=customer.account.customer_number)
    provider = Provider.objects.get()
    assert provider.account_id == customer.account.pk
    shown = ada.get(page).content.decode()
    assert f"http://testserver/sign-in/company/{provider.pk}/back" in shown
    assert "First connect the sign-on" in shown

    typed = {"issuer": "https://id.ventorim.example", "client_id": "atrio", "secret": "of ours"}
    ada.post(page, {"what": "connect"} | typed)
    ada.post(page, {"what": "add-domain", "domain": "ventorim.example"})
    ada.post(page, {"what": "terms", "is_on": "yes"})

    provider.refresh_from_db()
    assert provider.is_on
    assert "of ours" not in ada.get(page).content.decode()
    with django_assert_max_num_queries(12):
        listed = ada.get(LIST).content.decode()
    assert "Ventorim Instalações Ltda" in listed
    domain = MailDomain.objects.get()
    ada.post(page, {"what": "remove-domain", "domain": str(domain.pk)})
    assert not MailDomain.objects.exists()
    assert ada.post(page, {"what": "close"})["Location"] == LIST
    assert not Provider.objects.exists()


def test_what_is_missing_is_said_and_nothing_is_kept(ada, unit):
    for said, told in (
        ({"name": " ", "unit": unit.code}, "needs a name"),
        ({"name": "X", "number": "no such"}, "No customer of yours"),
        ({"name": "X", "kind": "telepathy", "unit": unit.code}, "needs a name"),
    ):
        answer = ada.post(f"{LIST}open", {"kind": "oidc"} | said)
        assert answer.status_code == 422, said
        assert told in answer.content.decode()
    assert not Provider.objects.exists()
    page = opened(ada, unit=unit.code)
    for said, told in (
        ({"what": "connect", "issuer": "http://x.example"}, "begins with https"),
        ({"what": "add-domain", "domain": "gmail.com"}, "Give a mail domain"),
        ({"what": "remove-domain", "domain": "x"}, "There is no such domain"),
        ({"what": "terms", "is_on": "yes"}, "First connect"),
        ({"what": "dance"}, "choose one of the buttons"),
        ({}, "choose one of the buttons"),
    ):
        assert told in ada.post(page, said, follow=True).content.decode(), said


def test_another_units_customers_and_sign_ons_are_nowhere(ada, unit):
    elsewhere = make_unit(code="elsewhere")
    mallory = at_the_desk(hire(elsewhere, "mallory@elsewhere.example", "admin"))
    page = opened(ada, unit=unit.code)
    customer = become_customer(unit)

    assert mallory.get(page).status_code == 404
    assert mallory.post(page, {"what": "close"}).status_code == 404
    assert "Ventorim" not in mallory.get(LIST).content.decode()
    taken = mallory.post(
        f"{LIST}open", {"name": "X", "kind": "oidc", "number": customer.account.customer_number}
    )
    assert taken.status_code == 422
    taken = mallory.post(f"{LIST}open", {"name": "X", "kind": "oidc", "unit": unit.code})
    assert taken.status_code == 404
    assert Provider.objects.count() == 1
