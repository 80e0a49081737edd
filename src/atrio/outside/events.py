"""What the outside systems tell the packages above."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConnectionRecovered:
    """A system that had been left alone, because it did not answer, answers again."""

    connection: str  # its code
