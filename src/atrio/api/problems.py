"""What goes wrong, as programs read it: problem+json (RFC 9457), and which status it has."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema

from atrio.api.cursors import NoCursor
from atrio.integrators.actions import TooManyRequests
from atrio.integrators.answers import KeyOfAnother
from atrio.kernel.errors import NotAllowed, NotFound, Refused

MEDIA_TYPE: Final = "application/problem+json"
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_STATUS: tuple[tuple[type[Refused], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (TooManyRequests, 429),
    (KeyOfAnother, 422),
    (NoCursor, 422),
    (Refused, 409),
)


class FieldError(Schema):
    """What is wrong at one place of the request."""

    field: str
    detail: str


class Problem(Schema):
    """Why a request was not done. `type` is for programs, the rest for people."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


# What an operation may be answered besides what it is for: reading, one thing, a change of it.
REFUSALS: dict[int, type[Problem]] = dict.fromkeys((400, 401, 403, 422, 429), Problem)
FOUND = REFUSALS | {404: Problem}
CHANGES = FOUND | {409: Problem}


def problem(status: int, name: str, detail: str, errors: list[FieldError] | None = None) -> Problem:
    """Return a problem; its type is `urn:atrio:problem:<name>`."""
    return Problem(
        type=f"urn:atrio:problem:{name}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=errors or [],
    )


def problem_of(refused: Refused) -> Problem:
    """Return what a refusal is told as; its class gives the name: "step-not-open"."""
    status = next(code for kind, code in _STATUS if isinstance(refused, kind))
    name = _WORDS.sub("-", type(refused).__name__).lower()
    return problem(status, name, str(refused))


def wrong_answers(errors: dict[str, str]) -> Problem:
    """Return what answers that could not be taken are told as, field by field."""
    return problem(
        422,
        "answers",
        _("Some answers could not be taken."),
        [FieldError(field=name, detail=text) for name, text in errors.items()],
    )


def told(found: Problem) -> HttpResponse:
    """Return the answer that tells a problem."""
    return as_answer(found.status, found.model_dump_json())


def as_answer(status: int, body: str) -> HttpResponse:
    """Return an answer of either kind: below 400 the body is what was asked for."""
    kind = MEDIA_TYPE if status >= 400 else "application/json"
    response = HttpResponse(body, status=status, content_type=kind)
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="atrio"'
    if status == 429:
        response["Retry-After"] = "60"
    return response
