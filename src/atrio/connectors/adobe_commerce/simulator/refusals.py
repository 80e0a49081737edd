"""How it says no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """A refusal: a text with places, and what belongs into them."""

    def __init__(
        self, status: int, message: str, parameters: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message}
        if parameters:
            self.body["parameters"] = dict(parameters)


def is_required(field: str) -> ApiError:
    """Return the refusal of an object that lacks a field."""
    said = '"%fieldName" is required. Enter and try again.'
    return ApiError(400, said, {"fieldName": field})
