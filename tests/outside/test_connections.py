"""From a row to a connector."""

from __future__ import annotations

import pytest

from atrio.connectors.memory import MemoryCrm, MemoryErp, MemoryRegistry
from atrio.connectors.tryton import TrytonErp
from atrio.kernel.errors import OutsideFailure
from atrio.outside import connections
from atrio.outside.connections import open_crm, open_erp, open_registry

SIGN_IN = {"database": "atrio", "user": "atrio"}


def failure_of(open_it, connection):
    with pytest.raises(OutsideFailure) as caught:
        open_it(connection)
    assert caught.value.code == "misconfigured"
    return str(caught.value)


def test_a_connection_is_opened_by_row_or_by_code(connect):
    erp, register = connect("erp"), connect("register", port="registry")
    crm = connect("crm", port="crm")

    assert isinstance(open_erp(erp), MemoryErp)
    assert isinstance(open_erp("erp"), MemoryErp)
    assert isinstance(open_registry(register), MemoryRegistry)
    assert isinstance(open_crm(crm), MemoryCrm)


def test_it_is_opened_once_and_anew_when_the_row_changes(connect):
    row = connect(product="tryton", base_url="http://erp.example", options=SIGN_IN)
    first = open_erp(row)
    assert open_erp("erp-br") is first

    row.options = {**row.options, "read_seconds": 5}
    assert open_erp(row) is not first


def test_the_secret_comes_from_the_settings_by_the_connections_code(connect, settings, monkeypatch):
    given = {}

    class Spy:
        def __init__(self, **arguments):
            given.update(arguments)

    monkeypatch.setattr(connections, "_connector", lambda _name: Spy)
    settings.ATRIO_SECRETS = {"erp-br": "hunter2", "other": "no"}
    open_erp(connect())

    assert given["secret"] == "hunter2"


def test_an_address_behind_the_fault_proxy_follows_the_proxy(connect, settings, monkeypatch):
    given = []

    class Spy:
        def __init__(self, **arguments):
            given.append(arguments["base_url"])

    monkeypatch.setattr(connections, "_connector", lambda _name: Spy)
    row = connect(base_url="faults:erp")
    for port in (8090, 9090):
        settings.ATRIO_FAULT_PROXY = f"http://127.0.0.1:{port}"
        open_erp(row)

    assert given == ["http://127.0.0.1:8090/erp", "http://127.0.0.1:9090/erp"]


def test_without_a_fault_proxy_such_an_address_is_refused(connect, settings):
    settings.ATRIO_FAULT_PROXY = ""

    assert "ATRIO_FAULT_PROXY" in failure_of(open_erp, connect(base_url="faults:erp"))


def test_what_cannot_be_opened_says_why(connect):
    assert "'nowhere'" in failure_of(open_erp, "nowhere")
    assert "no registry" in failure_of(open_registry, connect("erp"))
    assert "erp.abacus" in failure_of(open_erp, connect("abacus", product="abacus"))
    assert "'database'" in failure_of(
        open_erp, connect("t", product="tryton", base_url="http://erp.example")
    )


def test_every_connector_of_the_project_is_found_by_its_name():
    found = {
        name: connections._connector(name)
        for name in ("registry.brasilapi", "registry.memory", "erp.tryton", "erp.memory")
    }

    assert found["erp.tryton"] is TrytonErp
