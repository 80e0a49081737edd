"""Who could this be? Found by keys that follow every change, by whoever may ask."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.ids import new_id
from atrio.kernel.queue.registry import JOBS
from atrio.parties.matching.keeping import keep_keys, rebuild
from atrio.parties.matching.lookup import _SHARING, digests
from atrio.parties.matching.normalising import normalise
from atrio.parties.matching.queries import possible_matches
from atrio.parties.matching.records import Identifier, PartyRecord
from atrio.parties.models import Account, Contact, LegalEntity, MatchKey, Pair
from tests.parties.customers import become_customer, make_unit

pytestmark = pytest.mark.django_db
CARLA = Actor(
    kind="staff", id="carla", roles=frozenset({"associate"}), business_units={"nordlicht-br"}
)


def company(*names, **fields):
    return PartyRecord(kind="company", names=names, **fields)


def accounts(found):
    return [one.account for one in found]


@pytest.fixture
def alice():
    customer = become_customer(make_unit())
    keep_keys()
    return customer


def test_a_company_is_found_by_its_tax_id(alice):
    entity = LegalEntity.objects.get()
    record = company("Quite Another", identifiers=(Identifier("br_cnpj", entity.tax_id),))

    (found,) = possible_matches(by=CARLA, record=record)

    assert (found.account, found.legal_entity, found.contact) == (alice.account, entity, None)
    assert found.match.verdict == "same"


def test_a_company_is_found_by_a_misspelt_name(alice):
    (found,) = possible_matches(by=CARLA, record=company("VENTORIN INSTALACOES"))

    assert found.match.verdict == "maybe"


def test_a_person_is_found_by_their_address_of_mail(alice):
    record = PartyRecord(kind="person", names=("A. Prado",), emails=("ALICE@ventorim.example",))

    (found,) = possible_matches(by=CARLA, record=record)

    assert (found.contact, found.match.verdict) == (Contact.objects.get(), "same")


def test_a_branch_of_a_customer_is_shown_and_is_not_the_same(alice):
    root = LegalEntity.objects.get().tax_id[:8]
    record = company("Ventorim Recife", identifiers=(Identifier("br_cnpj", f"{root}000291"),))

    (found,) = possible_matches(by=CARLA, record=record)

    assert (found.match.is_branch, found.match.verdict) == (True, "different")


def test_nobody_is_found_where_nobody_resembles(alice):
    assert possible_matches(by=CARLA, record=company("Marupanga S.A.")) == []
    assert possible_matches(by=CARLA, record=company()) == []


def test_the_background_finds_everybody(alice):
    assert accounts(possible_matches(by=SYSTEM, record=company("Ventorim"))) == [alice.account]


def test_applicants_and_customers_and_other_units_find_nobody(alice):
    record = company("Ventorim Instalações")
    strangers = [
        Actor(kind="applicant", id="x", application=new_id()),
        alice.actor,
        Actor(kind="staff", id="mallory", business_units=frozenset({"elsewhere"})),
    ]

    assert [possible_matches(by=who, record=record) for who in strangers] == [[], [], []]


def test_keys_follow_whatever_statement_changes_a_customer(alice):
    LegalEntity.objects.update(legal_name="Marupanga S.A.", trade_name="", domain="")
    Contact.objects.update(email="alice@marupanga.example")

    assert keep_keys() == 1

    assert not possible_matches(by=CARLA, record=company("Ventorim Instalações"))
    assert accounts(possible_matches(by=CARLA, record=company("Marupanga"))) == [alice.account]
    assert keep_keys() == 0


def test_what_nobody_is_known_by_asks_for_no_keys(alice):
    Account.objects.update(price_group="Varejo", first_price_at=timezone.now())
    LegalEntity.objects.update(activity="Other")

    assert keep_keys() == 0


def test_everything_is_made_anew_when_asked_for(alice):
    before = set(MatchKey.objects.values_list("key", "subject_id"))
    MatchKey.objects.all().delete()

    rebuild()
    JOBS["parties.keep_match_keys"].function()

    assert set(MatchKey.objects.values_list("key", "subject_id")) == before


def test_a_customer_without_a_company_is_known_by_its_name():
    unit = make_unit()
    account = Account.objects.create(
        name="Quartzeira Ferragens", business_unit=unit.code, opened_at=timezone.now()
    )
    keep_keys()

    (found,) = possible_matches(by=CARLA, record=company("Quartzeira Ferragens Ltda"))

    assert (found.account, found.legal_entity) == (account, None)


def test_probable_pairs_are_kept_and_go_when_they_no_longer_resemble(alice):
    unit = alice.account.business_unit
    twin = Account.objects.create(
        name="VENTORIM INSTALACOES", business_unit=unit, opened_at=timezone.now()
    )
    Contact.objects.create(
        account=twin, name="Alice Prado", email="alice@ventorim.example", language="pt-BR"
    )
    keep_keys()

    pair = Pair.objects.get()
    assert {pair.one_id, pair.other_id} == {LegalEntity.objects.get().pk, twin.pk}
    assert (pair.kind, pair.verdict, pair.business_unit) == ("company", "same", unit)
    assert {"name", "email"} <= {evidence["about"] for evidence in pair.evidence}

    Account.objects.filter(pk=twin.pk).update(name="Marupanga")
    Contact.objects.filter(account=twin).update(email="bob@marupanga.example", name="Bob Teixeira")
    keep_keys()
    assert not Pair.objects.exists()


def test_a_colleague_written_down_twice_is_a_pair_and_one_elsewhere_is_none(alice):
    Contact.objects.create(
        account=alice.account, name="Prado, Alice", email="a.prado@ventorim.example", language="en"
    )
    become_customer(make_unit(code="elsewhere"), "alice@ventorim.example", company="Marupanga S.A.")
    keep_keys()

    (pair,) = Pair.objects.filter(kind="contact")
    here = Contact.objects.filter(account=alice.account).values_list("pk", flat=True)
    assert {pair.one_id, pair.other_id} == set(here)


def test_who_asks_among_50000_reads_nothing_but_the_index(alice):
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into parties_matchkey (key, subject_id, account_id)"
            " select n::bigint * 1000003 + k, md5(n::text)::uuid, md5(n::text)::uuid"
            " from generate_series(1, 50000) n, generate_series(1, 8) k"
        )
        # A crowd that shares a key, as half of all companies would share "ltda".
        shared, *_rest = digests(normalise(company("Umbuzal")))
        cursor.execute(
            "insert into parties_matchkey (key, subject_id, account_id)"
            " select %s, md5(n::text)::uuid, md5(n::text)::uuid"
            " from generate_series(1, 50000) n",
            [shared],
        )
        cursor.execute("analyze parties_matchkey")
        keys = digests(normalise(company("Umbuzal", phones=("+55 11 3333-4444",))))
        cursor.execute(
            f"explain (analyze, format json) {_SHARING}",
            {"ids": [new_id()] * len(keys), "keys": keys, "most": 200},
        )
        plan = cursor.fetchone()[0]
        plan = plan if isinstance(plan, str) else json.dumps(plan)

    assert '"Index Only Scan"' in plan
    assert '"Seq Scan"' not in plan
    # One more than a key may be shared by, for each key.
    assert max(rows_read(json.loads(plan))) <= 201

    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = possible_matches(by=CARLA, record=company("Ventorim Instalações"))
    assert accounts(found) == [alice.account]
    assert len(asked) <= 6


def rows_read(plan):
    """Go through a plan, and yield how many rows each scan of an index brought at once."""
    if isinstance(plan, list):
        for part in plan:
            yield from rows_read(part)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "Index Only Scan":
            yield plan["Actual Rows"]
        for part in plan.values():
            yield from rows_read(part)
