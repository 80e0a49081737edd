"""Taking over a base from the ERP and the CRM."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from atrio.enrolment.actions import PAGE
from atrio.enrolment.models import ImportRun
from atrio.kernel.actors import Actor
from atrio.outside.connections import open_erp
from atrio.outside.invented_base import (
    AT_TWO_ACCOUNTS,
    FORMER,
    KNOWN_AND_LINKED,
    KNOWN_NOT_LINKED,
    OFFLINE_ONLY,
    SECOND_ACCOUNT,
    invented_base,
)
from atrio.outside.models import Connection, Link
from atrio.outside.ports import ErpContact
from atrio.parties.merging.actions import merge_accounts
from atrio.parties.models import Account, Contact, LegalEntity
from atrio.timeline.models import Entry
from tests.parties.customers import take_seat

CUSTOMERS = [one for one in invented_base() if one.is_in_erp]


def account_of(case_or_number):
    number = getattr(getattr(case_or_number, "company", None), "number", case_or_number)
    return Account.objects.get(customer_number=number)


def rows():
    """Everything an import writes, but for the moments."""
    return {
        "accounts": sorted(Account.objects.values_list("id", "name", "price_group")),
        "companies": sorted(LegalEntity.objects.values_list("id", "legal_name", "domain")),
        "people": sorted(Contact.objects.values_list("id", "name", "phone", "is_active")),
        "links": sorted(Link.objects.values_list("connection", "kind", "object_id", "outside_id")),
    }


def issues(run, what):
    return list(run.issues.filter(what=what).order_by("id"))


class TestWhatIsTakenOver:
    def test_every_customer_that_has_a_tax_id_becomes_one_account_with_its_company(self, imported):
        run = imported()

        good = {one.tax_id: one for one in reversed(CUSTOMERS) if one.tax_id}
        assert run.status == ImportRun.Status.DONE
        assert Account.objects.count() == len(good) == LegalEntity.objects.count()
        for customer in good.values():
            account = account_of(customer.number)
            (company,) = account.legal_entities.all()
            assert account.origin == Account.Origin.IMPORT
            assert account.price_group == customer.price_group
            assert company.legal_name == account.name == customer.legal_name
            assert company.tax_id == customer.tax_id.number
            assert company.address["city"] == customer.address.city
            assert company.domain == customer.domain
            assert company.sources["legal_name"] == "erp"

    def test_accounts_are_linked_to_the_erp_and_to_the_crm(self, imported):
        imported()

        erp, crm = (Connection.objects.get(code=code) for code in ("erp-br", "crm-br"))
        for account in Account.objects.all():
            number = Link.objects.get(connection=erp, kind="account", object_id=account.pk)
            assert number.outside_id == account.customer_number
        in_crm = {one.number for one in CUSTOMERS if one.is_in_crm and one.tax_id}
        linked = Link.objects.filter(connection=crm, kind="account").values("object_id")
        assert (
            set(Account.objects.filter(pk__in=linked).values_list("customer_number", flat=True))
            == in_crm
        )

    def test_who_works_where_is_what_the_crm_says(self, imported):
        imported()

        def link(case):
            return Contact.objects.filter(account=account_of(case), email=case.person.email).first()

        assert link(KNOWN_AND_LINKED).is_active
        assert link(KNOWN_NOT_LINKED) is None
        assert not link(FORMER).is_active
        assert link(AT_TWO_ACCOUNTS).is_active
        assert link(SECOND_ACCOUNT).is_active
        assert link(OFFLINE_ONLY).phone == OFFLINE_ONLY.person.phone

    def test_a_prospect_of_the_crm_is_no_customer(self, imported):
        run = imported()

        prospects = [one for one in invented_base() if not one.is_in_erp]
        assert run.counts["crm_accounts"]["prospects"] == len(prospects) == 3
        assert not LegalEntity.objects.filter(legal_name=prospects[0].legal_name).exists()

    def test_the_accounts_history_begins_with_the_import(self, imported):
        imported()

        entries = Entry.objects.filter(what="account.imported")
        assert set(entries.values_list("account_id", flat=True)) == set(
            Account.objects.values_list("pk", flat=True)
        )


class TestTheReport:
    def test_each_record_that_is_not_as_it_should_be_is_named_once(self, imported):
        run = imported()

        assert {what: len(issues(run, what)) for what in {i.what for i in run.issues.all()}} == {
            "no_tax_id": 1,
            "same_tax_id": 1,
            "same_company": 1,
            "wrong_tax_id": 1,
            "no_email": 2,  # the ERP and the CRM each know the one without
            "wrong_email": 2,
            "same_email": 1,
            "same_person": 1,
            "unknown_number": 1,
        }

    def test_two_customers_of_one_tax_id_are_one_account_and_a_doubt(self, imported):
        run = imported()

        (issue,) = issues(run, "same_tax_id")
        other = account_of(issue.details["other"])
        assert issue.system == "erp-br"
        assert issue.outside_id == "20061"
        assert other.legal_entities.get().tax_id == issue.about

    def test_a_company_twice_in_the_crm_is_linked_once_and_a_doubt(self, imported):
        run = imported()

        (issue,) = issues(run, "same_company")
        assert issue.system == "crm-br"
        assert Link.objects.filter(outside_id=issue.details["other"]).exists()
        assert not Link.objects.filter(outside_id=issue.outside_id).exists()

    def test_who_cannot_be_written_to_is_left_out_and_the_company_is_not(self, imported):
        run = imported()

        (issue, _of_crm) = issues(run, "wrong_email")
        assert issue.details["email"] == "n/d"
        assert account_of(issue.outside_id).contacts.exists()
        assert not Contact.objects.filter(name=issue.about, account=account_of(issue.outside_id))

    def test_who_has_left_and_still_has_a_seat_is_reported(self, imported, erp, unit):
        imported()
        take_seat(account_of(FORMER), FORMER.person.email, name=FORMER.person.name)
        run = imported()

        (issue,) = issues(run, "seat_of_former")
        assert issue.about == FORMER.person.email

    def test_a_customer_whom_the_erp_no_longer_has_is_reported_and_kept(self, imported, erp):
        imported()
        number = KNOWN_AND_LINKED.company.number
        with erp._state.lock:
            del erp._state.customers[number]
        run = imported()

        (issue,) = issues(run, "gone")
        assert (issue.outside_id, issue.about) == (number, KNOWN_AND_LINKED.company.legal_name)
        assert account_of(number)


class TestAgain:
    def test_the_same_base_twice_changes_nothing(self, imported):
        imported()
        before = rows()
        run = imported()

        assert rows() == before
        assert run.counts["erp"]["unchanged"] == Account.objects.count()
        assert run.counts["erp"].get("opened", 0) == 0
        assert ImportRun.objects.count() == 2

    def test_what_changed_in_the_erp_is_taken_over(self, imported, erp):
        imported()
        number = KNOWN_AND_LINKED.company.number
        before = erp.read_customer(number)
        people = (
            *before.contacts,
            ErpContact("Nova Pessoa", "nova@pessoa.example", "11 3333-4444"),
        )
        erp.take_on(
            replace(before, legal_name="Nome Novo Ltda", price_group="Atacado", contacts=people)
        )
        run = imported()

        account = account_of(number)
        assert (account.name, account.price_group) == ("Nome Novo Ltda", "Atacado")
        assert account.legal_entities.get().legal_name == "Nome Novo Ltda"
        assert account.contacts.get(email="nova@pessoa.example").phone == "+551133334444"
        assert run.counts["erp"]["updated"] == 1
        assert run.counts["erp"]["people_added"] == 1

    def test_what_the_customer_changed_here_is_kept_and_the_price_group_is_not_theirs(
        self, imported, erp
    ):
        imported()
        number = KNOWN_AND_LINKED.company.number
        account = account_of(number)
        account.legal_entities.update(legal_name="As We Call It Ltda")
        erp.take_on(
            replace(erp.read_customer(number), legal_name="As They Call It", price_group="Atacado")
        )
        run, again = imported(), imported()

        account = account_of(number)
        assert account.legal_entities.get().legal_name == "As We Call It Ltda"
        assert account.price_group == "Atacado"
        (issue,) = issues(run, "kept")
        assert issue.details == {"theirs": "As They Call It", "ours": "As We Call It Ltda"}
        assert issues(again, "kept") == []

    def test_what_the_customer_changed_here_is_kept_when_nothing_changed_there(self, imported):
        imported()
        contact = Contact.objects.get(
            account=account_of(KNOWN_AND_LINKED), email=KNOWN_AND_LINKED.person.email
        )
        Contact.objects.filter(pk=contact.pk).update(name="As I Call Myself", is_active=False)
        imported()

        contact.refresh_from_db()
        assert (contact.name, contact.is_active) == ("As I Call Myself", False)

    def test_a_person_who_was_removed_here_does_not_come_back(self, imported):
        imported()
        Link.objects.filter(kind="contact").delete()
        Contact.objects.filter(email=KNOWN_AND_LINKED.person.email).delete()
        imported()

        assert not Contact.objects.filter(email=KNOWN_AND_LINKED.person.email).exists()

    def test_an_account_that_was_merged_into_another_does_not_come_back(self, imported):
        imported()
        kept, gone = account_of(KNOWN_AND_LINKED), account_of(FORMER)
        assert kept.price_group != gone.price_group
        carla = Actor(
            kind="staff",
            id="carla",
            roles=frozenset({"associate"}),
            business_units=frozenset({kept.business_unit}),
        )
        merge_accounts(
            by=carla, keep=kept.pk, drop=gone.pk, choices={}, reason="", now=timezone.now()
        )
        before = Account.objects.count()
        run = imported()

        assert Account.objects.count() == before
        assert Account.objects.get(pk=kept.pk).price_group == kept.price_group
        assert [issue.outside_id for issue in issues(run, "merged")] == [FORMER.company.number]
        assert issues(run, "gone") == []


class TestWhatWasHereBefore:
    @pytest.fixture
    def ours(self, unit):
        """Make an account that a company of the base has come to by an application."""

        def make(company, business_unit=unit.code):
            account = Account.objects.create(
                name="Ours", business_unit=business_unit, opened_at=timezone.now()
            )
            LegalEntity.objects.create(
                account=account,
                legal_name="Ours Ltda",
                country="BR",
                tax_id_kind="br_cnpj",
                tax_id=company.tax_id.number,
                address={"city": "Recife"},
            )
            return account

        return make

    def test_a_company_that_became_customer_by_itself_is_linked_and_not_doubled(
        self, imported, ours
    ):
        company = KNOWN_AND_LINKED.company
        account = ours(company)
        run = imported()

        account.refresh_from_db()
        assert (account.name, account.customer_number) == ("Ours", company.number)
        assert account.price_group == company.price_group
        assert account.legal_entities.get().address == {"city": "Recife"}
        assert account.legal_entities.get().domain == company.domain
        assert account.contacts.filter(email=KNOWN_AND_LINKED.person.email).exists()
        assert run.counts["erp"]["opened"] == Account.objects.count() - 1
        assert issues(run, "kept") == []

    def test_a_customer_of_another_unit_stays_there(self, imported, ours):
        account = ours(KNOWN_AND_LINKED.company, business_unit="elsewhere")
        run = imported()

        account.refresh_from_db()
        assert (account.business_unit, account.customer_number) == ("elsewhere", "")
        assert not Link.objects.filter(object_id=account.pk).exists()
        by_erp, by_crm = issues(run, "other_unit")
        assert by_erp.details["unit"] == by_crm.details["unit"] == "elsewhere"

    def test_one_who_applied_here_is_not_retired_because_others_say_they_have_left(
        self, imported, ours
    ):
        account = ours(FORMER.company)
        contact = Contact.objects.create(
            account=account, name="Me", email=FORMER.person.email.upper(), language="en"
        )
        run = imported()

        contact.refresh_from_db()
        assert (contact.is_active, contact.name) == (True, "Me")
        assert contact.phone == FORMER.person.phone
        assert [issue.system for issue in issues(run, "left_elsewhere")] == ["erp-br", "crm-br"]


def test_without_a_crm_the_erp_is_enough(unit, imported):
    unit.crm = ""
    unit.save(update_fields=["crm"])
    run = imported()

    assert run.status == ImportRun.Status.DONE
    assert set(run.counts) == {"erp"}
    assert not Link.objects.filter(connection__code="crm-br").exists()


@pytest.mark.parametrize(
    "damage",
    [
        {"legal_name": "x\0y" * 200},
        {"contacts": (ErpContact("\ud800", "a@b.example", "\0"),)},
        {"domain": "x" * 500},
        {"price_group": "x" * 500},
        {"contacts": (ErpContact("n" * 500, f"{'a' * 300}@b.example", "9" * 500),)},
        {"number": "9" * 500},
    ],
    ids=lambda damage: next(iter(damage)),
)
def test_a_damaged_record_stops_nothing(unit, imported, erp, damage):
    erp.take_on(replace(erp.read_customer(KNOWN_AND_LINKED.company.number), **damage))
    run = imported()

    assert run.status == ImportRun.Status.DONE
    assert Account.objects.count() > 50


def test_a_damaged_number_at_the_end_of_a_page_stops_nothing_either(unit, imported):
    Connection.objects.update(options={"base": True, "crowd": PAGE})
    erp = open_erp(unit.erp)
    before_the_last = list(erp.customers())[PAGE - 2]
    erp.take_on(replace(before_the_last, number=before_the_last.number + "9" * 500))
    run = imported()

    assert run.status == ImportRun.Status.DONE
    assert issues(run, "long_number")
    assert run.counts["erp"]["read"] == len(list(erp.customers())) > PAGE
