"""Many failures of the same kind: found together, tried again with one word, each by itself."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from lxml import html

from atrio.identity.models import User
from atrio.kernel.queue import run_pending
from atrio.onboarding.models import Application, Call, RepairItem, RepairRun
from atrio.onboarding.repairs.actions import repair_one
from atrio.onboarding.repairs.rules import kind_of
from atrio.outside.connections import open_erp
from atrio.outside.invented import invented_numbers
from atrio.seller.models import Staff
from atrio.timeline.models import Entry
from tests.desk.conftest import apply_with

pytestmark = pytest.mark.django_db(transaction=True)


NUMBERS = invented_numbers(start=61)


@pytest.fixture
def many(unit):
    """Two applications that the ERP refused in the same way."""
    return refused(2)


def refused(count):
    open_erp("erp-br").break_next("create_customer", "failed", times=count)
    return [apply_with(next(NUMBERS)) for _ in range(count)]


def work():
    """Let the background do its part, what comes one after the other included."""
    run_pending(until=timezone.now() + timedelta(minutes=1))


def queue_of(visitor):
    return visitor.get("/desk/").content.decode()


def list_of(visitor, at="/desk/"):
    """Return the address of the list that the first hint on a page leads to."""
    page = html.fromstring(visitor.get(at).content)
    found = page.xpath("//a[contains(@href, '/failures/')]/@href")
    return found[0] if found else ""


def repair(visitor, at, **said):
    return visitor.post(f"{at}repair", said, follow=True)


def statuses(applications):
    return [Application.objects.get(pk=one.pk).status for one in applications]


def test_the_queue_says_how_many_wait_for_the_same_and_leads_to_them(carla, many):
    assert "2 applications wait for the same repair" in queue_of(carla)
    page = carla.get(list_of(carla)).content.decode()
    assert "Try all 2 again" in page
    for application in many:
        assert application.reference in page
    assert list_of(carla, "/desk/systems/") == list_of(carla)
    # Whoever has come to repair one is told of the others.
    assert list_of(carla, f"/desk/applications/{many[0].pk}/") == list_of(carla)


def test_one_alone_is_no_crowd_but_its_system_leads_to_it(carla, failed):
    assert "the same repair" not in queue_of(carla)
    assert failed.reference in carla.get(list_of(carla, "/desk/systems/")).content.decode()


def test_all_go_on_by_one_word_and_each_tells_by_whom_and_stays_whose_it_was(carla, many):
    page = repair(carla, list_of(carla), which="all").content.decode()
    assert page.count("waits for its turn") == 2
    assert 'hx-trigger="every 2s"' in page

    work()

    page = carla.get(f"/desk/repairs/{RepairRun.objects.get().pk}/").content.decode()
    assert "<strong>2</strong> done" in page
    assert 'hx-trigger="every 2s"' not in page
    assert statuses(many) == ["done"] * 2
    assert "create_customer" in open_erp("erp-br").calls()
    assert Application.objects.filter(owner=None).count() == 2
    for application in many:
        (told,) = Entry.objects.filter(application_id=application.pk, what="call.retried")
        assert (told.by_label, told.step) == ("Carla", "create_customer")


def test_only_the_chosen_ones_are_tried_again(carla, many):
    at = list_of(carla)
    answer = repair(carla, at, which="chosen")
    assert "Choose at least one application." in answer.content.decode()
    assert not RepairRun.objects.exists()
    call = Call.objects.get(application=many[1], status="failed")
    repair(carla, at, which="chosen", call=[call.pk, uuid4(), "no id"])
    work()
    assert statuses(many) == ["open", "done"]


def test_what_fails_again_is_said_and_stands_in_the_list_anew(carla, many):
    at = list_of(carla)
    open_erp("erp-br").break_next("create_customer", "failed", times=1)
    repair(carla, at, which="all")
    work()
    page = carla.get(f"/desk/repairs/{RepairRun.objects.get().pk}/").content.decode()
    assert "<strong>1</strong> done" in page
    assert "<strong>1</strong> failed again" in page
    assert at in page


def test_what_a_colleague_repaired_meanwhile_is_left_as_it_is(carla, many):
    repair(carla, list_of(carla), which="all")
    first = many[0]
    carla.post(f"/desk/applications/{first.pk}/steps/repair/decide", {"repair.action": "mended"})
    work()
    tried = RepairItem.objects.get(application=first)
    assert (tried.status, tried.refusal) == (
        "refused",
        "There is nothing left to try again here.",
    )
    assert statuses(many) == ["done"] * 2
    assert Call.objects.filter(application=first, name="erp.create_customer").count() == 2


def test_a_job_that_runs_twice_tries_once(carla, failed):
    repair(carla, list_of(carla, "/desk/systems/"), which="all")
    item = RepairItem.objects.first()
    for _ in range(2):
        repair_one(item_id=item.pk, now=timezone.now())
    assert Entry.objects.filter(what="call.retried").count() == 1


def test_who_sells_sees_them_and_has_none_tried_again(martin, many):
    at = list_of(martin)
    assert "Try all" not in martin.get(at).content.decode()
    answer = repair(martin, at, which="all")
    assert "Only associates repair applications." in answer.content.decode()
    assert not RepairRun.objects.exists()


def test_what_an_associate_sells_to_is_repaired_by_somebody_else(carla, many):
    carlas = User.objects.get(name="Carla").pk
    Application.objects.filter(pk=many[0].pk).update(sold_by=carlas)
    at = list_of(carla)
    page = carla.get(at).content.decode()
    assert "somebody else repairs" in page
    assert "Try it again" in page
    repair(carla, at, which="all")
    work()
    assert statuses(many) == ["open", "done"]


def test_whoever_has_left_meanwhile_repairs_nothing(carla, failed):
    repair(carla, list_of(carla, "/desk/systems/"), which="all")
    Staff.objects.all().delete()
    work()
    assert set(RepairItem.objects.values_list("status", "refusal")) == {
        ("refused", "Whoever asked for it works here no more.")
    }
    assert statuses([failed]) == ["open"]


def test_mallory_finds_none_of_it(mallory, carla, many):
    at = list_of(carla)
    repair(carla, at, which="all")
    assert "the same repair" not in queue_of(mallory)
    assert "/failures/" not in mallory.get("/desk/systems/").content.decode()
    assert mallory.get(at).status_code == 302
    assert "Nothing waits" in repair(mallory, at, which="all").content.decode()
    assert RepairRun.objects.count() == 1
    assert mallory.get(f"/desk/repairs/{RepairRun.objects.get().pk}/").status_code == 404


def test_the_list_costs_the_same_however_many_wait(
    carla, unit, many, django_assert_max_num_queries
):
    at = list_of(carla)
    with django_assert_max_num_queries(12):
        carla.get(at)
    refused(2)
    with django_assert_max_num_queries(12):
        assert "Try all 4 again" in carla.get(at).content.decode()


def test_the_database_shows_repairs_to_staff_alone(carla, failed):
    repair(carla, list_of(carla, "/desk/systems/"), which="all")
    for role, seen in (("atrio_web", 0), ("atrio_staff", 1)):
        with connection.cursor() as cursor:
            cursor.execute(f"set role {role}")
            try:
                for table in ("repairrun", "repairitem"):
                    cursor.execute(f"select count(*) > 0 from onboarding_{table}")
                    assert cursor.fetchone() == (bool(seen),), (role, table)
            finally:
                cursor.execute("reset role")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Customer 10452 is locked", "Customer 9931 is locked"),
        ("“Aurivale Ltda” has no price group", "“Ventorim S.A.” has no price group"),
        ("99.000.003/0001-92 is no CNPJ", "ZZ.000.002/0001-48 is no CNPJ"),
        ("ana@x.example is taken", "bia@y.example is taken"),
        ("Record 0015g00000XyZabAAF is locked", "Record 0015g00000QqQqqAAB is locked"),
        ("Nothing for K7M2-9QXA", "Nothing for YQ5R-E624"),
    ],
)
def test_words_about_two_applications_are_of_one_kind(one, other):
    names = {one: ["Aurivale Ltda"], other: ["Ventorim S.A."]}
    first, second = (kind_of("invalid", text, names=names[text]) for text in (one, other))
    assert first == second
    assert first != one


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("There is no price list 'retail'", "There is no price list 'wholesale'"),
        ("Tryton answered 403", "Tryton answered 404"),
    ],
)
def test_what_is_mended_in_two_places_is_of_two_kinds(one, other):
    assert kind_of("invalid", one) != kind_of("invalid", other)


def test_silence_is_silence_whatever_the_wire_said():
    assert kind_of("unreachable", "Connection refused") == kind_of("unreachable", "503")
