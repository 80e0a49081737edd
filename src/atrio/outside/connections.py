"""Opening connections: from a row to a connector that is ready to be asked.

A connector is opened once per process and kept, with its pool of network connections and its
session; a row that was changed opens anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points
from threading import Lock
from typing import Any, cast

from django.conf import settings

from atrio.kernel.errors import OutsideFailure
from atrio.outside.models import Connection
from atrio.outside.ports import Answering, Crm, Erp, Registry, Shop, Sms

# An address of this form stands behind the fault proxy, wherever that listens today.
THROUGH_FAULTS = "faults:"

_opened: dict[str, tuple[str, object]] = {}  # by code: what the row said then, the connector
_opening = Lock()


# Read for every call: as a query set, compiling it would cost more than asking.
_ROW = "select * from outside_connection where code = %s"


def connection_row(code: str) -> Connection:
    """Return the connection with this code; OutsideFailure("misconfigured") if there is none."""
    found = next(iter(Connection.objects.raw(_ROW, [code])), None)
    if found is None:
        raise OutsideFailure(f"There is no connection {code!r}", code="misconfigured")
    return found


def open_erp(connection: Connection | str) -> Erp:
    """Return the ERP of a connection, given the row or its code."""
    return cast("Erp", _open(connection, port=Connection.Port.ERP))


def open_registry(connection: Connection | str) -> Registry:
    """Return the company register of a connection, given the row or its code."""
    return cast("Registry", _open(connection, port=Connection.Port.REGISTRY))


def open_crm(connection: Connection | str) -> Crm:
    """Return the CRM of a connection, given the row or its code."""
    return cast("Crm", _open(connection, port=Connection.Port.CRM))


def open_sms(connection: Connection | str) -> Sms:
    """Return the gateway for text messages of a connection, given the row or its code."""
    return cast("Sms", _open(connection, port=Connection.Port.SMS))


def open_shop(connection: Connection | str) -> Shop:
    """Return the outside shop of a connection, given the row or its code."""
    return cast("Shop", _open(connection, port=Connection.Port.SHOP))


def opened(connection: Connection) -> Answering:
    """Return the connector of a connection, whatever its port is."""
    return cast("Answering", _open(connection, port=connection.port))


def _open(connection: Connection | str, *, port: str) -> object:
    row = connection if isinstance(connection, Connection) else connection_row(connection)
    if row.port != port:
        raise OutsideFailure(f"Connection {row} is no {port}", code="misconfigured")
    make = _connector(f"{row.port}.{row.product}")
    arguments = {
        "base_url": _address(row),
        "secret": settings.ATRIO_SECRETS.get(row.code, ""),
        "options": row.options,
    }
    said = json.dumps([row.port, row.product, arguments], sort_keys=True)
    with _opening:
        opened_for, connector = _opened.get(row.code, ("", None))
        if opened_for != said:
            try:
                connector = make(**arguments)
            except (KeyError, ValueError) as error:
                raise OutsideFailure(
                    f"Connection {row} lacks or misspells an option: {error}", code="misconfigured"
                ) from error
            _opened[row.code] = (said, connector)
        return connector


def _address(row: Connection) -> str:
    if not row.base_url.startswith(THROUGH_FAULTS):
        return row.base_url
    if not settings.ATRIO_FAULT_PROXY:
        raise OutsideFailure(f"Connection {row} needs ATRIO_FAULT_PROXY", code="misconfigured")
    return f"{settings.ATRIO_FAULT_PROXY}/{row.base_url.removeprefix(THROUGH_FAULTS)}"


@cache
def _connector(name: str) -> Callable[..., Any]:
    for entry in entry_points(group="atrio.connectors", name=name):
        return cast("Callable[..., Any]", entry.load())
    raise OutsideFailure(f"No connector {name} is installed", code="misconfigured")
