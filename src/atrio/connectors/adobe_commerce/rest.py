"""The REST API of Adobe Commerce: one way to ask, one meaning for each answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

import httpx

from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.http import HttpAnswer, OutsideHttp

Row: TypeAlias = dict[str, Any]
_FOUND_AT_MOST = 20
_PLACE = re.compile(r"%(\w+)")


class Rest:
    """One store's API, in the name of an integration whose access token is the secret."""

    def __init__(
        self,
        base_url: str,
        *,
        token: str,
        store: str,
        options: Mapping[str, Any],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = OutsideHttp(base_url, options=options, secrets=[token], transport=transport)
        self._headers = {"Authorization": f"Bearer {token}".strip(), "Accept": "application/json"}
        self._path = f"/rest/{quote(store, safe='')}/V1"

    def row(self, path: str) -> Row | None:
        """Return one object, None if there is none."""
        answer = self._send("GET", path)
        if answer.status == httpx.codes.NOT_FOUND:
            return None
        return _object(_good(answer))

    def rows(self, path: str, **equal: str) -> list[Row]:
        """Return the objects whose fields have these values, the oldest first."""
        criteria: dict[str, str | int] = {"searchCriteria[pageSize]": _FOUND_AT_MOST}
        for place, (field, value) in enumerate(equal.items()):
            one = f"searchCriteria[filter_groups][{place}][filters][0]"
            criteria |= {
                f"{one}[field]": field,
                f"{one}[value]": value,
                f"{one}[condition_type]": "eq",
            }
        found = _object(_good(self._send("GET", f"{path}?{urlencode(criteria)}"))).get("items")
        # Nothing is found as an empty list, or as none at all.
        rows = [_object(one) for one in found] if isinstance(found, list) else []
        return sorted(rows, key=lambda row: int(row.get("id") or 0))

    def write(self, method: str, path: str, body: Row) -> Any:
        """Send an object and return what came back."""
        return _good(self._send(method, path, body))

    def _send(self, method: str, path: str, body: Row | None = None) -> HttpAnswer:
        return self._http.send(method, f"{self._path}{path}", json=body, headers=self._headers)


def _good(answer: HttpAnswer) -> Any:
    """Return what an answer brings. Raises OutsideFailure where it refuses."""
    if answer.status == httpx.codes.OK:
        return answer.json()
    said = _said(answer)
    if answer.status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        # The same for an unknown token and for one that lacks a right: the text says which.
        raise OutsideFailure(f"The shop does not let us in: {said}", code="sign_in")
    if answer.status == httpx.codes.NOT_FOUND:
        raise OutsideFailure(f"The shop knows no such thing: {said}", code="not_found")
    raise OutsideFailure(f"The shop refuses ({answer.status}): {said}", code="invalid")


def _said(answer: HttpAnswer) -> str:
    """Return a refusal in words, with the values in their places."""
    try:
        body = answer.json()
    except OutsideBusy:
        return answer.text[:200]
    if not isinstance(body, dict):
        return answer.text[:200]
    more = body.get("errors")
    told = [body, *(one for one in (more if isinstance(more, list) else []) if _is_object(one))]
    return " ".join(filter(None, map(_sentence, told))) or answer.text[:200]


def _sentence(told: Mapping[str, Any]) -> str:
    values = told.get("parameters")
    # Named, or by their number.
    if isinstance(values, list):
        values = {str(place): value for place, value in enumerate(values, start=1)}
    known: Mapping[str, Any] = values if isinstance(values, dict) else {}
    return _PLACE.sub(lambda at: _plain(known.get(at[1], at[0])), str(told.get("message", "")))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _object(value: Any) -> Row:
    if not isinstance(value, dict):
        raise OutsideBusy("The answer is not an object")
    return value
