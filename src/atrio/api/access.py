"""Who asks: a program with a key, as one actor, and what the database shows it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Header, Schema
from ninja.security import HttpBearer

from atrio.api.problems import Problem, as_answer, problem_of
from atrio.integrators.actions import let_in
from atrio.integrators.answers import Answer, answer_once
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.errors import NotAllowed, Refused
from atrio.onboarding.queries import get_application

# Every POST bears one: the answer to the first is the answer to all that are the same.
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[A-Za-z0-9._:-]+$",
        description="Names this request: sent again with the same key it is not done again.",
    ),
]


class IntegratorRequest(HttpRequest):
    """A request of a program."""

    auth: Actor


class Key(HttpBearer):
    """Let in whoever holds a key with the scope. Every operation names its own."""

    def __init__(self, scope: str) -> None:
        """Say what a key has to allow."""
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Return who holds the key; None if nobody does. Raises NotAllowed, TooManyRequests."""
        found = let_in(secret=token, now=timezone.now())
        if found is None:
            return None
        if not found.actor.has_role(self.scope):
            raise NotAllowed(
                _("This key does not allow that: it lacks %(scope)s.") % {"scope": self.scope}
            )
        return found.actor


@contextmanager
def inside(by: Actor, application_id: UUID) -> Iterator[Actor]:
    """Act on one application: looked up as the program, then shown as much as its applicant is.

    Raises NotFound.
    """
    with acting_as(by):
        get_application(by=by, application_id=application_id)
    mine = replace(by, application=application_id)
    with acting_as(mine):
        yield mine


Made = tuple[int, Schema]


def once(request: IntegratorRequest, name: str, work: Callable[[], Made]) -> HttpResponse:
    """Answer with what `work` brings, done once for an idempotency key; a refusal is kept, too."""
    asked = sha256(f"{request.method} {request.path}\n".encode() + request.body).digest()
    answer = answer_once(
        by=request.auth,
        name=name,
        asked=asked,
        now=timezone.now(),
        make=lambda: _answered(work),
    )
    response = as_answer(answer.status, answer.body)
    if answer.is_told_again:
        response["Idempotent-Replayed"] = "true"
    if answer.status == 201:
        response["Location"] = f"{request.path}/{json.loads(answer.body)['id']}"
    return response


def _answered(work: Callable[[], Made]) -> Answer:
    try:
        with transaction.atomic():
            status, made = work()
    except Refused as refused:
        found: Problem = problem_of(refused)
        return Answer(found.status, found.model_dump_json())
    return Answer(status, made.model_dump_json())


def reader() -> str:
    """Return the language that the program asks for by Accept-Language."""
    return get_language() or "en"
