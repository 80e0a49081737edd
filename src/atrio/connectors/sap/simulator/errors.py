"""Refusals and remarks in SAP's shape."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Remark:
    """A message that does not stop anything."""

    code: str
    text: str
    severity: str = "warning"


class ApiError(Exception):
    """A refusal: HTTP status, message class and number, SAP's words, the field at fault."""

    def __init__(self, status: int, code: str, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.status = status
        detail = {
            "code": code,
            "message": message,
            "propertyref": field,
            "severity": "error",
            "transition": False,
            "target": field,
        }
        self.body: Mapping[str, Any] = {
            "error": {
                "code": code,
                "message": {"lang": "en", "value": message},
                "innererror": {
                    "application": {
                        "component_id": "LO-MD-BP",
                        "service_namespace": "/SAP/",
                        "service_id": "SIMULATOR",
                        "service_version": "0001",
                    },
                    "transactionid": "0" * 32,
                    "timestamp": "",
                    "Error_Resolution": {"SAP_Transaction": "", "SAP_Note": ""},
                    "errordetails": [detail],
                },
            }
        }


def no_segment(name: str) -> ApiError:
    """Return the refusal of an entity set that there is not."""
    message = f"Resource not found for segment '{name}'."
    return ApiError(404, "005056A509B11EE1B9A8FEC11C23378E", message)


def no_property(table: str, name: str) -> ApiError:
    """Return the refusal of a field that the entity set does not have."""
    message = f"Property {name} not found in type {table}Type"
    return ApiError(400, "005056A509B11EE1B9A8FEC11C21578E", message, field=name)


def no_row(table: str) -> ApiError:
    """Return the refusal of a key that no row has."""
    message = f"Resource not found for the Key of {table}"
    return ApiError(404, "/IWBEP/CM_MGW_RT/020", message)


def not_in_table(value: str, table: str, field: str) -> ApiError:
    """Return the refusal of a code that customizing does not know."""
    message = f"Entry {value} does not exist in {table} (check entry)"
    return ApiError(400, "00/058", message, field=field)


def remarks_header(remarks: Sequence[Remark]) -> dict[str, str]:
    """Return the header in which remarks come: the first, and the others as its details."""
    if not remarks:
        return {}
    first, *others = [
        {"code": one.code, "message": one.text, "severity": one.severity, "target": ""}
        for one in remarks
    ]
    return {"sap-message": json.dumps({**first, "details": others})}
