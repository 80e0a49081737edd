"""Send one event to one endpoint: signed, guarded, no further than a redirect."""

from __future__ import annotations

import time
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import httpx
from django.conf import settings

from atrio.integrators.webhooks.rules import signatures
from atrio.kernel.errors import OutsideError
from atrio.outside.public import PublicTransport
from atrio.outside.transport import deadline

SECONDS = 15.0
GONE = 410


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of an attempt: the status, or why there is none."""

    status: int
    error: str
    milliseconds: int

    @property
    def is_taken(self) -> bool:
        """Say whether it was taken; a redirect is followed nowhere and takes nothing."""
        return 200 <= self.status < 300


def send(*, url: str, event_id: str, body: str, secrets: Sequence[str], at: int) -> Sent:
    """Post an event; whatever happens is told, nothing is raised."""
    began, content = time.perf_counter(), body.encode()
    keys = [b64decode(secret.removeprefix("whsec_")) for secret in secrets]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Atrio",
        "webhook-id": event_id,
        "webhook-timestamp": str(at),
        "webhook-signature": signatures(keys, event_id=event_id, at=at, body=content),
    }
    status, error = 0, ""
    try:
        # What the receiver says besides its status is nobody's business: it is not read.
        with (
            deadline(SECONDS),
            _client().stream("POST", url, content=content, headers=headers) as (response),
        ):
            status = response.status_code
    except OutsideError as refused:
        error = str(refused)
    except (httpx.HTTPError, httpx.InvalidURL) as broken:
        error = f"{type(broken).__name__}: {broken}"
    return Sent(status, error[:200], round((time.perf_counter() - began) * 1000))


@cache
def _client() -> httpx.Client:
    return httpx.Client(
        transport=PublicTransport(allowed=settings.ATRIO_WEBHOOKS_TO),
        timeout=httpx.Timeout(SECONDS, connect=5.0),
        follow_redirects=False,
        trust_env=False,
    )
