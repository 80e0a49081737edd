"""OData v2 as SAP's gateway speaks it: keys and filters, tokens against forgery, envelopes."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode

from atrio.connectors.sap.batch import Write, answers_in, composed
from atrio.connectors.sap.errors import Remark, refusal, remarks_in
from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.http import HttpAnswer, OutsideHttp

Row = Mapping[str, Any]

_ROOT = "/sap/opu/odata/sap"
_TOKEN = "x-csrf-token"  # noqa: S105 - the header's name
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a write: the row as SAP sends it back, if it does, and its remarks."""

    row: Row
    remarks: Sequence[Remark]


class Gateway:
    """The services of one system as one user; fetches tokens by itself, and again when it must.

    The session's cookies, without which no token counts, are kept by `OutsideHttp`.
    """

    def __init__(
        self, http: OutsideHttp, *, user: str, password: str, client: str = "", language: str = ""
    ) -> None:
        """Prepare; the first write to a service fetches its token. `client` is SAP's, "100"."""
        name = b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {name}",
            "Accept": "application/json",
            **({"sap-client": client} if client else {}),
            **({"Accept-Language": language.lower()} if language else {}),
        }
        self._http = http
        self._tokens: dict[str, str] = {}
        self._fetching = Lock()

    def rows(self, service: str, path: str, **query: str | int) -> list[Row]:
        """Return the rows of an entity set; the query's names go without their dollar."""
        found = self._read(service, path, query).get("results")
        if not isinstance(found, list):
            raise OutsideBusy("The answer is JSON but not OData's to a query")
        return found

    def row(self, service: str, path: str, **query: str | int) -> Row | None:
        """Return the row at a key, None if there is none."""
        try:
            return self._read(service, path, query)
        except OutsideFailure as error:
            if error.code != "not_found":
                raise
            return None

    def create(self, service: str, path: str, body: Mapping[str, Any]) -> Done:
        """Create a row, with all that hangs on it."""
        return _done(self._send(service, "POST", path, body=body))

    def change(self, service: str, path: str, body: Mapping[str, Any], *, etag: str = "") -> Done:
        """Change some fields of a row that is still as it was when it had this etag.

        Raises Changed if it is not.
        """
        return _done(self._send(service, "PATCH", path, body=body, headers=if_match(etag)))

    def batch(
        self, service: str, change_sets: Sequence[Sequence[Write]]
    ) -> list[list[Done] | Exception]:
        """Do several things in one request; return for each change set what came of it.

        A change set that was refused did nothing; its refusal stands in its place.
        """
        kind, text = composed(change_sets)
        answer = self._send(service, "POST", "$batch", content=(kind, text))
        if answer.status not in (200, 202):
            raise refusal(answer)
        outcomes = [_outcome(answers) for answers in answers_in(answer)]
        if len(outcomes) != len(change_sets):
            raise OutsideBusy("The answer to a batch is not whole")
        return outcomes

    def _read(self, service: str, path: str, query: Mapping[str, str | int]) -> Row:
        named = urlencode({f"${name}": value for name, value in query.items()}, quote_via=quote)
        answer = self._http.send(
            "GET", f"{_ROOT}/{service}/{path}{'?' if named else ''}{named}", headers=self._headers
        )
        if answer.status != 200:
            raise refusal(answer)
        return _unwrapped(answer)

    def _send(
        self,
        service: str,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        content: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        def send(token: str) -> HttpAnswer:
            return self._http.send(
                method,
                f"{_ROOT}/{service}/{path}",
                json=body,
                content=content,
                headers={**self._headers, **(headers or {}), _TOKEN: token},
            )

        token = self._token(service)
        answer = send(token)
        if answer.status == 403 and answer.headers.get(_TOKEN, "").lower() == "required":
            # Tokens end with their session, and a restarted system knows neither. Nothing was done.
            self._forget(service, token)
            answer = send(self._token(service))
        return answer

    def _token(self, service: str) -> str:
        """Return the service's token; one thread fetches it, the others wait."""
        with self._fetching:
            if service not in self._tokens:
                self._tokens[service] = self._fetch(service)
            return self._tokens[service]

    def _fetch(self, service: str) -> str:
        headers = {**self._headers, _TOKEN: "Fetch"}
        answer = self._http.send("HEAD", f"{_ROOT}/{service}/", headers=headers)
        if answer.status != 200:
            raise refusal(answer)
        token = answer.headers.get(_TOKEN, "")
        if not token:
            raise OutsideBusy("SAP sent no token to write with")
        return token

    def _forget(self, service: str, token: str) -> None:
        with self._fetching:
            if self._tokens.get(service) == token:
                del self._tokens[service]


def key(entity_set: str, **values: str) -> str:
    """Return the path to one row: `A_Customer('1000')`, `X(A='1',B='2')`."""
    if len(values) == 1:
        (inner,) = (_literal(value) for value in values.values())
    else:
        inner = ",".join(f"{name}={_literal(value)}" for name, value in values.items())
    return f"{entity_set}({quote(inner, safe=chr(39) + ',=')})"


def equals(name: str, values: Iterable[str]) -> str:
    """Return a filter for rows whose field is one of the values."""
    terms = [f"{name} eq {_literal(value)}" for value in values]
    return terms[0] if len(terms) == 1 else f"({' or '.join(terms)})"


def greater(name: str, value: str) -> str:
    """Return a filter for rows whose field comes behind the value."""
    return f"{name} gt {_literal(value)}"


def etag_of(row: Row) -> str:
    """Return the etag that came with a row, "" if none did."""
    return str((row.get("__metadata") or {}).get("etag", ""))


def if_match(etag: str) -> dict[str, str]:
    """Return the header without which SAP changes nothing."""
    return {"If-Match": etag or "*"}


def related(row: Row, name: str) -> list[Row]:
    """Return the rows an expanded navigation leads to; none if it was not expanded."""
    found = row.get(name)
    results = found.get("results") if isinstance(found, dict) else None
    return results if isinstance(results, list) else []


def date_of(value: object) -> datetime | None:
    """Return the moment in "/Date(1700000000000+0000)/", None for what is none."""
    told = re.fullmatch(r"/Date\((-?\d+)(?:[+-]\d+)?\)/", str(value))
    if told is None:
        return None
    # Milliseconds of 9999 are not what fromtimestamp takes on every machine.
    seconds = min(int(told[1]) // 1000, int((FOREVER - _EPOCH).total_seconds()))
    return datetime.fromtimestamp(seconds, tz=UTC)


def as_date(moment: datetime) -> str:
    """Return a moment as OData v2 writes it."""
    return f"/Date({int((moment - _EPOCH).total_seconds() * 1000)})/"


def _literal(value: str) -> str:
    return f"'{value.replace(chr(39), chr(39) * 2)}'"


def _outcome(answers: Sequence[HttpAnswer]) -> list[Done] | Exception:
    refused = [answer for answer in answers if answer.status >= 400]
    return refusal(refused[0]) if refused else [_done(answer) for answer in answers]


def _done(answer: HttpAnswer) -> Done:
    if answer.status not in (200, 201, 204):
        raise refusal(answer)
    row = _unwrapped(answer) if answer.status != 204 else {}
    return Done(row, remarks_in(answer))


def _unwrapped(answer: HttpAnswer) -> Row:
    said = answer.json()
    inner = said.get("d") if isinstance(said, dict) else None
    if not isinstance(inner, dict):
        raise OutsideBusy("The answer is JSON but not OData's")
    return inner
