"""What every CRM connector must do, and what it must do when the way to the CRM is bad."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from uuid import uuid4

import pytest
from stdnum.br import cnpj

from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideFailure
from atrio.outside.ports import CrmAccountDraft, CrmContactDraft, CrmDuplicate, PostalAddress, TaxId

ADDRESS = PostalAddress(
    street="Rua das Bromélias",
    number="210",
    extra="Sala 12",
    district="Centro",
    postal_code="01310100",
    city="São Paulo",
    region="SP",
    country="BR",
)


def new_company(**parts):
    """A draft of a company that no other test knows."""
    unique = uuid4()
    base = f"{unique.hex[:8].upper()}0001"
    draft = CrmAccountDraft(
        reference=str(unique),
        name=f"Aurivale {unique.hex[:6]} Instalações Ltda",
        tax_id=TaxId("BR", "br_cnpj", base + cnpj.calc_check_digits(base)),
        domain=f"aurivale-{unique.hex[:6]}.example",
        phone="+551132345678",
        customer_number="K7M2-9QXA",
        address=ADDRESS,
    )
    return replace(draft, **parts)


def new_person(**parts):
    """A draft of a person whom no other test knows."""
    unique = uuid4()
    draft = CrmContactDraft(
        reference=str(unique),
        name="Alice de Souza Aurivale",
        email=f"alice.{unique.hex[:8]}@aurivale.example",
        phone="+5511987654321",
    )
    return replace(draft, **parts)


class CrmContract:
    """Subclass it; provide `crm`, and `colleagues` who work in the CRM itself:

    `add_account(name, tax_id)` and `add_contact(name, email)` return the id of a record that no
    rule has looked at, `end_link(link)` marks a link as over.
    """

    @pytest.fixture
    def company(self, crm):
        return crm.save_account(new_company())

    @pytest.fixture
    def alice(self, crm, company):
        return crm.save_contact(new_person(account=company.id))

    @pytest.fixture
    def bob(self, crm):
        """Somebody who is filed under another company."""
        elsewhere = crm.save_account(new_company())
        return crm.save_contact(new_person(name="Bob Brisaforte", account=elsewhere.id))

    def test_a_probe_changes_nothing(self, crm):
        assert crm.probe() is None

    # Companies.

    def test_a_company_is_created_once_however_often_it_is_asked(self, crm):
        draft = new_company()
        first, again = crm.save_account(draft), crm.save_account(draft)

        assert first == again
        assert crm.find_accounts(draft.tax_id) == [first]

    def test_a_company_comes_back_as_it_was_written(self, crm):
        draft = new_company()
        saved = crm.save_account(draft)

        for name in ("reference", "name", "tax_id", "domain", "phone", "customer_number"):
            assert getattr(saved, name) == getattr(draft, name), name

    def test_what_changes_is_changed_and_what_is_not_said_stays(self, crm):
        draft = new_company()
        first = crm.save_account(draft)
        second = crm.save_account(
            CrmAccountDraft(reference=draft.reference, name="Brisaforte S.A.", customer_number="7")
        )

        assert second == replace(first, name="Brisaforte S.A.", customer_number="7")

    def test_a_number_nobody_has_finds_no_company(self, crm):
        assert crm.find_accounts(new_company().tax_id) == []

    def test_alphanumeric_numbers_are_found(self, crm):
        base = f"ZZ{uuid4().hex[:6].upper()}0001"
        draft = new_company(tax_id=TaxId("BR", "br_cnpj", base + cnpj.calc_check_digits(base)))

        assert crm.find_accounts(draft.tax_id) == []
        assert [crm.save_account(draft)] == crm.find_accounts(draft.tax_id)

    def test_the_crms_own_doubles_are_all_found(self, crm, colleagues):
        tax_id = new_company().tax_id
        ids = {colleagues.add_account(name, tax_id) for name in ("Aurivale", "AURIVALE LTDA")}

        assert {account.id for account in crm.find_accounts(tax_id)} == ids
        assert len(ids) == 2

    @pytest.mark.parametrize("name", ["Ação & Filhos 'Ltda' \"x\"", "Ω漢字🙂", "=1+1", "a\\'b"])
    def test_any_name_of_a_company_comes_back_as_it_was(self, crm, name):
        assert crm.save_account(new_company(name=name)).name == name

    def test_a_company_may_be_nothing_but_a_name(self, crm):
        draft = CrmAccountDraft(reference=str(uuid4()), name="Lumivasto")
        saved = crm.save_account(draft)

        assert (saved.tax_id, saved.domain, saved.phone) == (None, "", "")

    # What the CRM holds to be there already.

    def test_a_company_that_is_there_already_is_a_duplicate_with_its_match(self, crm, company):
        draft = new_company(tax_id=company.tax_id)
        with pytest.raises(CrmDuplicate) as caught:
            crm.save_account(draft)

        assert caught.value.code == "duplicate"
        assert caught.value.accounts == (company,)
        assert caught.value.contacts == ()
        assert crm.find_accounts(company.tax_id) == [company]

    def test_whoever_knows_better_creates_it_all_the_same(self, crm, company):
        draft = new_company(tax_id=company.tax_id)
        saved = crm.save_account(draft, despite_duplicates=True)

        assert {account.id for account in crm.find_accounts(company.tax_id)} == {
            company.id,
            saved.id,
        }

    def test_a_person_who_is_there_already_is_a_duplicate_with_their_match(self, crm, alice):
        with pytest.raises(CrmDuplicate) as caught:
            crm.save_contact(new_person(email=alice.email.upper()))

        assert caught.value.contacts == (alice,)
        assert caught.value.accounts == ()

    def test_two_people_of_one_mailbox_can_be_two(self, crm, alice):
        saved = crm.save_contact(
            new_person(name="Bob Aurivale", email=alice.email), despite_duplicates=True
        )

        assert {one.id for one in crm.find_contacts(alice.email)} == {alice.id, saved.id}

    def test_the_match_can_become_ours(self, crm, colleagues):
        draft = new_company()
        theirs = colleagues.add_account("AURIVALE LTDA", draft.tax_id)
        with pytest.raises(CrmDuplicate) as caught:
            crm.save_account(draft)
        (match,) = caught.value.accounts

        saved = crm.save_account(draft, into=match.id)
        assert (saved.id, saved.reference) == (theirs, draft.reference)
        assert (saved.name, saved.tax_id) == ("AURIVALE LTDA", draft.tax_id)
        # Where there was nothing, there is now what we know.
        assert (saved.domain, saved.customer_number) == (draft.domain, draft.customer_number)

    def test_what_has_become_ours_is_found_by_our_reference_from_then_on(self, crm, colleagues):
        draft = new_person()
        theirs = colleagues.add_contact("A. AURIVALE", draft.email)
        assert crm.save_contact(draft, into=theirs).name == "A. AURIVALE"

        assert crm.save_contact(draft, into=theirs).id == theirs
        assert crm.save_contact(replace(draft, name="Alice Aurivale")).id == theirs
        assert crm.find_contacts(draft.email)[0].name == "Alice Aurivale"

    def test_what_is_somebody_elses_does_not_become_ours(self, crm, company, alice):
        for save, draft, into in (
            (crm.save_account, new_company(), company.id),
            (crm.save_contact, new_person(), alice.id),
        ):
            with pytest.raises(OutsideFailure) as caught:
                save(draft, into=into)
            assert caught.value.code == "linked_elsewhere"

        assert crm.find_accounts(company.tax_id) == [company]

    @pytest.mark.parametrize("nobody", ["nobody-has-this", "001000000000000AAA", "x' OR Id != '"])
    def test_what_is_not_there_cannot_become_ours(self, crm, nobody):
        for save, draft in ((crm.save_account, new_company()), (crm.save_contact, new_person())):
            with pytest.raises(OutsideFailure) as caught:
                save(draft, into=nobody)
            assert caught.value.code == "not_found"

    # People.

    def test_a_person_is_created_once_however_often_it_is_asked(self, crm, company):
        draft = new_person(account=company.id)
        first, again = crm.save_contact(draft), crm.save_contact(draft)

        assert first == again
        assert crm.find_contacts(draft.email) == [first]
        assert len(crm.links(contact=first.id)) == 1

    @pytest.mark.parametrize(
        "name",
        [
            "Alice de Souza Aurivale",
            "Alice",
            "Ana-Maria d'Ávila 漢字",
            "Pedro de Alcântara Francisco Antônio João Carlos Xavier de Paula de Bragança",
        ],
    )
    def test_any_name_of_a_person_comes_back_as_it_was(self, crm, name):
        assert crm.save_contact(new_person(name=name)).name == name

    def test_a_person_comes_back_as_they_were_written(self, crm, company):
        draft = new_person(account=company.id)
        saved = crm.save_contact(draft)

        assert (saved.reference, saved.name) == (draft.reference, draft.name)
        assert (saved.email, saved.phone) == (draft.email, draft.phone)

    def test_people_are_found_by_their_address_in_whatever_case(self, crm, alice):
        assert crm.find_contacts(alice.email.upper()) == [alice]
        assert crm.find_contacts(alice.email.title()) == [alice]

    @pytest.mark.parametrize(
        "email",
        ["", "nobody@aurivale.example", "%@%", "x' OR Name != '", "x\\' OR Email != '", "\x00\n"],
    )
    def test_an_address_nobody_has_finds_nobody_whatever_is_in_it(self, crm, alice, email):
        assert crm.find_contacts(email) == []

    # Links.

    def test_a_new_person_is_linked_to_the_company_they_are_filed_under(self, crm, company, alice):
        (link,) = crm.links(contact=alice.id)

        assert (link.account, link.contact) == (company, alice)
        assert (link.is_active, link.is_direct) == (True, True)

    def test_a_person_who_is_there_is_not_moved_to_another_company(self, crm, company):
        draft = new_person(account=company.id)
        alice = crm.save_contact(draft)
        elsewhere = crm.save_account(new_company())
        crm.save_contact(replace(draft, account=elsewhere.id))

        assert [link.account for link in crm.links(contact=alice.id)] == [company]

    def test_a_link_is_created_once_however_often_it_is_asked(self, crm, company, bob):
        first = crm.save_link(account=company.id, contact=bob.id, roles=["Compras"])
        again = crm.save_link(account=company.id, contact=bob.id, roles=["Compras"])

        assert first == again
        assert (first.is_active, first.is_direct, first.roles) == (True, False, ("Compras",))
        assert len(crm.links(contact=bob.id)) == 2

    def test_a_link_that_was_over_is_reactivated(self, crm, company, bob, colleagues):
        before = crm.save_link(account=company.id, contact=bob.id, roles=["Compras"])
        colleagues.end_link(before)
        (over,) = crm.links(account=company.id, contact=bob.id)
        after = crm.save_link(account=company.id, contact=bob.id)

        assert not over.is_active
        assert after == before

    def test_a_direct_link_that_was_over_stays_direct(self, crm, company, alice, colleagues):
        colleagues.end_link(*crm.links(contact=alice.id))
        after = crm.save_link(account=company.id, contact=alice.id)

        assert (after.is_active, after.is_direct) == (True, True)

    def test_roles_are_added_to_those_somebody_has(self, crm, company, bob):
        crm.save_link(account=company.id, contact=bob.id, roles=["Compras", "Obras"])
        link = crm.save_link(account=company.id, contact=bob.id, roles=["Financeiro", "Obras"])

        assert link.roles == ("Compras", "Obras", "Financeiro")

    def test_links_of_a_company_of_a_person_and_between_both(self, crm, company, alice, bob):
        between = crm.save_link(account=company.id, contact=bob.id)

        people = {link.contact.id for link in crm.links(account=company.id)}
        assert people == {alice.id, bob.id}
        assert crm.links(account=company.id, contact=bob.id) == [between]

    @pytest.mark.parametrize("nobody", ["nobody-has-this", "001000000000000AAA", "x' OR Id != '"])
    def test_what_is_not_there_has_no_links_and_gets_none(self, crm, company, alice, nobody):
        assert crm.links() == []
        assert crm.links(account=nobody) == crm.links(contact=nobody) == []
        for ends in (
            {"account": nobody, "contact": alice.id},
            {"account": company.id, "contact": nobody},
        ):
            with pytest.raises(OutsideFailure) as caught:
                crm.save_link(**ends)
            assert caught.value.code == "not_found"

    # Everything.

    def test_every_company_comes_once_in_the_order_of_the_ids(self, crm):
        saved = {crm.save_account(new_company()).id for _ in range(7)}
        ids = [account.id for account in crm.accounts()]

        assert ids == sorted(set(ids))
        assert saved <= set(ids)

    def test_every_link_comes_once_with_both_its_ends(self, crm, company, alice, bob, colleagues):
        over = crm.save_link(account=company.id, contact=bob.id)
        colleagues.end_link(over)
        links = {link.id: link for link in crm.all_links()}

        assert list(links) == sorted(links)
        assert links[over.id] == replace(over, is_active=False)
        assert {alice.id, bob.id} <= {link.contact.id for link in links.values()}

    @pytest.mark.parametrize("taken", [1, 3, 5])
    def test_what_was_broken_off_goes_on_where_it_was(self, crm, taken):
        for _ in range(6):
            crm.save_contact(new_person(account=crm.save_account(new_company()).id))

        for everything in (crm.accounts, crm.all_links):
            whole = list(everything())
            first = list(islice(everything(), taken))
            assert first + list(everything(after=first[-1].id)) == whole
            assert list(everything(after=whole[-1].id)) == []


class CrmOverHttpContract(CrmContract):
    """For connectors that speak HTTP. Subclass it; provide also:

    `faults`, a `FaultProxy` whose route "crm" leads to the system; `crm`, connected through it
    with some second's patience and signed in already; `creating`, words that only a request has
    which writes; `unreachable`, a connector to an address where nobody listens.
    """

    def test_a_crm_that_is_not_there_is_busy_and_was_not_asked(self, unreachable):
        for ask in (unreachable.probe, lambda: unreachable.save_account(new_company())):
            with pytest.raises(OutsideBusy) as caught:
                ask()
            assert not isinstance(caught.value, NoAnswer)

    @pytest.mark.parametrize(
        "trouble",
        [{"down": True}, {"error_rate": 1}, {"error_rate": 1, "error_status": 429}, {"garbage": 1}],
        ids=lambda trouble: " ".join(trouble),
    )
    def test_a_crm_in_trouble_is_busy_and_the_next_try_works(self, crm, faults, trouble):
        draft = new_company()
        faults.set("crm", **trouble)
        for ask in (crm.probe, lambda: crm.save_account(draft)):
            with pytest.raises(OutsideBusy):
                ask()
        faults.reset("crm")

        saved = crm.save_account(draft)
        assert crm.find_accounts(draft.tax_id) == [saved]

    @pytest.mark.parametrize("trouble", ["execute_then_timeout", "garbage"])
    def test_what_was_done_without_an_answer_is_not_done_twice(
        self, crm, faults, creating, trouble
    ):
        company = crm.save_account(new_company())
        elsewhere = crm.save_account(new_company())
        bob = crm.save_contact(new_person(account=elsewhere.id))
        draft, person = new_company(), new_person(account=company.id)

        for save in (
            lambda: crm.save_account(draft),
            lambda: crm.save_contact(person),
            lambda: crm.save_link(account=company.id, contact=bob.id),
        ):
            faults.set("crm", **{trouble: 1}, only=creating, times=1)
            with pytest.raises(NoAnswer if trouble == "execute_then_timeout" else OutsideBusy):
                save()
            assert save() == save()

        assert len(crm.find_accounts(draft.tax_id)) == 1
        assert len(crm.find_contacts(person.email)) == 1
        assert len(crm.links(account=company.id)) == 2
