"""The errors that may cross a package boundary. All else is a bug.

Exception
├── Refused              we say no; the text may be shown to the person
│   ├── NotAllowed       this actor may not
│   └── NotFound         there is no such thing, or it is not theirs to see
└── OutsideError         a system we do not run did not do what we asked
    ├── OutsideBusy      a later try may work
    │   ├── NoAnswer     it was sent and nothing came back: it may have been done
    │   └── NotYet       it answered that it has not got there yet
    └── OutsideFailure   a later try will not help: a person must look
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Refused(Exception):
    """The request is understood and refused; `str(error)` may be shown to whoever asked."""

    def __init__(self, message: str | _StrPromise = "") -> None:
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class NotAllowed(Refused):
    """The actor may see the thing but not do this with it."""


class NotFound(Refused):
    """There is no such thing, or not for this actor: the two are told apart by nobody."""


class OutsideError(Exception):
    """An outside system did not do what was asked; `str(error)` is for staff, not customers."""


class OutsideBusy(OutsideError):
    """A later try may work: refused connection, 429, 5xx, garbage instead of an answer."""


class NoAnswer(OutsideBusy):
    """The request went out and no answer came back; it may have been carried out."""


class NotYet(OutsideBusy):
    """The system is well and has taken the matter on; its answer comes later."""


class OutsideFailure(OutsideError):
    """A later try will not help; `code` names the BPMN error that the process may catch."""

    def __init__(self, message: str, *, code: str = "failed") -> None:
        super().__init__(message)
        self.code = code
