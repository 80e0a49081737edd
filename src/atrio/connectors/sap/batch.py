"""Several requests in one: OData's `$batch`, a multipart message of HTTP messages.

What stands in one change set happens wholly or not at all; different ones have nothing to do with
each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_string
from email.message import Message
from secrets import token_hex
from typing import Any

import httpx

from atrio.kernel.errors import OutsideBusy
from atrio.outside.http import HttpAnswer


@dataclass(frozen=True, slots=True)
class Write:
    """One request that changes something; the path is below the service."""

    method: str
    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


def composed(change_sets: Sequence[Sequence[Write]]) -> tuple[str, str]:
    """Return the type and the text of a batch's body."""
    # Not to be guessed, or a text of a customer's could end a part.
    batch = f"batch_{token_hex(8)}"
    parts = []
    for writes in change_sets:
        boundary = f"changeset_{token_hex(8)}"
        inner = "".join(f"--{boundary}\r\n{_request(write)}\r\n" for write in writes)
        parts.append(
            f"--{batch}\r\nContent-Type: multipart/mixed; boundary={boundary}\r\n\r\n"
            f"{inner}--{boundary}--\r\n"
        )
    return f"multipart/mixed; boundary={batch}", "".join(parts) + f"--{batch}--\r\n"


def answers_in(answer: HttpAnswer) -> list[list[HttpAnswer]]:
    """Return the answers of each change set, in their order; a failed one has but the refusal.

    Raises OutsideBusy for what is no answer to a batch.
    """
    kind = answer.headers.get("content-type", "")
    whole = message_from_string(f"Content-Type: {kind}\r\n\r\n{answer.text}")
    if not whole.is_multipart():
        raise OutsideBusy("The answer is none to a batch")
    return [_answers_of(part) for part in _parts(whole)]


def _request(write: Write) -> str:
    # Without letters beyond ASCII, so that its length is the same in characters and in bytes.
    body = json.dumps(write.body)
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **write.headers,
    }
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(
        [
            "Content-Type: application/http",
            "Content-Transfer-Encoding: binary",
            "",
            f"{write.method} {write.path} HTTP/1.1",
            *lines,
            "",
            body,
        ]
    )


def _parts(message: Message) -> list[Message]:
    parts = message.get_payload()
    return [part for part in parts if isinstance(part, Message)] if isinstance(parts, list) else []


def _answers_of(part: Message) -> list[HttpAnswer]:
    if part.is_multipart():
        return [_answer(str(inner.get_payload())) for inner in _parts(part)]
    return [_answer(str(part.get_payload()))]


def _answer(text: str) -> HttpAnswer:
    first, _, rest = text.lstrip().partition("\n")
    status = re.match(r"HTTP/1\.[01] (\d{3})", first)
    if status is None:
        raise OutsideBusy("A part of the answer to a batch is no answer")
    head, _, body = rest.replace("\r\n", "\n").partition("\n\n")
    headers = (line.partition(":") for line in head.splitlines())
    pairs = [(name.strip(), value.strip()) for name, colon, value in headers if colon]
    return HttpAnswer(int(status[1]), body.strip(), httpx.Headers(pairs))
