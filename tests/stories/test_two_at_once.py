"""Two strangers apply for the same company at the same moment: one account, and no glimpse."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from atrio.kernel.queue import run_pending
from atrio.onboarding.actions import decide_step
from atrio.onboarding.models import Application, Call
from atrio.outside.connections import open_erp
from atrio.parties.models import Account, LegalEntity, Membership
from tests.onboarding.house import CNPJ, Visitor, accepted, code_sent_to, furnish, hire
from tests.stories.people import application_of, letter_to, link_in
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = {"alice@ventorim.example": "Alice Prado", "bob@elsewhere.example": "Bob Reis"}


@pytest.fixture
def unit(request):
    return furnish(name=request.node.name)


def filled_in(email):
    """Return somebody who has answered everything and has only to send it."""
    visitor = Visitor().begin()
    visitor.answer(company__tax_id=CNPJ).wait()
    visitor.answer(**accepted(visitor.text))
    visitor.answer(
        contact__name=PEOPLE[email],
        contact__email=email,
        contact__phone="+55 11 91234-5678",
        contact__role="buyer",
    )
    visitor.answer(proof__code=code_sent_to(email))
    run_pending()
    assert visitor.step == "check_and_submit"
    return visitor


def send_together(visitors):
    """Let all send at once, and as many workers do what comes of it."""
    together = Barrier(len(visitors))

    def send(visitor):
        together.wait(timeout=20)
        visitor.answer(consent__terms="yes")
        together.wait(timeout=20)
        eventually(work_until_it_rests)
        connections.close_all()

    with ThreadPoolExecutor(len(visitors)) as pool:
        list(pool.map(send, visitors))


def work_until_it_rests():
    # An hour ahead, for what waits for its turn; the process's own timers take days.
    run_pending(limit=20, until=timezone.now() + timedelta(hours=1))
    return not Application.objects.filter(waiting_on="outside").exists()


@pytest.mark.parametrize("erp", ["is well", "busy", "no_answer"])
def test_one_opens_the_account_and_the_other_is_handled_as_unknown_there(unit, erp):
    if erp != "is well":
        open_erp("erp-br").break_next("create_customer", erp)
    visitors = {email: filled_in(email) for email in PEOPLE}

    send_together(list(visitors.values()))

    account, entity = Account.objects.get(), LegalEntity.objects.get()
    assert (entity.account_id, entity.tax_id) == (account.pk, CNPJ)
    ours = {application_of(email).reference for email in PEOPLE}
    (made,) = [c for c in open_erp("erp-br").customers() if c.reference in ours]
    assert made.number == account.customer_number
    (first,) = Membership.objects.values_list("user__email", flat=True)
    (second,) = PEOPLE.keys() - {first}
    assert application_of(first).status == "done"
    assert application_of(second).status == "open"
    assert application_of(second).waiting_on in {"admin", "associate"}
    assert not Call.objects.filter(finished_at=None).exists()
    see_nothing_of_each_other(visitors)


def see_nothing_of_each_other(visitors):
    for email, visitor in visitors.items():
        (other,) = PEOPLE.keys() - {email}
        for page in (visitor.wait().text, visitor.client.get(visitor.at).content.decode()):
            assert other not in page
            assert PEOPLE[other] not in page


def test_the_second_comes_in_by_the_word_of_the_first_or_of_an_associate(unit):
    carla = hire(unit, "carla@nordlicht.example", "associate")
    visitors = {email: filled_in(email) for email in PEOPLE}
    send_together(list(visitors.values()))
    (first,) = Membership.objects.values_list("user__email", flat=True)
    (second,) = PEOPLE.keys() - {first}
    waiting = application_of(second)

    if waiting.waiting_on == "admin":
        visitors[first].client.post(
            link_in(letter_to(first, "access_asked")), {"verdict": "approve"}
        )
    else:
        decide_step(
            by=carla,
            application_id=waiting.pk,
            step="verify_control",
            submitted={
                "control.verdict": "approve",
                "control.how": "in_person",
                "control.note": "Was here",
            },
            language="en",
            now=timezone.now(),
        )
    run_pending()

    assert application_of(second).status == "done"
    assert dict(Membership.objects.values_list("user__email", "role")) == {
        first: "admin",
        second: "buyer",
    }
    assert Account.objects.count() == 1
