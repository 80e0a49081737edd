"""What SAP says, as ours: refusals as errors, and what it remarks on what it did."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atrio.kernel.errors import OutsideBusy, OutsideError, OutsideFailure
from atrio.outside.http import HttpAnswer

# Somebody has the object open; it clears by itself.
_LOCKED = {"MC/601", "BUPA_MAIN/003"}
# The gateway's own complaints: about our request, or a service that is not there.
_GATEWAYS = ("/IWFND/", "/IWBEP/", "005056A509B1")


@dataclass(frozen=True, slots=True)
class Remark:
    """A message about something that was done all the same."""

    code: str  # "<message class>/<number>"
    text: str
    severity: str  # "success", "info", "warning", "error"


class Changed(OutsideBusy):
    """Somebody has changed what was to be written since it was read."""


def refusal(answer: HttpAnswer) -> OutsideError:
    """Return the error that an answer without success is, in SAP's own words."""
    if answer.status == 401:
        return OutsideFailure("SAP does not let our user in", code="sign_in")
    error = _error_in(answer)
    code = str(error.get("code", ""))
    words = "; ".join(dict.fromkeys(filter(None, _words(error)))) or f"SAP answered {answer.status}"
    message = f"{words[:1000]} [{code}]" if code else words[:1000]
    if answer.status in (412, 428):
        return Changed(message)
    if answer.status == 423 or code in _LOCKED:
        return OutsideBusy(message)
    if answer.status == 404 and code.startswith("/IWBEP/"):
        return OutsideFailure(message, code="not_found")
    is_ours_to_mend = not error or answer.status != 400 or code.startswith(_GATEWAYS)
    return OutsideFailure(message, code="misconfigured" if is_ours_to_mend else "invalid")


def remarks_in(answer: HttpAnswer) -> list[Remark]:
    """Return what stands in the header `sap-message` of an answer, details included."""
    try:
        said = json.loads(answer.headers.get("sap-message", "{}"))
    except ValueError:
        return []
    if not isinstance(said, dict):
        return []
    details = said.get("details")
    messages = [said, *(details if isinstance(details, list) else [])]
    return [
        Remark(str(one["code"]), str(one.get("message", "")), str(one.get("severity", "")))
        for one in messages
        if isinstance(one, dict) and "code" in one
    ]


def _error_in(answer: HttpAnswer) -> Mapping[str, Any]:
    try:
        said = json.loads(answer.text)
    except ValueError:
        return {}
    error = said.get("error") if isinstance(said, dict) else None
    return error if isinstance(error, dict) else {}


def _words(error: Mapping[str, Any]) -> Iterator[str]:
    """Yield the message, and those of the details that say what exactly is wrong."""
    message = error.get("message")
    yield str(message.get("value", "")) if isinstance(message, dict) else str(message or "")
    inner = error.get("innererror")
    details = inner.get("errordetails") if isinstance(inner, dict) else None
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict) and detail.get("severity", "error") == "error":
            yield str(detail.get("message", ""))
