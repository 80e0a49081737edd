"""The SAP connector against the simulator, over HTTP."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest
from hypothesis import given, settings, strategies

from atrio.connectors.memory import MemoryErp
from atrio.connectors.sap import SapErp
from atrio.connectors.sap.batch import Write
from atrio.connectors.sap.errors import Changed
from atrio.connectors.sap.odata import etag_of, if_match, key
from atrio.connectors.sap.partners import joined, names_of
from atrio.connectors.sap.simulator.base import open_counters
from atrio.connectors.sap.simulator.errors import ApiError
from atrio.connectors.sap.simulator.query import parse
from atrio.connectors.sap.simulator.schema import PARTNERS, SETS
from atrio.connectors.sap.simulator.store import Store
from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.ports import CreditLine, ErpContact, PriceQuestion, TaxId
from atrio.outside.recording import recorded
from tests.connectors.erp_contract import ADDRESS, ErpOverHttpContract, new_draft
from tests.connectors.sap_house import SECRET, connect
from tests.outside.serving import unused_address


@pytest.fixture
def erp(sap):
    return sap


@pytest.fixture
def faults(faults_of_sap):
    return faults_of_sap


@pytest.fixture
def system(sap_instance):
    return sap_instance.system


def rows_with(system, reference):
    return system.store.where("A_BusinessPartner", BusinessPartnerIDByExtSystem=reference)


class TestSapErp(ErpOverHttpContract):
    longest_name = 160

    @pytest.fixture
    def price_groups(self):
        return ["Varejo", "Atacado"]

    @pytest.fixture
    def creating(self):
        return "to_AddressUsage"

    @pytest.fixture
    def crediting(self):
        return "CreditLimitIsZero"

    @pytest.fixture
    def unreachable(self):
        return connect(unused_address())


class TestTokens:
    def test_a_token_that_ended_is_fetched_again_and_nothing_is_done_twice(
        self, erp, faults, sap_instance, system
    ):
        draft = new_draft("Varejo")
        sap_instance.end_sessions()
        before = faults.route("erp").requests
        erp.create_customer(draft)

        # A search, the creation, what fetches the token, the creation once more.
        assert faults.route("erp").requests - before == 4
        assert len(rows_with(system, draft.reference)) == 1

    def test_a_token_that_is_never_taken_is_for_a_person(self):
        def answer(request):
            token = {"HEAD": "abc", "POST": "Required"}.get(request.method, "")
            status = 403 if request.method == "POST" else 200
            said = {"d": {"results": []}}
            return httpx.Response(status, headers={"x-csrf-token": token}, json=said)

        with pytest.raises(OutsideFailure) as caught:
            answering(answer).create_customer(new_draft("Varejo"))

        assert caught.value.code == "misconfigured"

    def test_a_system_that_gives_no_token_is_busy(self):
        erp = answering(lambda _: httpx.Response(200, json={"d": {"results": []}}))
        with pytest.raises(OutsideBusy):
            erp.create_customer(new_draft("Varejo"))

    def test_a_wrong_password_is_said_to_be_one(self, sap_proxy):
        with pytest.raises(OutsideFailure) as caught:
            connect(f"{sap_proxy}/erp", secret="guess").probe()

        assert caught.value.code == "sign_in"

    def test_the_password_stands_in_no_record(self, erp):
        with recorded() as exchanges:
            erp.find_customer(reference=SECRET[:20])

        assert exchanges
        assert not any(SECRET in exchange.request for exchange in exchanges)


class TestWriting:
    def test_the_whole_customer_is_made_in_one_request(self, erp, system):
        draft = new_draft("Atacado")
        with recorded() as exchanges:
            number = erp.create_customer(draft).number

        assert [exchange.request.split()[0] for exchange in exchanges] == ["GET", "POST"]
        store = system.store
        roles = store.where("A_BusinessPartnerRole", BusinessPartner=number)
        assert {row["BusinessPartnerRole"] for row in roles} == {"FLCU00", "FLCU01", "UKM000"}
        (area,) = store.where("A_CustomerSalesArea", Customer=number)
        assert (area["CustomerPriceGroup"], area["Currency"]) == ("W1", "BRL")
        assert store.where("A_CustomerCompany", Customer=number)
        (partner,) = rows_with(system, draft.reference)
        assert (partner["CorrespondenceLanguage"], partner["SearchTerm1"]) == ("PT", "AURIVALE")

    def test_two_creations_at_once_are_told_apart_and_the_first_one_counts(self, erp, faults):
        draft = new_draft("Varejo")
        # Both have searched in vain before either arrives.
        faults.set("erp", latency=0.4, only="to_AddressUsage")
        with ThreadPoolExecutor(2) as pool:
            attempts = [pool.submit(erp.create_customer, draft) for _ in range(2)]
            errors = [attempt.exception() for attempt in attempts]
        faults.reset("erp")

        (failure,) = filter(None, errors)
        assert failure.code == "duplicate"
        (receipt,) = [one.result() for one in attempts if one.exception() is None]
        assert receipt.number in str(failure)
        assert erp.create_customer(draft) == receipt

    def test_what_sap_remarks_stands_in_the_record(self, erp, faults):
        draft = new_draft("Varejo")
        erp.create_customer(draft)
        body = {"BusinessPartnerCategory": "2", "OrganizationBPName1": "Twin"}
        with recorded() as exchanges:
            done = erp._gateway.create(
                PARTNERS,
                "A_BusinessPartner",
                {**body, "BusinessPartnerIDByExtSystem": draft.reference},
            )

        assert [remark.code for remark in done.remarks] == ["R1/451"]
        assert exchanges[0].answer.startswith("sap-message: ")
        assert "already been assigned" in exchanges[0].answer

    def test_the_number_may_come_later_than_the_receipt(self, erp, system):
        draft = new_draft("Varejo")
        system.numbers_come_later = True
        try:
            assert erp.create_customer(draft).number is None
        finally:
            system.numbers_come_later = False

        assert erp.create_customer(draft).number

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"legal_name": "a" * 161}, "name"),
            ({"legal_name": f"{'a' * 81} {'b' * 81}"}, "name"),
            ({"address": replace(ADDRESS, street="a" * 61)}, "street"),
            ({"address": replace(ADDRESS, number="12345678901")}, "number"),
            ({"email": f"{'a' * 240}@b.example"}, "email"),
            ({"reference": "a" * 21}, "reference"),
        ],
        ids=["name", "two words", "street", "number", "email", "reference"],
    )
    def test_what_sap_has_no_room_for_is_refused_in_our_words(self, erp, wrong, told):
        draft = replace(new_draft("Varejo"), **wrong)
        with recorded() as exchanges, pytest.raises(OutsideFailure, match=told) as caught:
            erp.create_customer(draft)

        assert caught.value.code == "invalid"
        assert not any(exchange.request.startswith("POST") for exchange in exchanges)

    def test_a_field_sap_does_not_have_is_the_connections_fault(self, sap_proxy, system):
        erp = connect(f"{sap_proxy}/erp", sales_area_fields={"PriceGrp": "1"})
        draft = new_draft("Varejo")
        with pytest.raises(OutsideFailure, match="PriceGrp") as caught:
            erp.create_customer(draft)

        assert caught.value.code == "misconfigured"
        assert rows_with(system, draft.reference) == []

    def test_of_a_customer_that_is_refused_in_one_part_nothing_is_left(self, sap_proxy, system):
        erp = connect(f"{sap_proxy}/erp", price_groups={}, default_payment_term="N999")
        before = {name: len(system.store.rows(name)) for name in SETS}
        with pytest.raises(OutsideFailure, match="N999") as caught:
            erp.create_customer(new_draft("R1"))

        assert caught.value.code == "invalid"
        assert {name: len(system.store.rows(name)) for name in SETS} == before

    def test_whoever_has_the_record_open_is_waited_for(self, erp, system):
        system.locked["A_BusinessPartner"] = 1
        draft = new_draft("Varejo")
        with pytest.raises(OutsideBusy):
            erp.create_customer(draft)

        assert erp.create_customer(draft).number

    def test_what_an_installation_demands_besides_is_written(self, sap_proxy, system):
        erp = connect(
            f"{sap_proxy}/erp",
            grouping="BP02",
            sales_area_fields={"ShippingCondition": "01"},
            company_fields={"ReconciliationAccount": "12100000"},
            sales_taxes=[
                {
                    "DepartureCountry": "BR",
                    "CustomerTaxCategory": "ICVA",
                    "CustomerTaxClassification": "1",
                }
            ],
        )
        number = erp.create_customer(new_draft("")).number

        store = system.store
        assert store.row("A_BusinessPartner", (number,))["BusinessPartnerGrouping"] == "BP02"
        (area,) = store.where("A_CustomerSalesArea", Customer=number)
        assert area["ShippingCondition"] == "01"
        (company,) = store.where("A_CustomerCompany", Customer=number)
        assert company["ReconciliationAccount"] == "12100000"
        assert len(store.where("A_CustomerSalesAreaTax", Customer=number)) == 1

    @settings(max_examples=40, deadline=None)
    @given(strategies.text(alphabet="a é🙂", max_size=170))
    def test_a_name_comes_back_or_is_refused(self, name):
        try:
            parts = names_of(name)
        except OutsideFailure:
            return
        assert len(parts) <= 4
        assert all(len(part.encode("utf-16-le")) <= 80 for part in parts)
        assert all(part == part.strip(" ") for part in parts)
        assert joined(parts) == " ".join(name.split())

    def test_a_name_is_broken_between_words(self):
        name = "Companhia Aurivale de Instalações Elétricas Industriais e Prediais Ltda"

        assert names_of(name) == [
            "Companhia Aurivale de Instalações",
            "Elétricas Industriais e Prediais Ltda",
        ]


class TestEtagsAndBatches:
    def row(self, erp, number):
        path = key("A_CustomerSalesArea", Customer=number, **erp._setup.area)
        return path, erp._gateway.row(PARTNERS, path)

    def test_what_somebody_changed_meanwhile_is_not_written_over(self, erp):
        number = erp.create_customer(new_draft("Varejo")).number
        path, read = self.row(erp, number)
        change = erp._gateway.change
        change(PARTNERS, path, {"CustomerPriceGroup": "W1"}, etag=etag_of(read))
        with pytest.raises(Changed):
            change(PARTNERS, path, {"CustomerPaymentTerms": "NT30"}, etag=etag_of(read))

        assert self.row(erp, number)[1]["CustomerPaymentTerms"] == ""

    def test_without_an_etag_sap_changes_nothing(self, erp):
        number = erp.create_customer(new_draft("Varejo")).number
        path, _ = self.row(erp, number)
        bare = Write("PATCH", path, {"CustomerPaymentTerms": "NT30"})
        (outcome,) = erp._gateway.batch(PARTNERS, [[bare]])

        assert isinstance(outcome, Changed)

    def test_a_change_set_happens_wholly_or_not_at_all_and_the_others_go_on(self, erp):
        one, other = (erp.create_customer(new_draft("Varejo")).number for _ in range(2))

        def to(number, term):
            path, read = self.row(erp, number)
            return Write("PATCH", path, {"CustomerPaymentTerms": term}, if_match(etag_of(read)))

        failed, done = erp._gateway.batch(
            PARTNERS, [[to(one, "NT30"), to(other, "N999")], [to(other, "0001")]]
        )
        assert failed.code == "invalid"
        assert [write.row for write in done] == [{}]
        assert self.row(erp, one)[1]["CustomerPaymentTerms"] == ""
        assert self.row(erp, other)[1]["CustomerPaymentTerms"] == "0001"

    @pytest.mark.parametrize("garbled", ["", "--x--", "no batch", "--x\r\n\r\nHTTP/9\r\n--x--"])
    def test_what_is_no_answer_to_a_batch_is_busy(self, erp, garbled):
        number = erp.create_customer(new_draft("Varejo")).number
        row = erp._sold_to(number)

        def answer(request):
            if request.method == "GET":
                return httpx.Response(200, json={"d": {"results": [row]}})
            headers = {"x-csrf-token": "a", "content-type": "multipart/mixed; boundary=x"}
            return httpx.Response(200, headers=headers, text=garbled)

        with pytest.raises(OutsideBusy):
            answering(answer).prices(number, [PriceQuestion("LI-BUL-1")])


class TestReading:
    def test_the_base_is_the_one_that_all_erps_begin_with(self, erp):
        old = [one for one in erp.customers() if one.number.startswith("20")]
        invented = MemoryErp(base_url=f"memory://{uuid4()}", options={"base": True}).customers()

        assert [all_of(one) for one in old] == [all_of(one) for one in invented]
        assert any(not contact.is_active for one in old for contact in one.contacts)

    def test_pages_of_customers_are_put_together(self, erp, sap_proxy):
        few = connect(f"{sap_proxy}/erp", page_size=7)

        assert list(few.customers()) == list(erp.customers())

    def test_whom_the_list_prices_are_those_of_is_nobodys_customer(self, erp):
        assert "10000" not in {one.number for one in erp.customers()}
        assert erp.read_customer("10000").legal_name == "Venda de balcão"

    def test_zeros_in_front_do_not_count(self, erp):
        assert erp.read_customer("0000020001").number == "20001"

    def test_a_supplier_with_the_same_tax_id_is_no_customer(self, erp, system):
        draft = new_draft("")
        partner = {"BusinessPartnerCategory": "2", "OrganizationBPName1": "Fornecedor"}
        tax = {"BPTaxType": "BR1", "BPTaxNumber": draft.tax_id.number}
        body = {**partner, "to_BusinessPartnerTax": {"results": [tax]}}
        system.create(SETS["A_BusinessPartner"], body)

        assert erp.find_customer(tax_id=draft.tax_id) is None
        number = erp.create_customer(draft).number
        assert erp.find_customer(tax_id=draft.tax_id).number == number

    def test_a_vat_id_is_the_countrys_number_0(self, erp):
        vat = TaxId("DE", "eu_vat", f"DE{uuid4().int % 10**9:09}")
        address = replace(ADDRESS, country="DE", postal_code="23552", region="SH")
        draft = replace(new_draft(""), tax_id=vat, address=address, phone="+49451123456")
        number = erp.create_customer(draft).number

        found = erp.find_customer(tax_id=vat)
        assert (found.number, found.tax_id, found.phone) == (number, vat, draft.phone)

    def test_a_tax_id_without_a_category_is_the_connections_fault(self, erp):
        with pytest.raises(OutsideFailure) as caught:
            erp.find_customer(tax_id=TaxId("US", "us_ein", "123456789"))

        assert caught.value.code == "misconfigured"

    def test_two_addresses_for_mail_are_two_contacts(self, erp, system):
        number = erp.create_customer(new_draft("")).number
        (address,) = system.store.where("A_BusinessPartnerAddress", BusinessPartner=number)
        at = {"AddressID": address["AddressID"], "Person": ""}
        mail = {"EmailAddress": "bob@aurivale.example", "AddressCommunicationRemarkText": "Bob"}
        system.create(SETS["A_AddressEmailAddress"], {**at, **mail})

        names = [contact.name for contact in erp.read_customer(number).contacts]
        assert names == ["Alice Aurivale", "Bob"]
        assert ErpContact("Bob", "bob@aurivale.example", "") in erp.read_customer(number).contacts


class TestPrices:
    def test_a_scale_counts_for_the_quantity_that_was_asked_for(self, erp):
        customer = erp.create_customer(new_draft("Atacado")).number
        asked = [PriceQuestion("LI-BUL-1", Decimal(n)) for n in (1, 49, 50)]

        amounts = [price.amount for price in erp.prices(customer, asked)]
        assert amounts == [Decimal("7.48"), Decimal("7.48"), Decimal("6.94")]

    def test_a_group_that_changed_in_sap_counts_at_once(self, erp, system):
        customer = erp.create_customer(new_draft("Varejo")).number
        question = [PriceQuestion("LI-BUL-1")]
        (before,) = erp.prices(customer, question)
        (area,) = system.store.where("A_CustomerSalesArea", Customer=customer)
        system.store.put("A_CustomerSalesArea", {**area, "CustomerPriceGroup": "W1"})
        (after,) = erp.prices(customer, question)

        assert after.amount < before.amount

    @pytest.mark.parametrize(
        ("table", "block"),
        [
            ("A_Customer", {"OrderIsBlockedForCustomer": "01"}),
            ("A_CustomerSalesArea", {"OrderIsBlockedForCustomer": "01"}),
            ("A_BusinessPartner", {"BusinessPartnerIsBlocked": True}),
        ],
        ids=["customer", "sales area", "partner"],
    )
    def test_who_is_blocked_has_no_prices_and_a_person_is_told(self, erp, system, table, block):
        customer = erp.create_customer(new_draft("Varejo")).number
        field = "BusinessPartner" if table == "A_BusinessPartner" else "Customer"
        (row,) = system.store.where(table, **{field: customer})
        system.store.put(table, {**row, **block})
        with pytest.raises(OutsideFailure) as caught:
            erp.prices(customer, [PriceQuestion("LI-BUL-1")])

        assert caught.value.code == "blocked"

    def test_if_no_article_at_all_has_a_price_a_person_is_told(self, erp):
        customer = erp.create_customer(new_draft("Varejo")).number
        with pytest.raises(OutsideFailure) as caught:
            erp.prices(customer, [PriceQuestion("nothing"), PriceQuestion("no\r\n--more")])

        assert caught.value.code == "invalid"

    def test_categories_are_called_as_the_connection_says(self, erp):
        categories = {article.number[:3]: article.category for article in erp.articles()}

        assert (categories["LI-"], categories["CW-"]) == ("Iluminação", "CW")


class TestCreditLines:
    def test_a_limit_that_has_ended_is_none(self, erp, system):
        customer = erp.create_customer(new_draft("")).number
        erp.set_credit_line(customer, CreditLine(Decimal(7), "BRL", ""))
        (row,) = system.store.where("CreditManagementAccount", BusinessPartner=customer)
        ended = {"CreditLimitValidityEndDate": "/Date(1700000000000)/"}
        system.store.put("CreditManagementAccount", {**row, **ended})

        assert erp.read_credit_line(customer) is None

    def test_sales_area_and_company_get_the_term_together(self, erp, system):
        customer = erp.create_customer(new_draft("")).number
        erp.set_credit_line(customer, CreditLine(Decimal(7), "BRL", "30 dias"))

        (area,) = system.store.where("A_CustomerSalesArea", Customer=customer)
        (company,) = system.store.where("A_CustomerCompany", Customer=customer)
        assert (area["CustomerPaymentTerms"], company["PaymentTerms"]) == ("NT30", "NT30")

    def test_without_a_segment_there_are_no_credit_lines(self, erp, sap_proxy):
        customer = erp.create_customer(new_draft("")).number
        without = connect(f"{sap_proxy}/erp", credit_segment="")
        with pytest.raises(OutsideFailure) as caught:
            without.set_credit_line(customer, CreditLine(Decimal(7), "BRL", ""))

        assert caught.value.code == "misconfigured"
        assert without.read_credit_line(customer) is None


class TestOptions:
    @pytest.mark.parametrize(
        "wrong",
        [{"sales_organization": "BR99"}, {"company_code": "BR99"}, {"list_price_customer": "9"}],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_the_probe_finds_what_is_misspelt(self, sap_proxy, wrong):
        with pytest.raises(OutsideFailure) as caught:
            connect(f"{sap_proxy}/erp", **wrong).probe()

        assert caught.value.code in ("misconfigured", "not_found")

    def test_an_option_that_is_missing_is_named(self):
        with pytest.raises(KeyError, match="sales_organization"):
            SapErp(base_url="http://sap.example", options={"user": "a"})

    def test_a_service_that_is_not_switched_on_is_misconfigured(self, erp):
        with pytest.raises(OutsideFailure) as caught:
            erp._gateway.rows("API_NOTHING", "A_Nothing")

        assert caught.value.code == "misconfigured"


class TestTheSimulator:
    @pytest.mark.parametrize(
        "asked",
        [
            {"$filter": "Nothing eq '1'"},
            {"$filter": "Customer like '1'"},
            {"$filter": "(Customer eq '1'"},
            {"$filter": "Customer eq"},
            {"$filter": "Customer eq '1' '2'"},
            {"$filter": 'Customer eq "1"'},
            {"$select": "Nothing"},
            {"$expand": "to_Nothing"},
            {"$select": "to_Customer/Customer"},
            {"$orderby": "Nothing"},
            {"$top": "-1"},
            {"$apply": "x"},
        ],
        ids=str,
    )
    def test_what_it_does_not_understand_it_refuses(self, asked):
        with pytest.raises(ApiError):
            parse(SETS["A_BusinessPartner"], asked)

    def test_a_file_keeps_what_is_written_and_which_numbers_are_taken(self, tmp_path):
        file = tmp_path / "sap.sqlite"
        store = Store(file)
        open_counters(store)
        address = store.next_serial("address")
        again = Store(file)

        assert again.rows("A_BusinessPartner") == store.rows("A_BusinessPartner")
        assert again.next_serial("address") <= address
        open_counters(again)
        assert again.rows("A_BusinessPartner") == store.rows("A_BusinessPartner")

    def test_it_does_not_start_without_a_password(self):
        command = [sys.executable, "-m", "atrio.connectors.sap.simulator", "--port", "1"]
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=60, env={"PYTHONPATH": "src"}
        )

        assert ended.returncode == 1
        assert "ATRIO_SAP_SECRET" in ended.stderr


def answering(handle):
    """A connector whose system answers as `handle` does."""
    return connect("http://sap.example", transport=httpx.MockTransport(handle))


def all_of(customer):
    """What there is of a customer, the people in whatever order."""
    return replace(customer, contacts=()), {*customer.contacts}
