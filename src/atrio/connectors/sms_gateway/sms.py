"""Text messages over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, cast
from urllib.parse import urlencode

import httpx

from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.http import HttpAnswer, OutsideHttp
from atrio.outside.ports import SmsDraft, SmsReceipt, SmsState

_STATES = frozenset({"accepted", "delivered", "failed"})
# What it says when the fault is the number's.
_UNDELIVERABLE = frozenset({"invalid_number", "not_a_mobile", "unreachable"})


class GatewaySms:
    """Fulfils the port `Sms`; the gateway itself sends each reference once.

    The secret is the API key. Options: those of `OutsideHttp`. Numbers and words of messages stay
    out of the record: they are the reader's.
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret: str = "",
        options: Mapping[str, Any] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare to send; nothing is sent yet."""
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._http = OutsideHttp(base_url, options=options, secrets=[secret], transport=transport)

    def send(self, draft: SmsDraft) -> SmsReceipt:
        """Hand the message over: 201 when it is new, 200 when the gateway has had it."""
        body = {"to": draft.to, "text": draft.text, "reference": draft.reference}
        if draft.sender:
            body["from"] = draft.sender
        answer = self._http.send(
            "POST", "/v1/messages", json=body, headers=self._headers, confidential=True
        )
        if answer.status not in (200, 201):
            _refuse(answer)
        return _receipt(_members(answer), draft.reference)

    def find(self, reference: str) -> SmsReceipt | None:
        """Return the message of our reference."""
        query = urlencode({"reference": reference})
        answer = self._http.send(
            "GET", f"/v1/messages?{query}", headers=self._headers, confidential=True
        )
        if answer.status != 200:
            _refuse(answer)
        found = _members(answer).get("messages")
        if not isinstance(found, list):
            raise OutsideBusy("The answer holds no list of messages")
        return _receipt(found[0], reference) if found else None

    def probe(self) -> None:
        """Ask for the gateway's state, which it tells those it lets in."""
        answer = self._http.send("GET", "/v1/status", headers=self._headers)
        if answer.status != 200:
            _refuse(answer)


def _refuse(answer: HttpAnswer) -> NoReturn:
    if answer.status in (401, 403):
        raise OutsideFailure("The gateway does not know the API key", code="sign_in")
    try:
        error = str(_members(answer).get("error", ""))
    except OutsideBusy:
        error = ""
    if answer.status == 422 and error in _UNDELIVERABLE:
        raise OutsideFailure(f"The gateway says: {error}", code="undeliverable")
    raise OutsideFailure(f"The gateway answered {answer.status} {error}".strip(), code="invalid")


def _members(answer: HttpAnswer) -> dict[str, Any]:
    data = answer.json()
    if not isinstance(data, dict):
        raise OutsideBusy("The answer is not an object")
    return data


def _receipt(message: Any, reference: str) -> SmsReceipt:
    if not isinstance(message, dict) or message.get("reference") != reference:
        raise OutsideBusy("The answer does not speak of the message that was asked for")
    state = message.get("status")
    if state not in _STATES or not message.get("id"):
        raise OutsideFailure(f"The gateway gives an unknown status: {state!r}", code="invalid")
    return SmsReceipt(
        reference=reference,
        id=str(message["id"]),
        state=cast("SmsState", state),
        reason=str(message.get("reason") or ""),
    )
