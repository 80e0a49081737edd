"""A call that fails where the process catches nothing: an associate is asked, and mends it."""

import pytest
from django.utils import timezone

from atrio.kernel.errors import OutsideFailure
from atrio.kernel.queue import run_pending
from atrio.onboarding.actions import fail_call, retry_call
from atrio.onboarding.actions.retry_call import NothingToRetry
from atrio.onboarding.calls._customer import new_account_id
from atrio.onboarding.models import Application, Call
from atrio.onboarding.repairs.actions import repair_together
from atrio.onboarding.repairs.queries import failing
from atrio.trade.models import PersonalPrice
from tests.onboarding.house import CNPJ, Visitor, accepted, code_sent_to, furnish, hire

pytestmark = pytest.mark.django_db(transaction=True)


def submitted():
    """Bring somebody to where the process creates the customer."""
    alice = Visitor().begin()
    alice.answer(company__tax_id=CNPJ)
    alice.wait()
    alice.answer(**accepted(alice.text))
    alice.answer(
        contact__name="Alice Prado",
        contact__email="alice@ventorim.example",
        contact__phone="+55 11 91234-5678",
        contact__role="buyer",
    )
    alice.answer(proof__code=code_sent_to("alice@ventorim.example"))
    alice.answer(consent__terms="yes")
    return alice


def run_until(name):
    """Work until the call of this name waits to be made."""
    while not Call.objects.filter(name=name).exists():
        assert run_pending(limit=1)
    return Call.objects.get(name=name)


def test_what_cannot_be_done_at_once_is_left_to_a_job_and_takes_nothing_with_it(seats):
    furnish(name="repair")
    submitted()
    call = run_until("shop.open_access")

    application = Application.objects.get()
    assert (call.status, application.current_step) == ("queued", "open_shop")
    assert PersonalPrice.objects.filter(account_id=new_account_id(application.pk)).exists()
    seats()
    run_pending()

    application.refresh_from_db()
    assert (application.status, application.waiting_on) == ("done", "nobody")


def test_it_waits_for_an_associate_who_tries_again_and_the_shop_opens(seats):
    carla = hire(furnish(name="repair"), "carla@nordlicht.example", "associate")
    submitted()
    call = run_until("shop.open_access")
    seats()
    fail_call(call_id=call.pk, error=OutsideFailure("no", code="odd"), now=timezone.now())
    application = Application.objects.get()
    assert (application.waiting_on, application.current_step) == ("associate", "open_shop")

    retry_call(by=carla, application_id=application.pk, call_id=call.pk, now=timezone.now())
    application.refresh_from_db()
    assert application.waiting_on == "outside"
    run_pending()

    application.refresh_from_db()
    assert (application.status, application.waiting_on) == ("done", "nobody")
    with pytest.raises(NothingToRetry):
        retry_call(by=carla, application_id=application.pk, call_id=call.pk, now=timezone.now())


def test_it_is_tried_again_together_with_what_fails_in_the_same_way(seats):
    carla = hire(furnish(name="repair"), "carla@nordlicht.example", "associate")
    submitted()
    call = run_until("shop.open_access")
    seats()
    fail_call(call_id=call.pk, error=OutsideFailure("no", code="odd"), now=timezone.now())
    (found,) = failing(carla)
    assert (found.system, found.error_code, len(found.failures)) == ("", "odd", 1)

    repair_together(by=carla, key=found.key, chosen=None, now=timezone.now())
    run_pending()

    assert Application.objects.get().status == "done"
    assert not failing(carla)
