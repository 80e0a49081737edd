"""Mail that comes back: read from what mail servers write, noted at the message."""

from __future__ import annotations

from mailbox import Maildir
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from atrio.notices.bounces import LARGEST, returned
from atrio.notices.events import MessageBounced
from atrio.site.commands.bounces import app
from tests.notices.hearing import heard
from tests.notices.writing import deliver

REPORT = """\
From: MAILER-DAEMON@mx.ventorim.example
To: returned@nordlicht.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <20261121.4711@mx.ventorim.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.ventorim.example
Arrival-Date: Sat, 21 Nov 2026 22:00:00 -0300

Final-Recipient: rfc822; alice@ventorim.example
Original-Recipient: rfc822;alice@ventorim.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b
Content-Type: {kind}

Return-Path: <returned@nordlicht.example>
Message-ID: {id}
Subject: The shop is open

--b--
"""
HEADERS, WHOLE = "text/rfc822-headers", "message/rfc822"


def report(
    message_id, *, action="failed", status="5.1.1", said="550 5.1.1 No such user", kind=HEADERS
):
    text = REPORT.format(id=message_id, action=action, status=status, said=said, kind=kind)
    return text.encode()


def ours(message_id=None):
    return f"<{message_id or uuid4()}@atrio.example>"


class TestReading:
    @pytest.mark.parametrize("kind", [HEADERS, WHOLE])
    @pytest.mark.parametrize("ends", ["\n", "\r\n"])
    def test_a_report_names_the_message_and_why(self, kind, ends):
        message_id = uuid4()
        found = returned(report(ours(message_id), kind=kind).replace(b"\n", ends.encode()))
        assert found.message_id == message_id
        assert found.reason == "550 5.1.1 No such user"

    def test_a_folded_reason_is_one_line(self):
        found = returned(report(ours(), said="550 5.2.2 The mailbox\n    is full"))
        assert found.reason == "550 5.2.2 The mailbox is full"

    def test_without_a_diagnosis_the_status_is_the_reason(self):
        assert returned(report(ours(), said="")).reason == "5.1.1"

    def test_a_report_without_the_message_answers_it(self):
        message_id = uuid4()
        mail = report("<nothing>").replace(
            b"MIME", f"In-Reply-To: {ours(message_id)}\nMIME".encode()
        )
        assert returned(mail).message_id == message_id

    @pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
    def test_what_has_not_been_given_up_has_not_come_back(self, action):
        assert returned(report(ours(), action=action)) is None

    def test_given_up_after_delays_has(self):
        mail = report(ours(), status="4.4.7", said="delivery time expired")
        assert returned(mail).reason == "delivery time expired"

    @pytest.mark.parametrize(
        "mail",
        [
            b"",
            b"Subject: I am on holiday\n\nBack on Monday.",
            b"\xff\xfe\x00",
            report("<someone@else.example>"),
            report(ours()).replace(b"multipart/report", b"multipart/mixed"),
            report(ours()) + b"x" * LARGEST,
        ],
    )
    def test_all_else_is_no_report(self, mail):
        assert returned(mail) is None

    @given(st.binary(max_size=300), st.integers(0, 900), st.integers(0, 900))
    def test_whatever_arrives_is_read_or_left(self, noise, start, length):
        mail = report(ours())
        returned(noise)
        returned(mail[:start] + noise + mail[start + length :])


def piped(mail):
    result = CliRunner().invoke(app, [], input=mail)
    assert result.exit_code == 0, result.output
    return result.output.strip()


@pytest.mark.django_db(transaction=True)
class TestNoting:
    def test_a_message_that_came_back_is_bounced_once(self, postbox):
        message = deliver(application_id=uuid4())
        with heard(MessageBounced) as events:
            assert piped(report(message.receipt)) == "noted"
            assert piped(report(message.receipt)) == "nothing to note"

        message.refresh_from_db()
        assert (message.status, message.error) == ("bounced", "550 5.1.1 No such user")
        assert events == [
            MessageBounced(message_id=message.pk, application_id=message.application_id)
        ]

    def test_a_message_nobody_sent_is_not_there(self, postbox):
        assert piped(report(ours())) == "nothing to note"

    def test_a_maildir_is_read_once_and_other_mail_is_left(self, postbox, tmp_path):
        message = deliver()
        box = Maildir(tmp_path / "mail")
        box.add(report(message.receipt))
        box.add(b"Subject: Is anybody there?\n\nAlice")
        command = ["--maildir", str(tmp_path / "mail")]
        runs = [CliRunner().invoke(app, command).output.strip() for _ in range(2)]

        assert runs == ["2 read, 1 noted", "0 read, 0 noted"]
        seen = {mail["Subject"]: mail.get_flags() for mail in Maildir(tmp_path / "mail")}
        assert seen == {"Undelivered Mail Returned to Sender": "S", "Is anybody there?": ""}
        message.refresh_from_db()
        assert message.status == "bounced"

    def test_a_folder_that_is_no_maildir_is_told(self, tmp_path):
        assert CliRunner().invoke(app, ["--maildir", str(tmp_path)]).exit_code == 2
