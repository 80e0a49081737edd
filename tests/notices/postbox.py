"""A real mail server on loopback, that refuses what it is told to refuse."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from atrio.site.machine.ports import free_port

CERTIFICATE = Path(__file__).with_name("certificate.pem")


class Postbox:
    """A mail server's memory: what it took, and what it answers when it is not well."""

    def __init__(self):
        self.letters = []
        self.answers = []  # one for each letter that comes: "451 later", None to take it
        self.refused = {}  # address → "550 nobody here"
        self.url = ""
        self.is_encrypted = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - its word
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = self.answers.pop(0) if self.answers else None
        if answer:
            return answer
        self.is_encrypted.append(bool(server.transport.get_extra_info("sslcontext")))
        self.letters.append(Letter(envelope))
        return "250 taken"

    @property
    def ids(self):
        """The Message-IDs of what was taken, in that order."""
        return [letter["Message-ID"] for letter in self.letters]


class Letter:
    """What a mail server took: the envelope and the message."""

    def __init__(self, envelope):
        self.sender = envelope.mail_from
        self.readers = envelope.rcpt_tos
        self.message = message_from_bytes(envelope.content, policy=policy.default)

    def __getitem__(self, header):
        return self.message[header]

    def part(self, kind):
        """The words as "plain" or "html"."""
        return self.message.get_body((kind,)).get_content()


@contextmanager
def listening(box, *, scheme="smtp", user="", **options):
    """Let the mail server listen, and set its address."""
    server = Controller(box, hostname="127.0.0.1", port=free_port(), **options)
    server.start()
    box.url = f"{scheme}://{user}127.0.0.1:{server.port}"
    try:
        yield box
    finally:
        server.stop()


def encrypted():
    """Return the server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def only(name, password):
    """Return what lets in one user and nobody else."""

    def check(server: SMTP, session, envelope, mechanism, data):
        is_right = (data.login, data.password) == (name.encode(), password.encode())
        return AuthResult(success=is_right, handled=False)

    return check
