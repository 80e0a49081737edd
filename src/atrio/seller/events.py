"""What other packages may want to hear of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CalendarChanged:
    """A business unit works at other times than it did: what is due by them moves."""

    business_unit: str  # its code
