"""HTTP to an outside system, with limits on time, size and place, and errors of one kind.

Every connector that speaks HTTP speaks through `OutsideHttp`, so that none forgets a limit:

    not connected                            OutsideBusy
    sent, then silence or a broken line      NoAnswer
    429, 5xx, what is not JSON, too large    OutsideBusy    (504 is NoAnswer)
    a redirect, a host not named             OutsideFailure (300 names choices and is no redirect)
    all other answers                        returned; the connector knows what they mean
"""

from __future__ import annotations

import json as json_
import weakref
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import httpx

from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideError, OutsideFailure
from atrio.outside.recording import HIDDEN, Exchange, note, outcome_of, redacted
from atrio.outside.transport import GuardedTransport, deadline

MOST_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer that arrived whole."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=httpx.Headers)  # in whatever case

    def json(self) -> Any:
        """Return the body as JSON; OutsideBusy if it is none."""
        try:
            return json_.loads(self.text)
        except ValueError as error:
            raise OutsideBusy(f"The answer ({self.status}) is not JSON") from error


class OutsideHttp:
    """One outside address; safe to use from many threads, and meant to be kept."""

    def __init__(
        self,
        base_url: str,
        *,
        options: Mapping[str, Any] | None = None,
        secrets: Iterable[str] = (),
        transport: httpx.BaseTransport | None = None,
        telling: Collection[str] = (),
    ) -> None:
        """Prepare to talk to `base_url`; nothing is sent yet.

        Options, all in seconds: `connect_seconds` (3), `read_seconds` (20: the longest silence),
        `total_seconds` (30: the whole call). `secrets` never appear in a record; headers of an
        answer that are `telling` stand in it before the body.
        """
        options = options or {}
        self._base_url = base_url.rstrip("/")
        self._total_seconds = float(options.get("total_seconds", 30))
        self._secrets = tuple(secrets)
        self._telling = tuple(telling)
        self._client = httpx.Client(
            transport=transport or GuardedTransport([urlsplit(base_url).hostname or ""]),
            timeout=httpx.Timeout(
                float(options.get("read_seconds", 20)),
                connect=float(options.get("connect_seconds", 3)),
            ),
            follow_redirects=False,
            trust_env=False,
        )
        # Nobody has to close a connector: its connections end with it, or with the process.
        weakref.finalize(self, self._client.close)

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        content: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        confidential: bool = False,
    ) -> HttpAnswer:
        """Send one request, with a body of JSON or of a form's fields, and return the answer.

        `content` is a body of any other kind: its type and its text. `confidential` keeps both
        bodies off record.
        """
        body = "" if json is None else json_.dumps(json, ensure_ascii=False)
        kind = "application/json"
        if form is not None:
            body, kind = urlencode(form), "application/x-www-form-urlencoded"
        if content is not None:
            kind, body = content
        sent_at = datetime.now(UTC)
        answer: HttpAnswer | None = None
        error: OutsideError | None = None
        try:
            with_kind = {"Content-Type": kind} if body else {}
            answer = self._exchange(method, path, body, {**(headers or {}), **with_kind})
            _refuse_unusable(answer)
        except OutsideError as caught:
            error = caught
            raise
        finally:
            said = HIDDEN if confidential and body else body
            heard = self._heard(answer) if answer else str(error or "")
            note(
                Exchange(
                    request=redacted(f"{method} {_legible(path)}\n{said}".strip(), self._secrets),
                    answer=HIDDEN if confidential and answer else redacted(heard, self._secrets),
                    status=answer.status if answer else None,
                    outcome=outcome_of(error),
                    sent_at=sent_at,
                    answered_at=datetime.now(UTC),
                )
            )
        return answer

    def _heard(self, answer: HttpAnswer) -> str:
        told = (name for name in self._telling if name in answer.headers)
        return "\n".join([*(f"{name}: {answer.headers[name]}" for name in told), answer.text])

    def _exchange(self, method: str, path: str, body: str, headers: dict[str, str]) -> HttpAnswer:
        try:
            with (
                deadline(self._total_seconds),
                self._client.stream(
                    method,
                    self._base_url + path,
                    content=body.encode(errors="replace") or None,
                    headers=headers,
                ) as response,
            ):
                return HttpAnswer(response.status_code, _read(response), response.headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise OutsideBusy(f"The system cannot be reached: {error}") from error
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL) as error:
            raise OutsideFailure(f"The connection's address is not usable: {error}") from error
        except httpx.TransportError as error:
            raise NoAnswer(
                f"The request was sent and no whole answer came back: {error}"
            ) from error
        except httpx.DecodingError as error:
            raise OutsideBusy("The answer's compression is broken") from error


def _legible(path: str) -> str:
    """Return an address as people read it and secrets are written, still on one line."""
    return " ".join(unquote(path).splitlines())


def _read(response: httpx.Response) -> str:
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise OutsideBusy(f"The answer is larger than {MOST_BYTES} bytes")
    return body.decode(errors="replace")


def _refuse_unusable(answer: HttpAnswer) -> None:
    if answer.status == httpx.codes.GATEWAY_TIMEOUT:
        raise NoAnswer("A gateway waited in vain for the system's answer")
    if answer.status == httpx.codes.TOO_MANY_REQUESTS or answer.status >= 500:
        raise OutsideBusy(f"The system answered {answer.status}")
    if httpx.codes.MULTIPLE_CHOICES < answer.status < 400:
        raise OutsideFailure(f"The system answered with a redirect ({answer.status})")
