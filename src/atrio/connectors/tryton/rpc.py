"""Tryton's JSON-RPC: a session, calls within it, and Tryton's errors as ours."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from threading import Lock
from typing import Any

from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.http import HttpAnswer, OutsideHttp

# The text of an answer's Decimal, next to which Tryton puts the type's name.
_DECIMAL = "decimal"


@dataclass(frozen=True, slots=True)
class Session:
    """A session that the server has opened for our user, and what calls in it go by."""

    header: str
    company: int
    currency: int
    currency_code: str
    language: str

    def context(self, **more: object) -> dict[str, object]:
        """Return the context without which Tryton leaves everything of a company empty."""
        ours = {"company": self.company, "currency": self.currency, "language": self.language}
        return {**ours, **more}


class TrytonRpc:
    """Calls to one database of one server; signs in by itself and again when it must."""

    def __init__(self, http: OutsideHttp, *, database: str, user: str, password: str) -> None:
        """Prepare; the first call signs in."""
        self._http = http
        self._path = f"/{database}/rpc/"
        self._user = user
        self._password = password
        self._session: Session | None = None
        self._signing_in = Lock()

    def session(self) -> Session:
        """Return the session, signing in if there is none. One thread does, the others wait."""
        with self._signing_in:
            if self._session is None:
                self._session = self._sign_in()
            return self._session

    def call(self, method: str, *params: object, **context: object) -> Any:
        """Call a method of a model ("party.party.create") and return its result.

        Raises OutsideBusy, or OutsideFailure with Tryton's own words.
        """
        session = self.session()
        answer = self._send(session.header, method, *params, session.context(**context))
        if answer.status == 401:
            # The session has ended: sessions grow old, and a restored database knows none.
            self._forget(session)
            session = self.session()
            answer = self._send(session.header, method, *params, session.context(**context))
        return _result(answer)

    def search_read(
        self,
        model: str,
        domain: Sequence[object],
        fields: Sequence[str],
        *,
        limit: int | None = None,
        offset: int = 0,
        **context: object,
    ) -> list[dict[str, Any]]:
        """Return the fields of the records that the domain selects, oldest first."""
        found: list[dict[str, Any]] = self.call(
            f"{model}.search_read", domain, offset, limit, [["id", "ASC"]], fields, **context
        )
        return found

    def _sign_in(self) -> Session:
        parameters = [self._user, {"password": self._password}, "en"]
        answer = self._post("common.db.login", parameters, headers={}, confidential=True)
        if answer.status == 401:
            raise _sign_in_failure()
        user_id, token, _bus = _result(answer)
        name = f"{self._user}:{user_id}:{token}".encode()
        header = f"Session {b64encode(name).decode()}"
        only_context = True
        preferences = _result(self._send(header, "res.user.get_preferences", only_context, {}))
        company = preferences.get("company")
        if not company:
            raise OutsideFailure(f"Tryton's user {self._user!r} has no company", code="sign_in")
        fields = ["currency", "currency.code"]
        (row,) = _result(self._send(header, "company.company.read", [company], fields, {}))
        return Session(
            header=header,
            company=company,
            currency=row["currency"],
            currency_code=row["currency."]["code"],
            # Names of articles come in it, and so do refusals.
            language=preferences.get("language") or "en",
        )

    def _forget(self, session: Session) -> None:
        with self._signing_in:
            if self._session is session:
                self._session = None

    def _send(self, authorization: str, method: str, *params: object) -> HttpAnswer:
        return self._post(f"model.{method}", params, headers={"Authorization": authorization})

    def _post(
        self,
        method: str,
        params: Sequence[object],
        *,
        headers: Mapping[str, str],
        confidential: bool = False,
    ) -> HttpAnswer:
        body = {"id": 1, "method": method, "params": params}
        return self._http.send(
            "POST", self._path, json=body, headers=headers, confidential=confidential
        )


def as_decimal(value: Decimal) -> dict[str, str]:
    """Return a number as Tryton takes it inside JSON."""
    return {"__class__": "Decimal", _DECIMAL: str(value)}


def _result(answer: HttpAnswer) -> Any:
    if answer.status == 401:
        raise _sign_in_failure()
    if answer.status != 200:
        raise OutsideFailure(f"Tryton answered {answer.status}", code="misconfigured")
    body = answer.json()
    if not isinstance(body, dict) or not body.keys() & {"result", "error"}:
        raise OutsideBusy("The answer is JSON but not one of Tryton's")
    if "error" in body:
        raise _failure(body["error"])
    return _with_decimals(body["result"])


def _failure(error: Any) -> OutsideBusy | OutsideFailure:
    """Return Tryton's error as ours; it comes as [type, arguments] or as [text, ""]."""
    match error:
        case ["ConcurrencyException", *_]:
            return OutsideBusy("Someone else is changing the record in Tryton")
        case ["LoginException", *_]:
            return _sign_in_failure()
        case ["UserWarning", [name, message, *_]]:
            return OutsideFailure(f"{message} [{name}]", code="needs_confirmation")
        case ["UserError", [message, *_]]:
            return OutsideFailure(str(message), code="invalid")
    return OutsideFailure(f"Tryton failed: {json.dumps(error)[:500]}")


def _sign_in_failure() -> OutsideFailure:
    return OutsideFailure("Tryton does not let our user in", code="sign_in")


def _with_decimals(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_decimals(item) for item in value]
    if isinstance(value, dict):
        if value.get("__class__") == "Decimal":
            return Decimal(value[_DECIMAL])
        return {name: _with_decimals(item) for name, item in value.items()}
    return value
