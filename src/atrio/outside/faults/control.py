"""Turning the fault proxy's knobs from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from atrio.kernel.errors import OutsideFailure
from atrio.outside.faults.knobs import Knobs
from atrio.outside.http import OutsideHttp


@dataclass(frozen=True, slots=True)
class RouteState:
    """What the proxy knows of one route: `last` has its newest requests, oldest first."""

    name: str
    target: str
    knobs: Knobs
    requests: int
    last: tuple[Mapping[str, Any], ...]


class FaultProxy:
    """A running fault proxy. Every method raises OutsideBusy while it cannot be reached."""

    def __init__(
        self, url: str, token: str, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Prepare to talk to the proxy at `url`; `token` is the one it was started with."""
        options = {"connect_seconds": 1, "read_seconds": 3, "total_seconds": 3}
        self._http = OutsideHttp(url, options=options, secrets=[token], transport=transport)
        self._headers = {"Authorization": f"Bearer {token}"}

    def routes(self) -> list[RouteState]:
        """Return all routes, in the order the proxy was given them."""
        return [
            RouteState(
                name=name,
                target=route["target"],
                knobs=Knobs.from_json(route["knobs"]),
                requests=route["requests"],
                last=tuple(route["last"]),
            )
            for name, route in self._ask("GET", "/_faults/").items()
        ]

    def route(self, name: str) -> RouteState:
        """Return one route; OutsideFailure("not_found") if the proxy has none of that name."""
        for route in self.routes():
            if route.name == name:
                return route
        raise OutsideFailure(f"The fault proxy has no route {name!r}", code="not_found")

    def knobs(self, name: str) -> Knobs:
        """Return a route's knobs as they stand."""
        return self.route(name).knobs

    def set(self, name: str, **changes: object) -> Knobs:
        """Change some knobs of a route and return all; ValueError for a wrong name or value."""
        knobs = self.knobs(name).turned(**changes)
        return Knobs.from_json(self._ask("PUT", f"/_faults/{name}", knobs.to_json()))

    def reset(self, *names: str) -> None:
        """Let everything work again, on the named routes or on all."""
        for name in names or [route.name for route in self.routes()]:
            self._ask("PUT", f"/_faults/{name}", Knobs().to_json())

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self._http.send(method, path, json=body, headers=self._headers)
        if answer.status != 200:
            raise OutsideFailure(f"The fault proxy refused: {answer.text[:200]}")
        return answer.json()
