"""What stands in the way of publishing a file, told so that its author can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from atrio.kernel.errors import Refused


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One reason why a file is refused. `line` is 0 where the format has no lines to speak of."""

    file: str
    element: str  # the id of the BPMN element, the cell of the table; "" for the file as a whole
    reason: str
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return (
            f"{place}: {self.element}: {self.reason}" if self.element else f"{place}: {self.reason}"
        )


class Unpublishable(Refused):
    """The files must not be published; `problems` says why, one by one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))
