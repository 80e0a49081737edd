"""The Tryton connector against the real server."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest

from atrio.connectors.memory import MemoryErp
from atrio.connectors.tryton import TrytonErp
from atrio.connectors.tryton.rpc import TrytonRpc
from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.faults.control import FaultProxy
from atrio.outside.faults.proxy import build_app
from atrio.outside.http import OutsideHttp
from atrio.outside.ports import ErpContact, PriceQuestion, TaxId
from atrio.outside.recording import recorded
from tests.connectors.erp_contract import ErpOverHttpContract, new_draft
from tests.outside.serving import served, unused_address

# Long enough for a busy machine, short enough to wait for in vain.
PATIENCE = {"read_seconds": 4, "total_seconds": 6}
TOKEN = "turn-the-knobs-please"


@pytest.fixture(scope="module")
def database(tryton):
    """A database for this module: its tests never write the same customer."""
    name = f"test_{uuid4().hex}"
    tryton.add_database(name)
    return name


@pytest.fixture(scope="module")
def proxy(tryton):
    with served(build_app({"erp": tryton.url}, token=TOKEN)) as url:
        yield url


@pytest.fixture(scope="module")
def connect(tryton, database):
    """Make a connector to this module's database, at the server or at another address."""

    def make(url=tryton.url, secret=tryton.snapshot.password, **more):
        options = {**PATIENCE, "database": database, "user": "atrio", **more}
        return TrytonErp(base_url=url, secret=secret, options=options)

    return make


@pytest.fixture(scope="module")
def connected(connect, proxy):
    erp = connect(f"{proxy}/erp")
    erp.find_customer(reference="signs in")
    return erp


@pytest.fixture
def faults(proxy):
    faults = FaultProxy(proxy, TOKEN)
    yield faults
    faults.reset()


@pytest.fixture
def erp(connected):
    return connected


@pytest.mark.tryton
class TestTrytonErp(ErpOverHttpContract):
    @pytest.fixture
    def price_groups(self):
        return ["Varejo", "Atacado"]

    @pytest.fixture
    def creating(self):
        return "party.party.create"

    @pytest.fixture
    def crediting(self):
        return "party.party.write"

    @pytest.fixture
    def unreachable(self, connect):
        return connect(unused_address())


@pytest.mark.tryton
class TestWhatIsTrytonsOwn:
    def test_the_seeded_customers_are_those_of_the_invented_base(self, connect):
        seeded = [one for one in connect().customers() if re.fullmatch("20[0-9]{3}", one.number)]
        invented = MemoryErp(base_url=f"memory://{uuid4()}", options={"base": True}).customers()

        assert [_all_of(one) for one in seeded] == [_all_of(one) for one in invented]
        assert sum(not contact.is_active for one in seeded for contact in one.contacts) > 5

    def test_of_companies_of_our_own_none_is_a_customer(self, erp):
        (own,) = erp._rpc.search_read("company.company", [], ["party.code", "party.name"])

        assert own["party."]["code"] not in {customer.number for customer in erp.customers()}

    def test_after_a_number_that_is_archived_it_goes_on_and_after_one_that_is_gone_anew(self, erp):
        all_of_them = [customer.number for customer in erp.customers()]
        place = len(all_of_them) // 2
        (party,) = erp._rpc.call(
            "party.party.search", [["code", "=", all_of_them[place]]], 0, 1, None
        )
        erp._rpc.call("party.party.write", [party], {"active": False})
        rest = [customer.number for customer in erp.customers(after=all_of_them[place])]
        anew = [customer.number for customer in erp.customers(after="nobody-has-this")]

        assert rest == all_of_them[place + 1 :]
        assert anew == [*all_of_them[:place], *rest]

    def test_with_a_category_only_its_parties_are_customers(self, erp, connect, tryton):
        customer = erp.create_customer(new_draft("Varejo")).number
        admin = connect(secret=tryton.snapshot.admin_password, user="admin")._rpc
        (category,) = admin.call("party.category.create", [{"name": f"Clientes {customer}"}])
        (party,) = admin.call("party.party.search", [["code", "=", customer]], 0, 1, None)
        admin.call("party.party.write", [party], {"categories": [["add", [category]]]})

        only = connect(customer_category=f"Clientes {customer}")
        assert [one.number for one in only.customers()] == [customer]

    def test_who_left_is_no_longer_how_one_reaches_the_company(self, erp):
        draft = new_draft("Varejo")
        erp.create_customer(draft)
        whose = [["party.code", "=", draft.reference]]
        gone = erp._rpc.call("party.contact_mechanism.search", whose, 0, None, None)
        erp._rpc.call("party.contact_mechanism.write", gone, {"active": False})

        customer = erp.read_customer(draft.reference)
        assert (customer.email, customer.phone) == ("", "")
        assert customer.contacts == (
            ErpContact(draft.contact_name, draft.email, draft.phone, is_active=False),
        )

    @pytest.mark.parametrize(
        ("website", "domain"),
        [
            ("https://www.Aurivale.example/quem-somos", "aurivale.example"),
            ("aurivale.example", "aurivale.example"),
            ("www.aurivale.example:8080", "aurivale.example"),
            ("não tem", ""),
            ("http://[", ""),
        ],
    )
    def test_the_website_tells_the_domain_if_it_is_one(self, erp, website, domain):
        number = new_draft("").reference
        ways = [["create", [{"type": "website", "value": website}]]]
        erp._rpc.call(
            "party.party.create", [{"name": "A", "code": number, "contact_mechanisms": ways}]
        )

        assert erp.read_customer(number).domain == domain

    def test_our_reference_is_the_customers_number(self, erp):
        draft = new_draft("Varejo")

        assert erp.create_customer(draft).number == draft.reference

    def test_ten_creations_at_once_make_one_customer(self, erp):
        draft = new_draft("Varejo")
        with ThreadPoolExecutor(10) as pool:
            attempts = [pool.submit(_receipt_or_busy, erp, draft) for _ in range(10)]
            receipts = {attempt.result() for attempt in attempts} - {None}

        assert receipts == {erp.create_customer(draft)}
        domain = [["identifiers.code_compact", "=", draft.tax_id.number]]
        assert len(erp._rpc.search_read("party.party", domain, ["code"])) == 1

    def test_a_code_somebody_else_has_taken_is_refused_in_trytons_words(self, erp):
        draft = new_draft("Varejo")
        erp._rpc.call("party.party.create", [{"name": "Mallory", "code": draft.reference}])

        with pytest.raises(OutsideFailure) as caught:
            erp.create_customer(draft)
        assert caught.value.code == "invalid"
        assert erp.read_customer(draft.reference).reference == ""

    def test_a_wrong_tax_id_is_refused_and_nobody_is_created(self, erp):
        wrong = replace(new_draft("Varejo"), tax_id=TaxId("BR", "br_cnpj", "11222333000182"))

        with pytest.raises(OutsideFailure) as caught:
            erp.create_customer(wrong)
        assert caught.value.code == "invalid"
        assert "11222333000182" in str(caught.value)
        assert erp.find_customer(reference=wrong.reference) is None

    def test_the_address_language_and_contacts_arrive(self, erp):
        draft = new_draft("Varejo")
        erp.create_customer(draft)

        (party,) = erp._rpc.search_read(
            "party.party",
            [["code", "=", draft.reference]],
            [
                *("lang.code", "phone", "addresses.full_address", "addresses.subdivision.code"),
                *("contact_mechanisms.name", "addresses.postal_code"),
            ],
        )
        (address,) = party["addresses."]
        assert party["lang."]["code"] == "pt"
        assert party["phone"] == draft.phone
        assert address["subdivision."]["code"] == "BR-SP"
        assert "Rua das Bromélias, 210" in address["full_address"]
        assert "Centro" in address["full_address"]
        assert {m["name"] for m in party["contact_mechanisms."]} == {"Alice Aurivale"}

    def test_a_quantity_break_of_the_price_list_counts(self, erp):
        customer = erp.create_customer(new_draft("Atacado")).number
        few, many = erp.prices(
            customer, [PriceQuestion("LI-BUL-1"), PriceQuestion("LI-BUL-1", Decimal(50))]
        )

        assert few.amount == Decimal("7.48")
        assert many.amount == Decimal("6.94")

    def test_another_price_list_for_the_customer_counts_at_once(self, erp):
        customer = erp.create_customer(new_draft("Varejo")).number
        question = [PriceQuestion("LI-BUL-1")]
        (before,) = erp.prices(customer, question)
        (party,) = erp._rpc.call("party.party.search", [["code", "=", customer]], 0, 1, None)
        (wholesale,) = erp._rpc.search_read(
            "product.price_list", [["name", "=", "Atacado"]], ["name"]
        )
        erp._rpc.call("party.party.write", [party], {"sale_price_list": wholesale["id"]})

        (after,) = erp.prices(customer, question)
        assert (before.amount, after.amount) == (Decimal("8.9000"), Decimal("7.48"))
        assert erp.read_customer(customer).price_group == "Atacado"

    def test_articles_come_in_the_language_of_our_user(self, erp):
        names = {article.number: article.name for article in erp.articles()}

        assert names["CW-FLX-1"] == "Cabo flexível 750 V 1,5 mm²"

    def test_a_session_that_has_ended_is_opened_again(self, connect):
        erp = connect()
        before = erp._rpc.session()
        erp._rpc._post("common.db.logout", [], headers={"Authorization": before.header})

        assert erp.find_customer(reference="nobody") is None
        assert erp._rpc.session() != before

    def test_a_wrong_password_is_a_failure_and_is_not_kept(self, connect):
        erp = connect(secret="hunter2")
        with pytest.raises(OutsideFailure) as caught, recorded() as exchanges:
            erp.find_customer(reference="x")

        assert caught.value.code == "sign_in"
        assert exchanges[-1].outcome == "failed"
        assert "hunter2" not in repr(exchanges)

    def test_neither_password_nor_session_is_ever_kept(self, connect, tryton):
        erp = connect()
        with recorded() as exchanges:
            erp.create_customer(new_draft("Varejo"))

        assert tryton.snapshot.password not in repr(exchanges)
        assert erp._rpc.session().header not in repr(exchanges)
        assert "Aurivale" in repr(exchanges)

    def test_a_database_that_is_not_there_is_misconfigured(self, tryton):
        options = {"database": "nowhere", "user": "atrio"}
        erp = TrytonErp(base_url=tryton.url, secret="x", options=options)
        with pytest.raises(OutsideFailure) as caught:
            erp.find_customer(reference="x")

        assert caught.value.code == "misconfigured"


def _all_of(customer):
    """What there is of a customer, the people in whatever order."""
    return replace(customer, contacts=()), {*customer.contacts}


def _receipt_or_busy(erp, draft):
    # SQLite, under this Tryton, may be locked for one of ten writers: that is busy, not wrong.
    try:
        return erp.create_customer(draft)
    except OutsideBusy:
        return None


class TestErrorsInside200:
    """Tryton's errors as the server writes them, without the server."""

    @pytest.mark.parametrize(
        ("error", "kind", "code"),
        [
            (["UserError", ["Not valid.", "", None]], OutsideFailure, "invalid"),
            (["UserWarning", ["w1", "Sure?", ""]], OutsideFailure, "needs_confirmation"),
            (["ConcurrencyException", "changed"], OutsideBusy, None),
            (["LoginException", ["password", "Password", "p"]], OutsideFailure, "sign_in"),
            (["'nosuch.model'", ""], OutsideFailure, "failed"),
            ("something new", OutsideFailure, "failed"),
        ],
    )
    def test_each_becomes_one_of_ours(self, error, kind, code):
        with pytest.raises(kind) as caught:
            answering({"id": 1, "error": error}).call("party.party.search", [])

        assert getattr(caught.value, "code", None) == code

    @pytest.mark.parametrize("answer", [[], {}, 7, None, {"id": 1}])
    def test_json_that_is_not_trytons_is_busy(self, answer):
        with pytest.raises(OutsideBusy):
            answering(answer).call("party.party.search", [])

    @pytest.mark.parametrize("status", [400, 403, 404, 413])
    def test_any_other_refusal_is_misconfigured(self, status):
        with pytest.raises(OutsideFailure) as caught:
            answering({}, status=status).call("party.party.nosuch")

        assert caught.value.code == "misconfigured"


def answering(answer, *, status=200):
    """Tryton's JSON-RPC that lets us in, and then answers every call the same."""
    signing_in = {
        "common.db.login": [1, "token", None],
        "model.res.user.get_preferences": {"company": 1, "language": "pt"},
        "model.company.company.read": [{"currency": 1, "currency.": {"code": "BRL"}}],
    }

    def respond(request):
        method = json.loads(request.content)["method"]
        if method in signing_in:
            return httpx.Response(200, json={"id": 1, "result": signing_in[method]})
        return httpx.Response(status, json=answer)

    http = OutsideHttp("http://erp.example", transport=httpx.MockTransport(respond))
    return TrytonRpc(http, database="atrio", user="atrio", password="x")
