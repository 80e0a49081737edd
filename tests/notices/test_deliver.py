"""Messages: kept once, dressed, handed to a real mail server, and tried again when it is away."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.core.mail import send_mail
from django.utils import timezone

from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.ids import new_id
from atrio.kernel.queue import run_pending
from atrio.notices.actions import Draft, send_message
from atrio.notices.models import Message
from atrio.site.machine.ports import free_port

pytestmark = pytest.mark.django_db(transaction=True)

DRAFT = Draft(
    key="welcome:1",
    notice="welcome",
    to="alice@ventorim.example",
    language="en",
    subject="The shop is open",
    text="Hello Alice <b>,\n\nyour prices:\n\nhttps://shop.example/x\n\nReference: K7M2-9QXA\n",
)


class Postbox:
    """A mail server's memory."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the server's word
        self.letters.append(
            (envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default))
        )
        return "250 taken"


@pytest.fixture
def postbox(settings):
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.ATRIO_SMTP_URL = f"smtp://127.0.0.1:{server.port}"
    yield box
    server.stop()


def test_a_message_reaches_its_reader_as_text_and_html(postbox):
    send_message(DRAFT, now=timezone.now())
    run_pending()

    [(readers, letter)] = postbox.letters
    assert readers == ["alice@ventorim.example"]
    assert letter["Subject"] == "The shop is open"
    assert "your prices" in letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    assert 'href="https://shop.example/x"' in html
    assert "Alice &lt;b&gt;" in html
    assert Message.objects.get().status == "sent"


def test_the_same_message_is_sent_once(postbox):
    for _ in range(3):
        send_message(DRAFT, now=timezone.now())
    run_pending()

    assert len(postbox.letters) == 1


def test_a_mail_server_that_is_away_is_asked_again(settings):
    settings.ATRIO_SMTP_URL = f"smtp://127.0.0.1:{free_port()}"
    send_message(DRAFT, now=timezone.now())
    run_pending()
    assert Message.objects.get().status == "failed"

    settings.ATRIO_SMTP_URL = ""
    run_pending(until=timezone.now() + timedelta(minutes=1))
    assert Message.objects.get().status == "sent"


def test_what_lower_packages_mail_stands_in_the_outbox_as_a_secret(settings):
    settings.EMAIL_BACKEND = "atrio.notices.email.OutboxBackend"  # as in site.settings
    send_mail("Your code", "It is 123456", None, ["alice@ventorim.example"])

    message = Message.objects.get()
    assert (message.subject, message.is_secret) == ("Your code", True)


def test_an_applicant_may_add_a_message_and_read_none():
    by = Actor(kind="applicant", id="x", application=new_id())
    with acting_as(by):
        send_message(DRAFT, now=timezone.now())
        assert not Message.objects.exists()
    assert Message.objects.count() == 1
