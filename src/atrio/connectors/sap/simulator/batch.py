"""`$batch` as a server reads and writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from secrets import token_hex

from atrio.connectors.sap.simulator.errors import ApiError


@dataclass(frozen=True, slots=True)
class Part:
    """One request in a batch."""

    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one of them."""

    status: int
    body: str
    headers: Mapping[str, str]


def parts_in(kind: str, text: str) -> list[Part | list[Part]]:
    """Return the requests of a batch; those of one change set in a list."""
    whole = message_from_string(f"Content-Type: {kind}\r\n\r\n{text}")
    if not whole.is_multipart():
        raise ApiError(400, "/IWFND/CM_MGW/001", "The body is no batch")
    return [
        [_part(inner) for inner in _inside(part)] if part.is_multipart() else _part(part)
        for part in _inside(whole)
    ]


def answered(replies: Sequence[Reply | Sequence[Reply]]) -> tuple[str, str]:
    """Return the type and the text of the answer; of a failed change set there is one reply."""
    boundary = token_hex(16).upper()
    text = ""
    for reply in replies:
        text += f"--{boundary}\r\n"
        if isinstance(reply, Reply):
            text += f"{_written(reply)}\r\n"
        else:
            inner = token_hex(16).upper()
            parts = "".join(f"--{inner}\r\n{_written(one)}\r\n" for one in reply)
            length = len(parts) + len(inner) + 6
            text += f"Content-Type: multipart/mixed; boundary={inner}\r\n"
            text += f"Content-Length: {length}\r\n\r\n{parts}--{inner}--\r\n\r\n"
    return f"multipart/mixed; boundary={boundary}", f"{text}--{boundary}--\r\n"


def _inside(message: Message) -> list[Message]:
    parts = message.get_payload()
    return [part for part in parts if isinstance(part, Message)] if isinstance(parts, list) else []


def _part(message: Message) -> Part:
    head, _, body = str(message.get_payload()).replace("\r\n", "\n").partition("\n\n")
    first, *lines = head.strip().splitlines()
    told = re.fullmatch(r"(GET|POST|PATCH|MERGE|PUT) (\S+) HTTP/1\.1", first)
    if told is None:
        raise ApiError(400, "/IWFND/CM_MGW/001", f"'{first}' is no request")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Part(told[1], told[2], headers, body.strip())


def _written(reply: Reply) -> str:
    lines = [f"{name}: {value}" for name, value in reply.headers.items()]
    head = [f"HTTP/1.1 {reply.status} {_reason(reply.status)}", *lines]
    inner = "\r\n".join([*head, f"Content-Length: {len(reply.body.encode())}", "", reply.body])
    return (
        "Content-Type: application/http\r\n"
        f"Content-Length: {len(inner.encode())}\r\n"
        f"Content-Transfer-Encoding: binary\r\n\r\n{inner}"
    )


def _reason(status: int) -> str:
    return {200: "OK", 201: "Created", 204: "No Content"}.get(status, "Error")
