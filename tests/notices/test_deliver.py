"""Messages: kept once, dressed, handed to a real mail server, and tried again when it is away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from random import Random

import pytest
from django.core.mail import send_mail
from django.db import connection
from django.utils import timezone

from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.ids import new_id
from atrio.kernel.locks import alone_with
from atrio.kernel.queue import later, run_pending
from atrio.notices import actions, rules
from atrio.notices.actions import send_message
from atrio.notices.events import MessageBounced
from atrio.notices.models import Message
from atrio.site.machine.ports import free_port
from atrio.timeline.models import Entry
from tests.notices.hearing import heard
from tests.notices.postbox import CERTIFICATE, Postbox, encrypted, listening, only
from tests.notices.writing import DRAFT, deliver, say, unit_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_message_reaches_its_reader_as_text_and_html(postbox):
    message = deliver()

    [letter] = postbox.letters
    assert letter.readers == ["alice@ventorim.example"]
    assert letter["Subject"] == "The shop is open"
    assert "your prices" in letter.part("plain")
    assert 'href="https://shop.example/x"' in letter.part("html")
    assert "Alice &lt;b&gt;" in letter.part("html")
    assert (message.status, message.receipt) == ("sent", letter["Message-ID"])


def test_it_comes_from_its_unit_in_its_language(postbox, settings):
    unit_of(accent="#ffd166", logo="brand/nordlicht.png")
    settings.ATRIO_BOUNCES_TO = "returned@nordlicht.example"
    message = deliver(language="pt-br", business_unit="nordlicht-br")

    [letter] = postbox.letters
    assert letter["From"] == "Nordlicht Supplies <ola@nordlicht.example>" == message.sender
    assert letter.sender == "returned@nordlicht.example"
    assert (letter["Content-Language"], letter["Auto-Submitted"]) == ("pt-br", "auto-generated")
    html = letter.part("html")
    assert '<html lang="pt-br">' in html
    assert "background: #ffd166; color: #14272b" in html  # dark on a light colour
    assert ">Abrir</a>" in html
    assert 'src="cid:logo"' in html
    [logo] = [part for part in letter.message.walk() if part["Content-ID"] == "<logo>"]
    assert logo.get_content().startswith(b"\x89PNG")


def test_a_message_of_no_unit_comes_from_the_house(postbox, settings):
    settings.DEFAULT_FROM_EMAIL = "Atrio <no-reply@house.example>"
    deliver()
    [letter] = postbox.letters
    assert letter["From"] == "Atrio <no-reply@house.example>"
    assert letter.sender == "no-reply@house.example"


def test_the_outbox_keeps_what_went_out(postbox):
    message = deliver()
    assert message.html.splitlines() == postbox.letters[0].part("html").splitlines()


def test_the_same_message_is_sent_once(postbox):
    for _ in range(3):
        send_message(DRAFT, now=timezone.now())
    run_pending()

    assert len(postbox.letters) == 1


def test_a_job_that_runs_twice_sends_once(postbox):
    message = say()
    for _ in range(3):
        later("notices.deliver", message_id=message.pk)
    run_pending()

    assert len(postbox.letters) == 1


class TestARealMailServer:
    @pytest.fixture(autouse=True)
    def _trusts_it(self, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))

    @pytest.mark.parametrize(
        ("scheme", "how"),
        [
            ("smtp+starttls", {"require_starttls": True, "tls_context": True}),
            ("smtps", {"ssl_context": True}),
        ],
    )
    def test_is_spoken_to_in_secret(self, settings, scheme, how):
        options = {k: encrypted() if k.endswith("context") else v for k, v in how.items()}
        with listening(Postbox(), scheme=scheme, **options) as box:
            settings.ATRIO_SMTP_URL = box.url
            assert deliver().status == "sent"
        assert box.is_encrypted == [True]

    def test_whose_certificate_nobody_trusts_gets_nothing(self, settings, monkeypatch):
        monkeypatch.delenv("SSL_CERT_FILE")
        with listening(
            Postbox(), scheme="smtp+starttls", require_starttls=True, tls_context=encrypted()
        ) as box:
            settings.ATRIO_SMTP_URL = box.url
            message = deliver()
        assert box.letters == []
        assert (message.status, message.attempts) == ("queued", 1)
        assert "certificate" in message.error.lower()

    @pytest.mark.parametrize(
        ("password", "status", "letters"), [("right%2F1", "sent", 1), ("wrong", "queued", 0)]
    )
    def test_is_told_who_we_are(self, settings, password, status, letters):
        with listening(
            Postbox(),
            scheme="smtp+starttls",
            user=f"atrio:{password}@",
            tls_context=encrypted(),
            auth_required=True,
            authenticator=only("atrio", "right/1"),
        ) as box:
            settings.ATRIO_SMTP_URL = box.url
            # A wrong password is our mistake, not the reader's: it is mended, and the mail goes.
            assert deliver().status == status
        assert len(box.letters) == letters


class TestWhatIsRefused:
    @pytest.mark.parametrize("at", ["address", "letter"])
    def test_for_ever_bounces_at_once(self, postbox, at):
        if at == "address":
            postbox.refused["alice@ventorim.example"] = "550 5.1.1 Nobody here"
        else:
            postbox.answers = ["552 5.2.2 Mailbox full"]
        application = new_id()
        with heard(MessageBounced) as events:
            message = deliver(application_id=application)

        assert message.status == "bounced"
        assert message.error in ("550 5.1.1 Nobody here", "552 5.2.2 Mailbox full")
        assert events == [MessageBounced(message_id=message.pk, application_id=application)]
        assert run_pending(until=timezone.now() + timedelta(days=1)) == 0

    def test_for_now_is_tried_again_under_the_same_id(self, postbox):
        postbox.answers = ["451 4.3.0 Later", "451 4.3.0 Later"]
        message = deliver()
        assert (message.status, message.attempts) == ("queued", 1)
        assert "451 4.3.0 Later" in message.error
        assert message.due_at > timezone.now()

        run_pending(until=timezone.now() + timedelta(minutes=10))
        message.refresh_from_db()
        assert (message.status, message.error, message.due_at) == ("sent", "", None)
        assert postbox.ids == [message.receipt]

    def test_so_many_times_is_given_up(self, postbox):
        postbox.answers = ["451 Later"] * (rules.MOST_TRIES + 5)
        message = say()
        run_pending(until=timezone.now() + timedelta(days=2))
        message.refresh_from_db()
        assert message.status == "failed"
        assert len(postbox.answers) == 5
        assert run_pending(until=timezone.now() + timedelta(days=9)) == 0


def test_the_waits_grow_to_half_an_hour_and_differ():
    random = Random(7)
    waits = [rules.wait_after(n, random=random) for n in range(1, rules.MOST_TRIES + 1)]
    assert timedelta(seconds=15) <= waits[0] <= timedelta(seconds=30)
    assert max(waits) <= timedelta(minutes=30)
    assert len(set(waits)) == len(waits)
    assert timedelta(hours=6) < sum(waits, timedelta()) < timedelta(hours=13)


def test_a_mail_server_that_is_away_is_asked_again(settings):
    settings.ATRIO_SMTP_URL = f"smtp://127.0.0.1:{free_port()}"
    message = deliver()
    assert message.status == "queued"
    assert "refused" in message.error

    settings.ATRIO_SMTP_URL = ""
    run_pending(until=timezone.now() + timedelta(minutes=1))
    message.refresh_from_db()
    assert message.status == "sent"


@pytest.mark.parametrize("address", ["", "alice\n@ventorim.example"])
def test_an_address_nobody_can_write_to_bounces(postbox, address):
    assert deliver(to=address).status == "bounced"
    assert postbox.letters == []


def test_the_timeline_tells_what_came_back(postbox):
    postbox.refused["alice@ventorim.example"] = "550 Nobody here"
    application = new_id()
    deliver(application_id=application)
    [entry] = Entry.objects.filter(application_id=application)
    assert (entry.what, entry.data) == ("notice.bounced", {"notice": "welcome"})


@contextmanager
def somebody_else_at(message):
    """Hold the message's lock on another connection, as another worker would."""
    with ThreadPoolExecutor(1) as thread:
        lock = alone_with(message.pk, among="messages")
        assert thread.submit(lock.__enter__).result()
        try:
            yield
        finally:
            thread.submit(lock.__exit__, None, None, None).result()
            thread.submit(lambda: connection.close()).result()


def test_a_try_that_died_is_made_again_and_one_that_lives_is_waited_for(postbox):
    message = say()
    assert actions.claim(message.pk, attempt=0)  # and here the process was killed
    with somebody_else_at(message):
        run_pending(limit=1)
        assert postbox.letters == []
    run_pending(until=timezone.now() + timedelta(seconds=5))
    assert len(postbox.letters) == 1


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
