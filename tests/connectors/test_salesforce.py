"""The Salesforce connector against the simulator, over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import unquote
from uuid import uuid4

import httpx
import pytest
from hypothesis import given, strategies

from atrio.connectors.salesforce import SalesforceCrm
from atrio.connectors.salesforce.fields import split_name
from atrio.connectors.salesforce.simulator.app import Instance
from atrio.connectors.salesforce.simulator.app import build_app as build_simulator
from atrio.connectors.salesforce.simulator.base import fill
from atrio.connectors.salesforce.simulator.org import Org
from atrio.connectors.salesforce.simulator.soql import parse
from atrio.connectors.salesforce.soql import quoted
from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.faults.control import FaultProxy
from atrio.outside.faults.proxy import build_app as build_proxy
from atrio.outside.invented_base import AT_TWO_ACCOUNTS, FORMER, SECOND_ACCOUNT, invented_base
from atrio.outside.ports import CrmAccountDraft, CrmDuplicate, TaxId
from atrio.outside.recording import recorded
from tests.connectors.crm_contract import CrmContract, CrmOverHttpContract, new_company, new_person
from tests.outside.serving import served, unused_address, wait_until_listening

PATIENCE = {"read_seconds": 4, "total_seconds": 6}
TOKEN = "turn-the-knobs-please"
SECRET = "our-app:open&sesame=ç"


@pytest.fixture
def instance():
    """The simulator and its knobs: one for each test, for it is quickly made."""
    return Instance(Org(), SECRET)


@pytest.fixture
def simulator(instance):
    with served(build_simulator(instance)) as url:
        yield url


@pytest.fixture
def proxy(simulator):
    with served(build_proxy({"crm": simulator}, token=TOKEN)) as url:
        yield url


@pytest.fixture
def faults(proxy):
    return FaultProxy(proxy, TOKEN)


@pytest.fixture
def crm(proxy):
    crm = SalesforceCrm(base_url=f"{proxy}/crm", secret=SECRET, options=PATIENCE)
    crm.probe()
    return crm


class InSalesforce:
    """The people who work in the org itself, on its own screens."""

    def __init__(self, org):
        self._org = org

    def add_account(self, name, tax_id):
        return self._org.put("Account", {"Name": name, "CNPJ__c": tax_id.number})

    def add_contact(self, name, email):
        first, last = split_name(name)
        return self._org.put("Contact", {"FirstName": first, "LastName": last, "Email": email})

    def end_link(self, link):
        self._org.change("AccountContactRelation", link.id, {"IsActive": False})


@pytest.fixture
def colleagues(instance):
    return InSalesforce(instance.org)


class TestSalesforceCrm(CrmOverHttpContract):
    @pytest.fixture
    def creating(self):
        return "/sobjects/"

    @pytest.fixture
    def unreachable(self):
        return SalesforceCrm(base_url=unused_address(), secret=SECRET, options=PATIENCE)


class TestSalesforceCrmInSmallPagesAndAnOldVersion(CrmContract):
    """Where each answer goes on, an upsert says nothing, and a name is misspelt."""

    @pytest.fixture
    def crm(self, simulator, instance):
        instance.page_size = 2
        instance.misspells = True
        options = {**PATIENCE, "version": "45.0"}
        return SalesforceCrm(base_url=simulator, secret=SECRET, options=options)


class TestSigningIn:
    def test_a_token_that_has_ended_is_asked_for_again_once(self, crm, instance):
        instance.end_sessions()

        assert crm.save_account(new_company()).id
        assert len(instance.tokens) == 1

    def test_many_at_once_share_a_token(self, instance, simulator):
        crm = SalesforceCrm(base_url=simulator, secret=SECRET, options=PATIENCE)
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda _: crm.probe(), range(20)))

        assert len(instance.tokens) == 1

    def test_an_org_that_takes_no_token_is_a_failure_and_no_endless_loop(self, crm, instance):
        instance.session_seconds = -1
        instance.end_sessions()
        with pytest.raises(OutsideFailure) as caught, recorded() as exchanges:
            crm.probe()

        assert caught.value.code == "sign_in"
        assert len(exchanges) == 3

    @pytest.mark.parametrize("secret", ["our-app:hunter2", "our-app", ""])
    def test_a_wrong_secret_is_a_failure_and_is_not_kept(self, simulator, secret):
        crm = SalesforceCrm(base_url=simulator, secret=secret, options=PATIENCE)
        with pytest.raises(OutsideFailure, match="invalid_client") as caught, recorded() as said:
            crm.probe()

        assert caught.value.code == "sign_in"
        assert said[-1].outcome == "failed"
        assert "hunter2" not in repr(said)

    def test_neither_secret_nor_token_is_ever_kept(self, crm, instance):
        instance.end_sessions()
        with recorded() as exchanges:
            crm.save_account(new_company())

        (token,) = instance.tokens
        kept = repr(exchanges)
        assert token not in kept
        assert "sesame" not in unquote(kept)
        assert "Aurivale" in kept

    def test_no_salesforce_is_misconfigured(self, proxy):
        crm = SalesforceCrm(base_url=f"{proxy}/crm/nowhere", secret=SECRET, options=PATIENCE)
        with pytest.raises(OutsideFailure) as caught:
            crm.probe()

        assert caught.value.code == "misconfigured"


class TestWhereTheOrgLives:
    """The token comes with an address; only one that the connection names is gone to."""

    def test_a_host_that_is_named_is_followed(self, instance, simulator):
        instance.instance_url = simulator.replace("127.0.0.1", "localhost")
        options = {**PATIENCE, "instance_hosts": ["localhost"]}
        crm = SalesforceCrm(base_url=simulator, secret=SECRET, options=options)

        assert crm._rest._signed_in().http is not crm._rest._login
        crm.probe()

    def test_a_host_that_is_not_named_never_sees_the_token(self, instance, simulator):
        instance.instance_url = "https://mallory.example"
        crm = SalesforceCrm(base_url=simulator, secret=SECRET, options=PATIENCE)
        crm.probe()

        assert crm._rest._signed_in().http is crm._rest._login


class TestUpsert:
    def test_ten_at_once_make_one_account(self, crm):
        draft = new_company()
        with ThreadPoolExecutor(10) as pool:
            saved = {account.id for account in pool.map(crm.save_account, [draft] * 10)}

        assert len(saved) == 1
        assert len(crm.find_accounts(draft.tax_id)) == 1

    @pytest.mark.parametrize(
        "reference", ["nordlicht.com", "a/b", "a b%2Fc", "../../query", "?updateOnly=true", "#x'y"]
    )
    def test_any_reference_is_one_part_of_the_address(self, crm, reference):
        draft = new_company(reference=reference)

        assert crm.save_account(draft).reference == reference
        assert crm.save_account(draft) == crm.find_accounts(draft.tax_id)[0]

    def test_a_reference_that_several_carry_is_a_duplicate(self, crm, instance):
        instance.org.unique.clear()
        reference = str(uuid4())
        ids = {
            instance.org.put("Account", {"Name": name, "AtrioId__c": reference})
            for name in ("A", "B")
        }
        with pytest.raises(CrmDuplicate) as caught:
            crm.save_account(new_company(reference=reference))

        assert {account.id for account in caught.value.accounts} == ids

    def test_one_of_two_at_once_that_is_refused_for_the_other_goes_on(self, crm, instance):
        """The other one's record appears between our looking and our writing."""
        draft = new_company()
        create, created = instance.org.create, []

        def overtaken(table, values, **more):
            if not created:
                created.append(create(table, {"Name": "A", "AtrioId__c": draft.reference}))
            return create(table, values, **more)

        instance.org.create = overtaken
        assert crm.save_account(draft).id == created[0]

    def test_a_locked_row_is_busy_and_the_next_try_works(self, crm, instance):
        draft = new_company()
        instance.org.locked["Account"] = 1
        with pytest.raises(OutsideBusy, match="UNABLE_TO_LOCK_ROW"):
            crm.save_account(draft)

        assert crm.save_account(draft).reference == draft.reference

    def test_a_days_limit_that_is_used_up_is_busy(self, crm, instance):
        instance.requests_left = 1
        with pytest.raises(OutsideBusy, match="REQUEST_LIMIT_EXCEEDED"):
            crm.save_account(new_company())

    def test_what_salesforce_refuses_comes_in_its_words(self, crm):
        for draft, words in (
            (new_company(name=""), "REQUIRED_FIELD_MISSING"),
            (new_company(phone="1" * 41), "STRING_TOO_LONG"),
        ):
            with pytest.raises(OutsideFailure, match=words) as caught:
                crm.save_account(draft)
            assert caught.value.code == "invalid"
        with pytest.raises(OutsideFailure, match="INVALID_EMAIL_ADDRESS"):
            crm.save_contact(new_person(email="n/d"))

    def test_a_person_at_a_company_that_is_gone_is_not_found(self, crm):
        with pytest.raises(OutsideFailure) as caught:
            crm.save_contact(new_person(account="001000000000000AAA"))

        assert caught.value.code == "not_found"

    def test_the_address_arrives(self, crm, instance):
        saved = crm.save_account(new_company())
        row = instance.org.read("Account", saved.id)

        assert row["BillingStreet"] == "Rua das Bromélias, 210\nSala 12\nCentro"
        assert [row[f"Billing{part}"] for part in ("City", "PostalCode", "State", "Country")] == [
            "São Paulo",
            "01310100",
            "SP",
            "BR",
        ]


class TestLinks:
    def test_ten_at_once_make_one_link_with_all_roles(self, crm):
        company = crm.save_account(new_company())
        elsewhere = crm.save_account(new_company())
        bob = crm.save_contact(new_person(account=elsewhere.id))
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda _: crm.save_link(account=company.id, contact=bob.id), range(10)))

        assert len(crm.links(account=company.id)) == 1

    def test_a_link_that_somebody_else_creates_since_we_looked_is_theirs_and_ours(
        self, crm, instance
    ):
        company = crm.save_account(new_company())
        bob = crm.save_contact(new_person(account=crm.save_account(new_company()).id))
        ends = {"AccountId": company.id, "ContactId": bob.id}
        create, created = instance.org.create, []

        def overtaken(table, values, **more):
            created.append(create(table, {**ends, "IsActive": False, "Roles": "Obras"}))
            return create(table, values, **more)

        instance.org.create = overtaken
        link = crm.save_link(account=company.id, contact=bob.id, roles=["Compras"])

        assert [link.id] == created
        assert (link.is_active, link.roles) == (True, ("Obras", "Compras"))


class TestTakingOver:
    def test_an_address_is_filled_whole_or_not_at_all(self, crm, instance):
        half = instance.org.put("Account", {"Name": "Aurivale", "BillingCity": "Recife"})
        none = instance.org.put("Account", {"Name": "Brisaforte"})
        crm.save_account(new_company(), into=half)
        crm.save_account(new_company(), into=none)

        assert instance.org.read("Account", half)["BillingPostalCode"] is None
        assert instance.org.read("Account", none)["BillingPostalCode"] == "01310100"

    def test_a_name_is_not_put_together_from_two(self, crm, instance):
        theirs = instance.org.put("Contact", {"LastName": "Aurivale"})

        assert crm.save_contact(new_person(name="Bob Brisaforte"), into=theirs).name == "Aurivale"


class TestWhatOurUserMayNotSee:
    def test_a_link_with_an_end_out_of_sight_is_none(self, instance, crm):
        contact = instance.org.put("Contact", {"LastName": "Aurivale"})
        ends = {"AccountId": "001000000000000AAA", "ContactId": contact}
        instance.org.put("AccountContactRelation", {**ends, "IsActive": True, "IsDirect": False})

        assert crm.links(contact=contact) == list(crm.all_links()) == []


class TestDuplicateRules:
    @pytest.mark.parametrize("misspells", [True, False])
    def test_both_spellings_are_read(self, crm, instance, misspells):
        instance.misspells = misspells
        first = crm.save_account(new_company())
        with pytest.raises(CrmDuplicate) as caught:
            crm.save_account(new_company(name=first.name))

        assert caught.value.accounts == (first,)

    def test_a_rule_that_blocks_is_not_overruled(self, crm, instance):
        instance.org.blocks_duplicates = True
        first = crm.save_account(new_company())
        with pytest.raises(CrmDuplicate):
            crm.save_account(new_company(tax_id=first.tax_id), despite_duplicates=True)

    def test_a_match_our_user_may_not_see_is_a_duplicate_without_a_match(self):
        error = {"errorCode": "DUPLICATES_DETECTED", "message": "Use one of these records?"}
        hidden = {**error, "duplicateResult": {"matchResults": [{"matchRecords": None}]}}
        with pytest.raises(CrmDuplicate, match="Use one of these") as caught:
            answering(httpx.Response(400, json=[hidden])).save_account(new_company())

        assert caught.value.accounts == ()

    def test_a_match_of_another_kind_is_not_taken_for_an_account(self):
        lead = {"attributes": {"type": "Lead"}, "Id": "00Q000000000001AAA"}
        error = {
            "errorCode": "DUPLICATES_DETECTED",
            "message": "Use one of these records?",
            "duplicateResult": {"matchResults": [{"matchRecords": [{"record": lead}]}]},
        }
        with pytest.raises(CrmDuplicate) as caught:
            answering(httpx.Response(400, json=[error])).save_account(new_company())

        assert caught.value.accounts == ()

    def test_a_value_that_must_be_unique_and_is_another_ones_is_a_duplicate(self, crm, instance):
        instance.org.unique.add("CNPJ__c")
        mine, theirs = crm.save_account(new_company()), crm.save_account(new_company())
        with pytest.raises(CrmDuplicate, match="DUPLICATE_VALUE") as caught:
            crm.save_account(new_company(reference=mine.reference, tax_id=theirs.tax_id))

        assert caught.value.accounts == (theirs,)


class TestQueries:
    @pytest.mark.parametrize(
        "text",
        ["", "'", "\\", "\\'", "a'b", "' OR Id != '", "\n\r\t\b\f", '"', "ç漢🙂", "\\\\' OR 'x"],
    )
    def test_a_literal_holds_exactly_its_text(self, instance, text):
        found = instance.org.put("Account", {"Name": text or None})
        instance.org.put("Account", {"Name": "another"})
        query = parse(f"SELECT Id FROM Account WHERE Name = {quoted(text)}")
        assert [record["Id"] for record in instance.org.select(query)] == [found]

    @given(text=strategies.text(min_size=1), other=strategies.text(min_size=1))
    def test_a_literal_is_equal_to_its_text_and_to_no_other(self, text, other):
        query = parse(f"SELECT Id FROM Account WHERE Name = {quoted(text)}")

        assert query.where(lambda _path: text)
        assert query.where(lambda _path: other) is (other.casefold() == text.casefold())

    def test_nothing_anybody_ever_typed_leaves_its_literal(self, instance, naughty):
        instance.org.put("Account", {"Name": "another"})
        for text in naughty:
            found = instance.org.put("Account", {"Name": text or None})
            query = parse(
                f"SELECT Id FROM Account WHERE Name = {quoted(text)} AND Name != 'another'"
            )
            assert found in [record["Id"] for record in instance.org.select(query)], text

    @pytest.mark.parametrize("typed", ["99.000.002/0001-48", "99000002000148", " 99000002/0001-48"])
    def test_a_number_is_found_however_its_punctuation_was_typed(self, crm, instance, typed):
        instance.org.put("Account", {"Name": "Aurivale", "CNPJ__c": typed})
        found = crm.find_accounts(TaxId("BR", "br_cnpj", "99000002000148"))

        # Half punctuated it is found by no equality; the import reads it all the same.
        assert len(found) == (typed[0] != " ")
        assert [account.tax_id.number for account in crm.accounts()] == ["99000002000148"]

    @pytest.mark.parametrize(
        ("website", "domain"),
        [
            ("https://www.Aurivale.example/contato?x=1", "aurivale.example"),
            ("aurivale.example", "aurivale.example"),
            ("HTTP://aurivale.example:8080", "aurivale.example"),
            ("http://[broken", ""),
            ("", ""),
        ],
    )
    def test_a_website_becomes_a_domain(self, crm, instance, website, domain):
        instance.org.put("Account", {"Name": "Aurivale", "Website": website})

        assert [account.domain for account in crm.accounts()] == [domain]

    def test_pages_that_salesforce_has_forgotten_are_read_anew_from_the_last_row(
        self, crm, instance
    ):
        instance.page_size = 2
        ids = [instance.org.put("Account", {"Name": str(turn)}) for turn in range(7)]
        seen = []
        for account in crm.accounts():
            seen.append(account.id)
            instance.forget_pages()

        assert seen == ids

    def test_a_page_that_leads_elsewhere_is_not_followed(self):
        for path in ("//mallory.example/x", "@mallory.example", None, "/services/data/../x?y"):
            page = {"done": False, "records": [], "nextRecordsUrl": path}
            with pytest.raises(OutsideBusy):
                list(answering(httpx.Response(200, json=page)).accounts())

    @pytest.mark.parametrize("answer", [[], {}, 7, None, {"records": None}])
    def test_json_that_is_not_salesforces_is_busy(self, answer):
        with pytest.raises(OutsideBusy):
            answering(httpx.Response(200, json=answer)).find_contacts("alice@aurivale.example")


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "code", "kind", "ours"),
        [
            (400, "UNABLE_TO_LOCK_ROW", OutsideBusy, None),
            (403, "REQUEST_LIMIT_EXCEEDED", OutsideBusy, None),
            (400, "REQUIRED_FIELD_MISSING", OutsideFailure, "invalid"),
            (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", OutsideFailure, "invalid"),
            (400, "INVALID_FIELD", OutsideFailure, "misconfigured"),
            (403, "API_DISABLED_FOR_ORG", OutsideFailure, "misconfigured"),
            (403, "SOMETHING_NEW", OutsideFailure, "misconfigured"),
            (404, "NOT_FOUND", OutsideFailure, "misconfigured"),
            (400, "ENTITY_IS_DELETED", OutsideFailure, "not_found"),
            (400, "DUPLICATE_VALUE", OutsideFailure, "duplicate"),
        ],
    )
    def test_each_becomes_one_of_ours(self, status, code, kind, ours):
        error = {"message": "Não.", "errorCode": code, "fields": ["Name"]}
        with pytest.raises(kind, match="Não") as caught:
            answering(httpx.Response(status, json=[error])).save_account(new_company())

        assert getattr(caught.value, "code", None) == ours

    @pytest.mark.parametrize("body", [b"<html>", b"[]", b"[7]", b'{"a": 1}', b'[{"message": 1}]'])
    def test_a_refusal_in_no_known_words_is_misconfigured(self, body):
        with pytest.raises(OutsideFailure) as caught:
            answering(httpx.Response(403, content=body)).save_account(new_company())

        assert caught.value.code == "misconfigured"


class TestOptions:
    def test_fields_and_roles_are_called_as_the_connection_says(self, proxy, instance):
        options = {
            **PATIENCE,
            "tax_id_fields": {"br_cnpj": "BillingState"},
            "customer_number_field": "Phone",
            "roles": {"buyer": "Comprador"},
        }
        crm = SalesforceCrm(base_url=f"{proxy}/crm", secret=SECRET, options=options)
        draft = CrmAccountDraft(
            reference="r",
            name="A",
            tax_id=TaxId("BR", "br_cnpj", "99000002000148"),
            customer_number="7",
        )
        account = crm.save_account(draft)
        contact = crm.save_contact(new_person(account=account.id))
        link = crm.save_link(account=account.id, contact=contact.id, roles=["buyer"])

        assert (account.tax_id, account.customer_number) == (draft.tax_id, "7")
        assert instance.org.read("AccountContactRelation", link.id)["Roles"] == "Comprador"
        assert link.roles == ("buyer",)

    def test_a_field_the_org_does_not_have_is_found_out_by_the_probe(self, proxy):
        options = {**PATIENCE, "reference_field": "Nope__c"}
        crm = SalesforceCrm(base_url=f"{proxy}/crm", secret=SECRET, options=options)
        with pytest.raises(OutsideFailure, match="Nope__c") as caught:
            crm.probe()

        assert caught.value.code == "misconfigured"

    def test_a_tax_id_without_a_field_is_misconfigured(self, crm):
        with pytest.raises(OutsideFailure) as caught:
            crm.find_accounts(TaxId("DE", "de_vat", "136695976"))

        assert caught.value.code == "misconfigured"

    @pytest.mark.parametrize(
        "options",
        [
            {"reference_field": "Id FROM User"},
            {"tax_id_fields": {"br_cnpj": "CNPJ__c = '' OR Name"}},
            {"version": "60.0/sobjects"},
        ],
    )
    def test_what_can_be_no_name_is_refused(self, options):
        with pytest.raises(ValueError):
            SalesforceCrm(base_url="https://crm.example", secret=SECRET, options=options)

    def test_states_and_countries_may_be_picklists(self):
        sent = []
        options = {"state_and_country_picklists": True}
        crm = answering(httpx.Response(503), options=options, sent=sent)
        with pytest.raises(OutsideBusy):
            crm.save_account(new_company())

        assert '"BillingStateCode": "SP"' in sent[-1]
        assert 'BillingState"' not in sent[-1]


class TestInventedOrg:
    def test_the_base_is_there_with_its_awkward_cases(self, crm, instance):
        fill(instance.org)
        in_crm = [customer for customer in invented_base() if customer.is_in_crm]

        assert len(list(crm.accounts())) == sum(len(one.crm_names) for one in in_crm)
        assert any(len(crm.find_accounts(one.tax_id)) == 2 for one in in_crm if one.tax_id)
        assert any(account.tax_id is None for account in crm.accounts())

    def test_the_named_cases_are_as_their_names_say(self, crm, instance):
        fill(instance.org)
        (former,) = crm.find_contacts(FORMER.person.email)
        (both,) = crm.find_contacts(AT_TWO_ACCOUNTS.person.email)
        links = {link.account.tax_id: link for link in crm.links(contact=both.id)}

        assert [link.is_active for link in crm.links(contact=former.id)] == [False]
        assert set(links) == {AT_TWO_ACCOUNTS.company.tax_id, SECOND_ACCOUNT.company.tax_id}
        assert links[AT_TWO_ACCOUNTS.company.tax_id].is_direct
        assert not links[SECOND_ACCOUNT.company.tax_id].is_direct


class TestSimulatorAsAProgram:
    def test_it_keeps_its_records_over_a_restart(self, tmp_path):
        draft = new_company()
        with program("--state", tmp_path / "org" / "records", "--base") as crm:
            before = [*crm.accounts(), crm.save_account(draft)]
            contact = crm.save_contact(new_person(account=before[-1].id))
        with program("--state", tmp_path / "org" / "records", "--base") as crm:
            assert list(crm.accounts()) == before
            assert crm.save_account(draft) == before[-1]
            assert len(crm.links(contact=contact.id)) == 1
            assert crm.save_account(new_company()) not in before

    def test_it_does_not_start_without_a_secret(self):
        command = [sys.executable, "-m", "atrio.connectors.salesforce.simulator", "--port", "1"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)

        assert ended.returncode == 1
        assert "ATRIO_CRM_SECRET" in ended.stderr


@contextmanager
def program(*arguments):
    """Run the simulator as a process; the value is a connector to it."""
    address = unused_address()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "atrio.connectors.salesforce.simulator"),
            *("--port", address.rpartition(":")[2], *map(str, arguments)),
        ],
        env={**os.environ, "ATRIO_CRM_SECRET": SECRET},
    )
    try:
        wait_until_listening(address)
        yield SalesforceCrm(base_url=address, secret=SECRET, options=PATIENCE)
    finally:
        process.terminate()
        process.wait(timeout=20)


def answering(answer, *, options=None, sent=None):
    """A connector to an org that lets us in, and then answers everything the same."""

    def respond(request):
        if request.url.path.endswith("/token"):
            token = {"access_token": "token", "instance_url": "https://crm.example"}
            return httpx.Response(200, json=token)
        if sent is not None:
            sent.append(request.content.decode())
        return answer

    return SalesforceCrm(
        base_url="https://crm.example",
        secret=SECRET,
        options=options,
        transport=httpx.MockTransport(respond),
    )
