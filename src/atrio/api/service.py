"""The one object in which all of the API meets: operations, errors, and its description."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from atrio.api import accounts, applications, journeys, webhooks
from atrio.api.problems import MEDIA_TYPE, FieldError, problem, problem_of, told
from atrio.kernel.errors import Refused

MOST_BYTES = 256 * 1024
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_DESCRIPTION = """
Become a customer, read and answer applications, and read accounts, as a program.

Send your key as `Authorization: Bearer atrio_…`. Texts come in the language of `Accept-Language`.
Every POST bears an `Idempotency-Key`; sent again within a day it is answered as it was.
Everything that goes wrong is told as problem+json (RFC 9457).
"""


class _Strict(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        """Read JSON that a database can keep: no halves of characters, no NUL, no infinity."""
        if len(request.body) > MOST_BYTES:
            raise ValueError("The body is too large")
        found = json.loads(request.body.decode(), parse_constant=_refuse)
        written = json.dumps(found, ensure_ascii=False)
        written.encode()
        if _NUL.search(written):
            raise ValueError("There is a NUL in the body")
        return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


class Api(NinjaAPI):
    """The API, described as it answers: problems have a media type of their own."""

    def get_openapi_schema(self, **_options: Any) -> OpenAPISchema:
        """Return the description; it is the same for everybody, and made once."""
        return self._described

    @cached_property
    def _described(self) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix="/api/v1/")
        for path in schema["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400:
                        response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
        return schema


api = Api(
    title="Atrio",
    version="1",
    description=_DESCRIPTION.strip(),
    urls_namespace="api",
    docs_url=None,
    parser=_Strict(),
)
api.add_router("/journeys", journeys.router)
api.add_router("/applications", applications.router)
api.add_router("/accounts", accounts.router)
api.add_router("/webhooks", webhooks.router)


@api.exception_handler(Refused)
def _refused(_request: HttpRequest, refused: Refused) -> HttpResponse:
    return told(problem_of(refused))


@api.exception_handler(AuthenticationError)
def _unknown_key(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return told(problem(401, "key", _("Send a valid key: Authorization: Bearer …")))


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        FieldError(field=".".join(map(str, one["loc"]))[:200], detail=str(one["msg"])[:300])
        for one in error.errors[:20]
    ]
    return told(problem(422, "request", _("The request is not as described."), errors))


@api.exception_handler(HttpError)
def _unreadable(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return told(problem(error.status_code, "unreadable", _("The body cannot be read as JSON.")))
