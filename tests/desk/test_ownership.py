"""Who has an application: taken, given back, handed over, and what others read meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from atrio.identity.models import User
from atrio.kernel.errors import NotFound
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.actions import claim_application, give_back, hand_over, retry_call
from atrio.onboarding.actions.own_application import SomebodyHasIt
from atrio.onboarding.models import Application, Call, Promise
from atrio.outside.connections import open_erp
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import staff_actor
from atrio.timeline.models import Entry
from tests.desk.conftest import seated
from tests.desk.test_application import decide, page_of, said
from tests.onboarding.house import hire

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bruno(unit):
    return hire(unit, "bruno@nordlicht.example", "associate")


def user(name):
    return User.objects.get(email=f"{name}@nordlicht.example")


def do(client, application, what, **data):
    return client.post(f"/desk/applications/{application.pk}/{what}", data, follow=True)


def owner_of(application):
    owner = Application.objects.get(pk=application.pk).owner
    return str(owner) if owner else ""


def person_clock(application, element="review"):
    return Promise.objects.filter(application=application, name=f"person:{element}").latest("id")


def told(what):
    return list(Entry.objects.filter(what=what).order_by("id"))


def test_carla_takes_what_nobody_has(carla, referred):
    page = page_of(carla, referred)
    assert "Nobody has it" in page
    assert "Take it" in page

    page = do(carla, referred, "claim").content.decode()

    assert owner_of(referred) == "Carla"
    assert "You have it" in page
    assert "Give it back" in page
    assert "Taken in hand" in page
    clock = person_clock(referred)
    assert (clock.status, clock.person) == ("running", "Carla")
    assert Promise.objects.get(name="step:review").person == "Carla"


def test_taken_twice_is_taken_once(carla, referred):
    do(carla, referred, "claim")
    answer = do(carla, referred, "claim")
    assert said(answer) == []
    assert len(told("application.claimed")) == 1
    assert Promise.objects.filter(name="person:review").count() == 1


def test_what_bruno_has_is_not_taken_and_his_name_is_said(carla, bruno, referred):
    do(seated(bruno), referred, "claim")
    assert "Bruno has it" in page_of(carla, referred)
    assert "Take it" not in page_of(carla, referred)
    assert said(do(carla, referred, "claim")) == ["Bruno has it already."]
    assert said(do(carla, referred, "give-back")) == ["Bruno has it: only they can give it back."]
    assert owner_of(referred) == "Bruno"


def test_what_is_given_back_is_anybodys_and_no_clock_runs_for_it(carla, referred):
    do(carla, referred, "claim")
    do(carla, referred, "give-back")
    assert "Nobody has it" in do(carla, referred, "give-back").content.decode()
    assert owner_of(referred) == ""
    assert len(told("application.given_back")) == 1
    assert person_clock(referred).status == "cancelled"
    assert Promise.objects.get(name="step:review").person == ""


def test_carla_hands_it_to_bruno_with_a_word(carla, bruno, referred):
    do(carla, referred, "claim")
    answer = do(carla, referred, "hand-over", to=bruno.id, note="They called: <b>urgent</b>.")
    assert said(answer) == [f"Bruno has {referred.reference} now."]
    assert "Carla → Bruno: They called: &lt;b&gt;urgent" in answer.content.decode()
    his = page_of(seated(bruno), referred)
    assert "You have it" in his
    assert "<strong>Carla:</strong> They called" in his
    assert (person_clock(referred).person, person_clock(referred).status) == ("Bruno", "running")

    do(carla, referred, "hand-over", to=bruno.id)  # sent twice
    assert len(told("application.handed_over")) == 1


def letters():
    return list(Message.objects.filter(notice="handed_over").order_by("id"))


def test_bruno_has_a_letter_in_his_language_that_says_what_is_due_and_leads_there(
    carla, bruno, referred
):
    User.objects.filter(pk=bruno.id).update(language="de")
    for _ in range(2):  # sent twice
        do(carla, referred, "hand-over", to=bruno.id, note="Please call [them](https://x.example)")
    (letter,) = letters()
    assert (letter.to, letter.language) == ("bruno@nordlicht.example", "de")
    assert letter.subject == f"Ihnen übergeben: {referred.title}"
    assert f"Carla hat Ihnen den Antrag von {referred.title} übergeben." in letter.text
    assert "Carla schreibt: Please call [them](https://x.example)" in letter.text
    assert "Das wartet auf Sie: Prüfung des Antrags. Fällig" in letter.text
    assert letter.text.endswith(f"/desk/applications/{referred.pk}/\n\n{referred.reference}")


def test_each_handing_over_is_written_about_and_what_one_takes_oneself_is_not(
    carla, bruno, referred
):
    for to in (bruno.id, user("carla").pk, bruno.id):
        do(carla, referred, "hand-over", to=to)
    assert [letter.to for letter in letters()] == ["bruno@nordlicht.example"] * 2
    assert "writes" not in letters()[0].text


def test_what_an_absent_colleague_has_carla_hands_to_herself(carla, bruno, referred):
    do(seated(bruno), referred, "claim")
    page = page_of(carla, referred)
    assert "Carla (you)" in page
    do(carla, referred, "hand-over", to=user("carla").pk)
    assert owner_of(referred) == "Carla"


def test_decided_in_bruno_s_place_his_clock_ends_as_no_longer_needed(carla, bruno, referred):
    do(seated(bruno), referred, "claim")
    decide(carla, referred, review__verdict="approve")
    assert (person_clock(referred).person, person_clock(referred).status) == ("Bruno", "cancelled")
    step = Promise.objects.get(name="step:review")
    assert (step.person, step.status) == ("Carla", "kept")


def test_it_is_handed_to_nobody_who_may_not_decide_on_it(carla, bruno, martin, referred):
    Application.objects.update(sold_by=bruno.id)
    everywhere = User.objects.create_user("stranger@elsewhere.example", name="Stranger")
    gone = hire_away(referred)
    for nobody in (user("martin").pk, everywhere.pk, gone.pk, "x", ""):
        answer = do(carla, referred, "hand-over", to=nobody)
        assert said(answer) == ["Choose a colleague who decides on applications here."], nobody
    answer = do(carla, referred, "hand-over", to=bruno.id)
    assert said(answer) == ["Bruno sells to this customer."]
    assert "Bruno" not in page_of(carla, referred).partition("Hand over")[2].partition("</form>")[0]
    assert owner_of(referred) == ""


def hire_away(application):
    """Return somebody who decided here once and works here no more."""
    unit = BusinessUnit.objects.get(code=application.business_unit)
    hire(unit, "gone@nordlicht.example", "associate")
    User.objects.filter(email="gone@nordlicht.example").update(is_active=False)
    return user("gone")


@pytest.mark.parametrize("what", ["claim", "give-back", "hand-over"])
def test_who_sells_has_none_in_hand(martin, carla, referred, what):
    page = page_of(martin, referred)
    assert "Nobody has it" in page
    assert "Take it" not in page
    answer = do(martin, referred, what, to=user("carla").pk)
    assert said(answer) == ["Only associates decide on applications."]
    assert owner_of(referred) == ""


def test_mallory_finds_nothing_to_take(mallory, unit, referred):
    theirs = User.objects.get(email="mallory@elsewhere.example")
    by = staff_actor(theirs.pk, "Mallory")
    about = {"by": by, "application_id": referred.pk, "now": timezone.now()}
    for ask in (claim_application, give_back):
        with pytest.raises(NotFound):
            ask(**about)
    with pytest.raises(NotFound):
        hand_over(**about, to=theirs.pk, note="")


def test_what_is_over_needs_nobody(carla, referred):
    decide(carla, referred, review__verdict="decline", review__reason="Unfit.")
    assert "Take it" not in page_of(carla, referred)
    assert "over" in said(do(carla, referred, "claim"))[0]


def test_whoever_decides_on_what_nobody_has_looks_after_it(carla, referred):
    decide(carla, referred, review__verdict="approve")
    assert owner_of(referred) == "Carla"
    assert not Promise.objects.filter(name__startswith="person:").exists()


def test_whoever_repairs_what_nobody_has_looks_after_it(carla, silent):
    carlas = user("carla")
    by = staff_actor(carlas.pk, str(carlas))
    call = Call.objects.get(application=silent, name="erp.create_customer")
    retry_call(by=by, application_id=silent.pk, call_id=call.pk, now=timezone.now())
    assert owner_of(silent) == "Carla"


def test_what_a_colleague_has_may_be_decided_and_stays_theirs(carla, bruno, referred):
    do(seated(bruno), referred, "claim")
    decide(carla, referred, review__verdict="approve")
    run_pending()
    referred.refresh_from_db()
    assert (referred.status, owner_of(referred)) == ("done", "Bruno")


def test_the_next_step_of_ours_opens_in_its_owners_hands(carla, failed):
    do(carla, failed, "claim")
    decide(carla, failed, step="repair", repair__action="mended")
    Call.objects.filter(application=failed, finished_at=None).update(status="queued")
    open_erp("erp-br").break_next("create_customer", "failed")
    run_pending()
    first, second = Promise.objects.filter(name="person:repair").order_by("id")
    assert (first.status, second.status, second.person) == ("kept", "running", "Carla")


def test_two_who_take_it_at_once_are_one_who_has_it(unit, referred):
    people = [hire(unit, f"{name}@nordlicht.example", "associate") for name in ("ana", "bia")]
    start = Barrier(2)

    def take(by):
        try:
            start.wait(10)
            claim_application(by=by, application_id=referred.pk, now=timezone.now())
        except SomebodyHasIt as refusal:
            return str(refusal)
        finally:
            connection.close()
        return by.label

    with ThreadPoolExecutor(2) as pool:
        said_to = sorted(pool.map(take, people))
    owner = owner_of(referred)
    assert said_to == sorted([owner, f"{owner} has it already."])
    assert len(told("application.claimed")) == 1
