"""Salesforce's REST API: a token, requests with it, pages of rows, and refusals as our errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import quote, urlsplit

from atrio.kernel.errors import OutsideBusy, OutsideError, OutsideFailure
from atrio.outside.http import HttpAnswer, OutsideHttp

Row = Mapping[str, Any]

# A later try may work; what answers 429 or 5xx never comes as far as here.
_BUSY = {"REQUEST_LIMIT_EXCEEDED", "UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT"}
_GONE = {"NOT_FOUND", "ENTITY_IS_DELETED", "MALFORMED_ID", "INVALID_CROSS_REFERENCE_KEY"}
# The connection, its mapping of fields or the rights of its user are not as they must be.
_MISCONFIGURED = {
    "API_CURRENTLY_DISABLED", "API_DISABLED_FOR_ORG", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    "INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
    "INSUFFICIENT_ACCESS_OR_READONLY", "INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INVALID_TYPE", "MALFORMED_QUERY",
}  # fmt: skip
_PREFIXES = {"Account": "001", "Contact": "003", "AccountContactRelation": "07k"}


class RecordsMatch(OutsideFailure):
    """Salesforce holds that the record exists already, and as which; `ids` may be empty."""

    def __init__(self, message: str, ids: Sequence[str]) -> None:
        super().__init__(message, code="duplicate")
        self.ids = tuple(ids)


class PagesEnded(OutsideBusy):
    """Salesforce has forgotten where in a long answer we were; what was read so far holds."""


@dataclass(frozen=True, slots=True)
class _Session:
    token: str
    http: OutsideHttp


class SalesforceRest:
    """One org, as one connected app; asks for a token by itself, and again when it must."""

    def __init__(
        self,
        login: OutsideHttp,
        *,
        instances: Mapping[str, OutsideHttp],
        client_id: str,
        client_secret: str,
        version: str,
    ) -> None:
        """Prepare; the first request asks for a token at `login`.

        Requests go to the one of `instances` whose host the token comes with, else to `login`.
        """
        self._login = login
        self._instances = dict(instances)
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._data = f"/services/data/v{version}"
        self._session: _Session | None = None
        self._signing_in = Lock()

    def query(self, soql: str, *, page_size: int = 2000) -> Iterator[Row]:
        """Yield the rows of a query, asking for a page when the one before is used up.

        Raises PagesEnded between two pages.
        """
        path = f"{self._data}/query?q={quote(soql, safe='')}"
        headers = {"Sforce-Query-Options": f"batchSize={page_size}"}
        while path:
            page = self._read(path, headers)
            yield from page["records"]
            path = "" if page.get("done", True) else _path_of_next(page)

    def write(
        self,
        method: str,
        table: str,
        *key: str,
        values: Mapping[str, object],
        despite_duplicates: bool = False,
    ) -> None:
        """Create (POST) or change (PATCH) the record with this key.

        The key is an id, or the name of an external id and its value: then PATCH creates what is
        not there. Raises RecordsMatch, OutsideBusy or OutsideFailure in Salesforce's own words.
        """
        path = "/".join([f"{self._data}/sobjects", table, *map(_part, key)])
        allow = "true" if despite_duplicates else "false"
        rule = f"allowSave={allow}; includeRecordDetails=true; runAsCurrentUser=true"
        answer = self._send(method, path, dict(values), {"Sforce-Duplicate-Rule-Header": rule})
        if answer.status == 300:
            raise RecordsMatch(
                f"{table}: several records carry {' '.join(key)}: {answer.text[:500]}",
                _ids_in(answer.text, table),
            )
        if answer.status == 404 and len(key) > 1:
            raise OutsideFailure(
                f"{table} has no external id {key[0]}: {answer.text[:500]}", code="misconfigured"
            )
        if answer.status not in (200, 201, 204):
            raise _refusal(answer, table)
        if answer.status != 204:
            answer.json()  # noise instead of a result says nothing of what was done

    def _read(self, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
        answer = self._send("GET", path, None, headers)
        if answer.status != 200:
            raise _refusal(answer, "")
        page = answer.json()
        if not isinstance(page, dict) or not isinstance(page.get("records"), list):
            raise OutsideBusy("The answer is JSON but not Salesforce's to a query")
        return page

    def _send(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> HttpAnswer:
        session = self._signed_in()
        answer = _with_token(session, method, path, body, headers)
        if answer.status == 401:
            # Tokens end by age, and when an administrator ends them.
            self._forget(session)
            answer = _with_token(self._signed_in(), method, path, body, headers)
        return answer

    def _signed_in(self) -> _Session:
        """Return the session; one thread asks for a token, the others wait for it."""
        with self._signing_in:
            if self._session is None:
                self._session = self._sign_in()
            return self._session

    def _forget(self, session: _Session) -> None:
        with self._signing_in:
            if self._session is session:
                self._session = None

    def _sign_in(self) -> _Session:
        answer = self._login.send(
            "POST",
            "/services/oauth2/token",
            form={"grant_type": "client_credentials", **self._credentials},
            confidential=True,
        )
        if answer.status in (400, 401, 403):
            said = _oauth_words(answer)
            raise OutsideFailure(f"Salesforce does not let our app in{said}", code="sign_in")
        if answer.status != 200:
            raise OutsideFailure(
                f"There is no Salesforce to sign in to ({answer.status})", code="misconfigured"
            )
        said = answer.json()
        if not isinstance(said, dict) or not isinstance(said.get("access_token"), str):
            raise OutsideBusy("The answer is JSON but holds no token")
        host = urlsplit(str(said.get("instance_url", ""))).hostname or ""
        return _Session(said["access_token"], self._instances.get(host, self._login))


def _with_token(
    session: _Session, method: str, path: str, body: object, headers: Mapping[str, str]
) -> HttpAnswer:
    headers = {**headers, "Authorization": f"Bearer {session.token}"}
    return session.http.send(method, path, json=body, headers=headers)


def _part(text: str) -> str:
    """Return a text as one part of a path; a suffix such as ".com" would ask for a format."""
    return quote(text, safe="").replace(".", "%2E")


def _path_of_next(page: Mapping[str, Any]) -> str:
    path = page.get("nextRecordsUrl")
    if not isinstance(path, str) or not re.fullmatch(r"/services/data/[\w./-]+", path):
        raise OutsideBusy("The answer is not whole and does not say where it goes on")
    return path


def _oauth_words(answer: HttpAnswer) -> str:
    try:
        said = answer.json()
    except OutsideBusy:
        return ""
    return f": {said.get('error')}" if isinstance(said, dict) else ""


def _refusal(answer: HttpAnswer, table: str) -> OutsideError:
    """Return Salesforce's refusal as our error: the first of the list that it comes as."""
    if answer.status == 401:
        return OutsideFailure("Salesforce takes no token of our app's", code="sign_in")
    said = _errors(answer)
    if not said:
        return OutsideFailure(f"Salesforce answered {answer.status}", code="misconfigured")
    code = str(said[0].get("errorCode", ""))
    fields = said[0].get("fields")
    named = f" ({', '.join(map(str, fields))})" if isinstance(fields, list) and fields else ""
    message = f"{str(said[0].get('message', ''))[:500]}{named} [{code}]"
    if code in _BUSY:
        return OutsideBusy(message)
    if code == "INVALID_QUERY_LOCATOR":
        return PagesEnded(message)
    if code == "DUPLICATES_DETECTED":
        return RecordsMatch(message, _ids_matched(said[0], table))
    if code == "DUPLICATE_VALUE":
        return RecordsMatch(message, _ids_in(message, table))
    if code in _GONE:
        return OutsideFailure(message, code="not_found")
    is_ours_to_mend = code in _MISCONFIGURED or answer.status == 403
    return OutsideFailure(message, code="misconfigured" if is_ours_to_mend else "invalid")


def _errors(answer: HttpAnswer) -> list[dict[str, Any]]:
    try:
        said = answer.json()
    except OutsideBusy:
        return []
    errors = said if isinstance(said, list) else [said]
    return [error for error in errors if isinstance(error, dict) and "errorCode" in error]


def _ids_matched(error: Mapping[str, Any], table: str) -> list[str]:
    """Return the ids a duplicate rule has found; the documentation's sample misspells its name."""
    found = _records_in(error.get("duplicateResult") or error.get("duplicateResut"))
    # A rule may compare with other kinds of records, such as leads.
    return list(dict.fromkeys(identity for kind, identity in found if kind == table))


def _records_in(value: object) -> Iterator[tuple[str, str]]:
    """Yield kind and id of each record, however deep it lies."""
    if isinstance(value, list):
        for item in value:
            yield from _records_in(item)
    elif isinstance(value, dict):
        attributes = value.get("attributes")
        if isinstance(attributes, dict) and isinstance(value.get("Id"), str):
            yield str(attributes.get("type")), value["Id"]
        for item in value.values():
            yield from _records_in(item)


def _ids_in(text: str, table: str) -> list[str]:
    """Return the ids of a table's records in a text, whose words depend on our user's language."""
    prefix = _PREFIXES[table]
    return list(dict.fromkeys(re.findall(rf"\b{prefix}(?:\w{{15}}|\w{{12}})\b", text)))
