"""A business unit gets another ERP: who is a customer stays, who comes is made there."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotAllowed, NotFound, OutsideFailure
from atrio.kernel.queue import run_pending
from atrio.onboarding.actions import choose_erp, fail_call, withdraw_application
from atrio.onboarding.actions.choose_erp import ErpOwesAnAnswer, NoSuchErp
from atrio.onboarding.models import Call
from atrio.outside.connections import open_erp
from atrio.outside.models import Connection, Delivery, Link
from atrio.outside.queries import connections_visible_to
from atrio.parties.models import Account
from atrio.seller.models import BusinessUnit
from atrio.timeline.models import Entry
from atrio.trade.actions import fetch_first_prices
from atrio.trade.models import Article, PersonalPrice
from atrio.trade.queries import erp_of
from tests.onboarding.house import furnish, hire
from tests.stories.people import application_of, apply_as

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "erp-other"
BOBS = "99000011000139"


@pytest.fixture
def unit():
    unit = furnish(name=f"moving-{uuid4()}")
    Connection.objects.create(
        code=OTHER,
        port="erp",
        product="memory",
        base_url=f"memory:{uuid4()}",
        options={"articles": 20},
        created_at=timezone.now(),
    )
    return unit


@pytest.fixture
def regina(unit):
    return hire(unit, "regina@nordlicht.example", "admin")


def choose(by, erp=OTHER, unit="nordlicht-br"):
    with acting_as(by):
        return choose_erp(by=by, unit=unit, erp=erp, now=timezone.now())


def linked_to(email):
    account = application_of(email).account_id
    return Link.objects.get(object_id=account, kind="account").connection.code


def test_who_comes_is_made_in_the_new_one_and_who_was_there_stays(unit, regina):
    apply_as("Alice Prado", "alice@ventorim.example")
    choose(regina)
    run_pending()
    apply_as("Bob Neri", "bob@brisaforte.example", cnpj=BOBS)

    assert linked_to("alice@ventorim.example") == "erp-br"
    assert linked_to("bob@brisaforte.example") == OTHER
    assert application_of("bob@brisaforte.example").status == "done"
    # Both see prices, each those of the ERP that knows them, for what that sells.
    for email, erp in (("alice@ventorim.example", "erp-br"), ("bob@brisaforte.example", OTHER)):
        account = Account.objects.get(pk=application_of(email).account_id)
        assert erp_of(account) == erp
        assert fetch_first_prices(account_id=account.pk, now=timezone.now()) > 0
        priced = PersonalPrice.objects.filter(account=account).values_list(
            "article__erp", flat=True
        )
        assert set(priced) == {erp}


def test_the_catalogues_of_both_are_kept_up(unit, regina):
    began_at = timezone.now()
    choose(regina)
    run_pending()

    for erp, size in (("erp-br", 30), (OTHER, 20)):
        mirrored = Article.objects.filter(erp=erp, is_for_sale=True, mirrored_at__gt=began_at)
        assert mirrored.count() == size


def test_a_customer_of_old_is_known_and_not_made_once_more(unit, regina):
    apply_as("Alice Prado", "alice@ventorim.example")
    choose(regina)
    apply_as("Carlos Lima", "carlos@ventorim.example")

    assert Account.objects.count() == 1
    assert "create_customer" not in open_erp(OTHER).calls()


@pytest.mark.parametrize("how", ["busy", "no_answer"])
def test_while_nobody_knows_what_was_made_it_is_refused(unit, regina, how):
    open_erp("erp-br").break_next("create_customer", how)
    apply_as("Alice Prado", "alice@ventorim.example")
    with pytest.raises(ErpOwesAnAnswer, match="1 application"):
        choose(regina)

    assert BusinessUnit.objects.get().erp == "erp-br"
    call = Call.objects.get(name="erp.create_customer")
    silence = OutsideFailure("The system cannot be reached", code="unreachable")
    fail_call(call_id=call.pk, error=silence, now=timezone.now())
    with pytest.raises(ErpOwesAnAnswer):
        choose(regina)


def test_what_it_has_refused_for_sure_stops_nothing(unit, regina):
    open_erp("erp-br").break_next("create_customer", "failed")
    apply_as("Alice Prado", "alice@ventorim.example")

    assert choose(regina).erp == OTHER


def test_what_was_left_behind_is_searched_for_where_it_was_asked(unit, regina):
    open_erp("erp-br").break_next("create_customer", "no_answer")
    apply_as("Alice Prado", "alice@ventorim.example")
    application = application_of("alice@ventorim.example").pk
    alice = Actor(kind="applicant", id=str(application), application=application)
    with acting_as(alice):
        withdraw_application(by=alice, now=timezone.now())
    choose(regina)
    run_pending()

    searches = Delivery.objects.filter(operation="erp.create_customer.search")
    assert {one.connection.code for one in searches} == {"erp-br"}


def test_only_its_own_administrators_choose_and_only_what_is_offered(unit, regina):
    carla = hire(unit, "carla@nordlicht.example", "associate", "manager")
    with pytest.raises(NotAllowed):
        choose(carla)
    with pytest.raises(NoSuchErp):
        choose(regina, erp="registry-br")
    with pytest.raises(NotFound):
        choose(regina, unit="nobody")
    Connection.objects.filter(code=OTHER).update(business_unit="elsewhere")
    with pytest.raises(NoSuchErp):
        choose(regina)


def test_an_erp_of_another_currency_is_not_offered(unit, regina):
    Connection.objects.filter(code=OTHER).update(options={"currency": "EUR"})

    with pytest.raises(NoSuchErp):
        choose(regina)


def test_it_is_in_the_history_and_the_former_one_is_still_watched(unit, regina):
    choose(regina)
    choose(regina)
    (entry,) = Entry.objects.filter(what="unit.erp_chosen")

    assert (entry.by_label, entry.data) == (regina.label, {"before": "erp-br", "after": OTHER})
    assert {row.code for row in connections_visible_to(regina)} >= {"erp-br", OTHER}
    back = choose(regina, erp="erp-br")
    assert (back.erp, back.former_erps) == ("erp-br", [OTHER])


def test_a_customer_whom_both_know_is_served_by_the_present_one(unit, regina):
    apply_as("Alice Prado", "alice@ventorim.example")
    account = Account.objects.get()
    choose(regina)
    Link.objects.create(
        connection=Connection.objects.get(code=OTHER),
        kind="account",
        object_id=account.pk,
        outside_id="7",
        created_at=timezone.now(),
    )

    assert erp_of(account) == OTHER
