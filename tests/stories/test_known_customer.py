"""Somebody applies for a company that is a customer already."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.actions import decide_step
from atrio.onboarding.models import AccessRequest, Application, Call
from atrio.outside.connections import open_crm, open_erp
from atrio.outside.invented import invented_numbers
from atrio.outside.ports import CrmContactDraft, CustomerDraft, PostalAddress, TaxId
from atrio.parties.models import Account, Contact, LegalEntity, Membership
from tests.onboarding.house import CNPJ, Visitor, accepted, code_sent_to, furnish, hire
from tests.stories.people import application_of, apply_as, browser_of, letter_to, link_in

pytestmark = pytest.mark.django_db(transaction=True)

ALICE, BOB = "alice@ventorim.example", "bob@elsewhere.example"


@pytest.fixture
def unit(request):
    """A house with a CRM, where Alice's company became a customer and she its admin."""
    unit = furnish(name=request.node.name, crm=True)
    alice = apply_as("Alice Prado", ALICE)
    assert "The shop is open" in alice.text
    return unit


def seats():
    return dict(Membership.objects.values_list("user__email", "role"))


def in_crm(email):
    """Return the CRM's only link of the person with this address."""
    crm = open_crm("crm-br")
    (contact,) = crm.find_contacts(email)
    (link,) = crm.links(contact=contact.id)
    return link


def test_the_crm_hears_of_a_new_customer_once(unit):
    link = in_crm(ALICE)

    assert link.is_active
    assert (link.account.tax_id.number, link.account.reference) == (
        CNPJ,
        str(Account.objects.get().pk),
    )
    assert link.account.customer_number == Account.objects.get().customer_number


def test_a_stranger_waits_for_the_accounts_admin_who_lets_them_in_from_the_letter(unit):
    bob = apply_as("Bob Reis", BOB)
    assert "The shop is open" not in bob.text
    assert application_of(BOB).waiting_on == "admin"
    path = link_in(letter_to(ALICE, "access_asked"))
    reader = Client(headers={"accept-language": "en"})

    page = reader.get(path).content.decode()
    assert "Bob Reis" in page
    assert BOB in page
    assert AccessRequest.objects.get().status == "open"  # looking decides nothing
    said = reader.post(path, {"verdict": "approve"}, follow=True).content.decode()
    assert "has let them in" in said
    again = reader.post(path, {"verdict": "decline"}, follow=True).content.decode()
    assert "answered already" in again

    bob.wait()
    assert "The shop is open" in bob.text
    assert seats() == {ALICE: "admin", BOB: "buyer"}
    assert Account.objects.count() == 1
    assert in_crm(BOB).account == in_crm(ALICE).account
    assert Call.objects.filter(name="erp.create_customer").count() == 1


def test_the_admin_says_no_in_the_cabinet_and_nothing_opens(unit):
    bob = apply_as("Bob Reis", BOB)
    request = AccessRequest.objects.get()
    alice = browser_of(Membership.objects.get(role="admin").user)
    assert "Bob Reis asks for access" in alice.get("/cabinet/").content.decode()

    alice.post(f"/cabinet/requests/{request.pk}/", {"verdict": "decline"})
    bob.wait()

    assert "We cannot open access" in bob.text
    assert seats() == {ALICE: "admin"}
    assert letter_to(BOB, "kept_out")
    assert "asks for access" not in alice.get("/cabinet/").content.decode()


def test_a_request_is_nobody_elses_to_see_or_decide(unit):
    apply_as("Bob Reis", BOB)
    apply_as("Mallory Dias", "mallory@marupanga.example", cnpj=other_company())
    request = AccessRequest.objects.get()
    mallory = browser_of(Membership.objects.get(user__email="mallory@marupanga.example").user)
    address = f"/cabinet/requests/{request.pk}/"
    path = link_in(letter_to(ALICE, "access_asked"))

    assert mallory.get(address).status_code == 404
    assert mallory.post(address, {"verdict": "approve"}).status_code == 404
    assert Client().post(path[:-3] + "xx/", {"verdict": "approve"}).status_code == 404
    assert AccessRequest.objects.get().status == "open"


def test_an_admin_who_has_lost_the_seat_decides_nothing_any_more(unit):
    apply_as("Bob Reis", BOB)
    path = link_in(letter_to(ALICE, "access_asked"))
    Membership.objects.filter(user__email=ALICE).update(role="reader")

    answer = Client().post(path, {"verdict": "approve"})

    assert answer.status_code in {302, 403}
    assert AccessRequest.objects.get().status == "open"


def other_company():
    numbers = invented_numbers(start=700)
    return next(numbers)


def test_whom_the_crm_has_at_the_company_is_let_in_by_the_code_to_that_address(unit):
    crm = open_crm("crm-br")
    account = in_crm(ALICE).account
    carol = crm.save_contact(contact_draft("carol@private.example"), despite_duplicates=True)
    crm.save_link(account=account.id, contact=carol.id)

    carol = apply_as("Carol Nunes", "carol@private.example")

    assert "The shop is open" in carol.text
    assert seats()["carol@private.example"] == "buyer"
    assert not AccessRequest.objects.exists()


def test_somebody_who_has_left_is_not_let_in_until_the_admin_says_so(unit):
    crm = open_crm("crm-br")
    account = in_crm(ALICE).account
    dora = crm.save_contact(contact_draft("dora@private.example"), despite_duplicates=True)
    crm.save_link(account=account.id, contact=dora.id)
    crm.end_link(account=account.id, contact=dora.id)

    dora = apply_as("Dora Lins", "dora@private.example")
    assert application_of("dora@private.example").waiting_on == "admin"
    Client().post(link_in(letter_to(ALICE, "access_asked")), {"verdict": "approve"})
    dora.wait()

    assert "The shop is open" in dora.text
    assert in_crm("dora@private.example").is_active


def test_known_to_the_crm_at_another_company_is_a_stranger_here(unit):
    apply_as("Eve Braga", "eve@marupanga.example", cnpj=other_company())

    apply_as("Eve Braga", "eve@marupanga.example")

    applications = Application.objects.filter(
        facts__field="contact.email", facts__value="eve@marupanga.example"
    )
    turns = applications.distinct().order_by("id").values_list("waiting_on", flat=True)
    assert list(turns) == ["nobody", "admin"]


def test_an_address_of_the_companys_own_domain_suffices_a_providers_does_not(unit):
    LegalEntity.objects.update(domain="ventorim.example")
    own = apply_as("Bob Reis", "bob@ventorim.example")
    assert "The shop is open" in own.text

    LegalEntity.objects.update(domain="gmail.com")
    apply_as("Zoe Melo", "zoe.melo@gmail.com")
    assert application_of("zoe.melo@gmail.com").waiting_on == "admin"


def test_a_company_that_only_bought_offline_is_proved_by_an_associate(unit):
    Membership.objects.all().delete()
    Contact.objects.all().delete()
    open_crm("crm-br").end_link(account=in_crm(ALICE).account.id, contact=in_crm(ALICE).contact.id)
    carla = hire(unit, "carla@nordlicht.example", "associate")

    bob = apply_as("Bob Reis", BOB)
    application = application_of(BOB)
    assert (application.waiting_on, application.current_step) == ("associate", "verify_control")
    decide_step(
        by=carla,
        application_id=application.pk,
        step="verify_control",
        submitted={
            "control.verdict": "approve",
            "control.how": "called_back",
            "control.note": "The switchboard put me through to him.",
        },
        language="en",
        now=timezone.now(),
    )
    bob.wait()

    assert "The shop is open" in bob.text
    assert seats() == {BOB: "admin"}


def test_a_customer_that_only_the_erp_knows_is_found_and_not_made_twice(unit):
    number = other_company()
    erp = open_erp("erp-br")
    erp.create_customer(old_customer(number, email="dono@orvalume.example"))
    carla = hire(unit, "carla@nordlicht.example", "associate")

    owner = apply_as("Dono Antigo", "dono@orvalume.example", cnpj=number)
    assert "The shop is open" in owner.text  # the code went to the address on file there

    stranger = next(invented_numbers(start=800))
    erp.create_customer(old_customer(stranger, email="someone@else.example"))
    apply_as("Bob Reis", BOB, cnpj=stranger)
    assert application_of(BOB).current_step == "verify_control"
    assert carla.has_role("associate")
    assert len([c for c in erp.customers() if c.tax_id and c.tax_id.number == stranger]) == 1


def test_a_person_with_a_login_adds_a_second_company(unit):
    second = apply_as("Alice Prado", ALICE, cnpj=other_company())

    assert "The shop is open" in second.text
    assert Account.objects.count() == 2
    assert Membership.objects.filter(user__email=ALICE).count() == 2
    page = browser_of(Membership.objects.first().user).get("/cabinet/").content.decode()
    assert page.count('name="entity"') == 2


def test_what_a_stranger_sees_does_not_tell_whether_the_company_is_a_customer(unit):
    """Up to the submission and right after it, but for the companies' own words."""
    walks = []
    for number, email in (
        (CNPJ, "m1@marupanga.example"),
        (other_company(), "m2@marupanga.example"),
    ):
        walk = list(pages_of(number, email))
        walks.append([shape(page) for page in walk])

    known, unknown = walks
    assert known == unknown


def pages_of(cnpj, email):
    visitor = Visitor().begin()
    yield visitor.answer(company__tax_id=cnpj)
    yield visitor.wait()
    yield visitor.answer(**accepted(visitor.text))
    yield visitor.answer(
        contact__name="Mallory Dias",
        contact__email=email,
        contact__phone="+55 11 91234-5678",
        contact__role="buyer",
        contact__channel="email",
    )
    yield visitor.answer(proof__code=code_sent_to(email))
    yield visitor.answer(consent__terms="yes")
    run_pending()


def shape(visitor):
    """Return a page's structure and our own words: the tags, without what was filled in."""
    text = re.sub(r"<(script|style).*?</\1>", "", visitor.text, flags=re.DOTALL)
    return visitor.page.status_code, re.findall(r"<(\w+)", text)


def contact_draft(email):
    return CrmContactDraft(reference=f"typed-{email}", name=email.partition("@")[0], email=email)


def old_customer(number, *, email):
    return CustomerDraft(
        reference=f"OLD-{number}",
        legal_name="Orvalume Ferragens Ltda",
        trade_name="Orvalume",
        tax_id=TaxId("BR", "br_cnpj", number),
        address=PostalAddress(country="BR"),
        contact_name="Dono Antigo",
        email=email,
        phone="",
        language="pt-BR",
        price_group="",
    )


def test_nobody_is_written_to_twice(unit):
    apply_as("Bob Reis", BOB)
    run_pending()

    assert Message.objects.filter(to=ALICE, notice="access_asked").count() == 1
