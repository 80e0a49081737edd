"""What did not arrive: why, where it goes now, and once more."""

from __future__ import annotations

import pytest
from django.utils import timezone

from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.models import Fact
from atrio.timeline.models import Entry
from tests.desk.conftest import crowd
from tests.desk.writing import write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def about(unit):
    """An application whose contact has been corrected."""
    (application,) = crowd(1)
    for field, value in (
        ("contact.email", "alise@ventorim.example"),
        ("contact.email", "alice@ventorim.example"),
        ("contact.phone", "+5511912345678"),
    ):
        Fact.objects.create(
            application=application,
            field=field,
            value=value,
            origin="staff",
            status="accepted",
            at=timezone.now(),
            by_kind="staff",
        )
    return application


@pytest.fixture
def bounced(about):
    return write(
        application_id=about.pk,
        to="alise@ventorim.example",
        status="bounced",
        error="550 5.1.1 Nobody here",
    )


def page_of(message, who):
    return who.get(f"/desk/outbox/{message.pk}/").content.decode()


def send(message, who):
    return who.post(f"/desk/outbox/{message.pk}/again", follow=True)


def test_it_goes_to_the_address_the_application_has_now(carla, bounced):
    page = page_of(bounced, carla)
    for words in ("came back", "550 5.1.1 Nobody here", "Send again", "alice@ventorim.example"):
        assert words in page, words

    answer = send(bounced, carla).content.decode()
    assert "It is on its way to alice@ventorim.example." in answer
    run_pending()
    again = Message.objects.get(key=f"again:{bounced.pk}")
    assert (again.to, again.status, again.text) == ("alice@ventorim.example", "sent", bounced.text)
    assert again.application_id == bounced.application_id
    assert "Sent again to alice@ventorim.example" in page_of(bounced, carla)
    assert Entry.objects.filter(what="notice.sent_again", application_id=again.application_id)


def test_pressing_twice_sends_once(carla, bounced):
    send(bounced, carla)
    assert "has been sent again already" in send(bounced, carla).content.decode()
    assert Message.objects.count() == 2
    assert "Send again" not in page_of(bounced, carla)


def test_a_text_message_goes_to_the_phone(carla, about):
    message = write(application_id=about.pk, channel="sms", to="+551133334444", status="failed")
    send(message, carla)
    assert Message.objects.get(key=f"again:{message.pk}").to == "+5511912345678"


@pytest.mark.parametrize("status", ["queued", "sending", "sent", "delivered"])
def test_what_is_on_its_way_is_not_sent_again(carla, about, status):
    message = write(application_id=about.pk, status=status)
    assert "Send again" not in page_of(message, carla)
    assert "on its way or has arrived" in send(message, carla).content.decode()
    assert Message.objects.count() == 1


def test_a_code_is_not_sent_again(carla, about):
    message = write(application_id=about.pk, status="bounced", is_secret=True)
    assert "Send again" not in page_of(message, carla)
    send(message, carla)
    assert Message.objects.count() == 1


def test_what_went_by_email_instead_says_so(carla, about):
    message = write(channel="sms", to="+551133334444", status="bounced")
    write(key=f"email:{message.pk}")
    assert "Sent by email to alice@ventorim.example instead" in page_of(message, carla)
    send(message, carla)
    assert Message.objects.count() == 2


def test_a_sales_manager_sees_it_and_does_not_send_it(martin, bounced):
    assert "Send again" not in page_of(bounced, martin)
    assert send(bounced, martin).status_code == 404
    assert Message.objects.count() == 1


def test_mallory_sends_none_of_ours(mallory, bounced):
    assert send(bounced, mallory).status_code == 404
    assert Message.objects.count() == 1
