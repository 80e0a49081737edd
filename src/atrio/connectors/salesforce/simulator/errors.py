"""Refusals in Salesforce's shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class ApiError(Exception):
    """A refusal: HTTP status, Salesforce's code, its words, the fields at fault, what else."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        fields: Sequence[str] = (),
        **more: object,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: list[dict[str, Any]] = [
            {"message": message, "errorCode": code, "fields": list(fields), **more}
        ]


def no_such_column(table: str, name: str) -> ApiError:
    """Return the refusal of a field that the table does not have."""
    return ApiError(
        400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {table}", fields=[name]
    )
