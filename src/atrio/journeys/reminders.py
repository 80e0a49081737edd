"""When a pack reminds customers of what they have begun, and when it gives them up.

[reminders]
after = ["P1D", "P3D", "P7D"]   # a letter each, so long after they were last heard of
expires_after = "P30D"          # then the application ends …
last_letter = "P3D"             # … and so long before that they are told when
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from atrio.engine.durations import Duration
from atrio.engine.problems import Problem, Unpublishable

SHORTEST = timedelta(hours=1)
REMINDER, LAST_LETTER = "reminder", "last_reminder"


@dataclass(frozen=True, slots=True)
class Reminders:
    """Counted from when the customer was last heard of. None of it: nobody is hurried or ended."""

    after: tuple[timedelta, ...] = ()
    expires_after: timedelta | None = None
    last_letter: timedelta | None = None

    @classmethod
    def parse(cls, about: Mapping[str, Any]) -> Reminders:
        """Read what `pack.toml` says below `reminders`. Raises Unpublishable."""
        problems: list[Problem] = []

        def length(place: str, text: str | None) -> timedelta | None:
            try:
                return _length(text) if text is not None else None
            except ValueError as error:
                problems.append(Problem("pack.toml", f"reminders.{place}", str(error)))
                return None

        after = [length("after", text) for text in about.get("after", ())]
        found = cls(
            after=tuple(each for each in after if each is not None),
            expires_after=length("expires_after", about.get("expires_after")),
            last_letter=length("last_letter", about.get("last_letter")),
        )
        if not problems:
            problems = [
                Problem("pack.toml", f"reminders.{place}", why) for place, why in found._faults()
            ]
        if problems:
            raise Unpublishable(problems)
        return found

    @property
    def moments(self) -> tuple[timedelta, ...]:
        """Return after how much silence something is to be done, in order."""
        moments = list(self.after)
        if self.expires_after is not None:
            if self.last_letter is not None:
                moments.append(self.expires_after - self.last_letter)
            moments.append(self.expires_after)
        return tuple(moments)

    def first_look(self, now: datetime) -> datetime | None:
        """Return when an application that begins now is looked at first, None for never."""
        return now + self.moments[0] if self.moments else None

    @property
    def notices(self) -> tuple[str, ...]:
        """Return the messages for which the pack must have words."""
        needed = [REMINDER] if self.after else []
        return (*needed, LAST_LETTER) if self.last_letter is not None else tuple(needed)

    def _faults(self) -> Iterator[tuple[str, str]]:
        if not _grows(self.after):
            yield "after", "each reminder comes later than the one before it"
        elif self.last_letter is not None and self.expires_after is None:
            yield "last_letter", "nothing expires: say after how long in expires_after"
        elif not _grows(self.moments):
            yield "expires_after", "the last letter and the end come after all reminders"


def _grows(moments: tuple[timedelta, ...]) -> bool:
    return all(before < after for before, after in pairwise((timedelta(0), *moments)))


def _length(text: str) -> timedelta:
    duration = Duration.parse(text)
    if duration.months:
        raise ValueError(f"{text}: months and years have no fixed length")
    if duration.rest < SHORTEST:
        raise ValueError(f"{text}: nobody is hurried before an hour has gone by")
    return duration.rest
