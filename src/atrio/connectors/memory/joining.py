"""What all systems in memory have in common: joining the state of a name, and answering at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from atrio.connectors.memory.state import state_of


class InMemory:
    """A connector to the system of a name in this process."""

    def __init__(
        self,
        *,
        base_url: str,
        secret: str = "",
        options: Mapping[str, Any] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Join the state of that name; `secret` and `transport` are taken for likeness only."""
        del secret, transport
        self._options = dict(options or {})
        self._state = state_of(base_url)
        self._begin()

    def _begin(self) -> None:
        """Make ready what this kind of system has from the start."""

    def probe(self) -> None:
        """Answer, unless told not to."""
        with self._state.operation("probe", self._options, ""):
            pass
