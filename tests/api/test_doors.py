"""Every operation of the API: which key opens it, and that none is forgotten."""

from __future__ import annotations

import pytest

from atrio.api.service import api
from atrio.integrators.rules import SCOPES
from tests.api.conftest import Program, program

pytestmark = pytest.mark.django_db

# Operation → the scope of the key that opens it. One that is missing here fails the test.
DOORS = {
    ("get", "/api/v1/journeys"): "journeys:read",
    ("get", "/api/v1/journeys/{journey}"): "journeys:read",
    ("get", "/api/v1/applications"): "applications:read",
    ("post", "/api/v1/applications"): "applications:write",
    ("get", "/api/v1/applications/{application_id}"): "applications:read",
    ("get", "/api/v1/applications/{application_id}/status"): "applications:read",
    ("get", "/api/v1/applications/{application_id}/steps"): "applications:read",
    ("get", "/api/v1/applications/{application_id}/steps/{step}"): "applications:read",
    ("post", "/api/v1/applications/{application_id}/steps/{step}"): "applications:write",
    ("post", "/api/v1/applications/{application_id}/steps/{step}/code"): "applications:write",
    ("post", "/api/v1/applications/{application_id}/withdrawal"): "applications:write",
    ("get", "/api/v1/accounts"): "accounts:read",
    ("get", "/api/v1/accounts/{account_id}"): "accounts:read",
    ("get", "/api/v1/webhooks"): "webhooks:write",
    ("post", "/api/v1/webhooks"): "webhooks:write",
    ("get", "/api/v1/webhooks/{endpoint_id}"): "webhooks:write",
    ("delete", "/api/v1/webhooks/{endpoint_id}"): "webhooks:write",
    ("get", "/api/v1/webhooks/{endpoint_id}/secrets"): "webhooks:write",
    ("post", "/api/v1/webhooks/{endpoint_id}/rotation"): "webhooks:write",
    ("post", "/api/v1/webhooks/{endpoint_id}/ping"): "webhooks:write",
    ("get", "/api/v1/webhooks/{endpoint_id}/deliveries"): "webhooks:write",
    ("post", "/api/v1/webhooks/deliveries/{delivery_id}/again"): "webhooks:write",
}
NOWHERE = "01a00000-0000-7000-8000-000000000000"


def described():
    return {
        (method, path): operation
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, operation in methods.items()
    }


def address_of(path):
    filled = path.removeprefix("/api/v1/").replace("{journey}", "nowhere")
    for name in ("application_id", "account_id", "endpoint_id", "delivery_id"):
        filled = filled.replace(f"{{{name}}}", NOWHERE)
    return filled.replace("{step}", "nowhere")


def knock(who, method, path):
    if method == "delete":
        return who.delete(f"/api/v1/{address_of(path)}")
    return who.read(address_of(path)) if method == "get" else who.send(address_of(path))


def test_every_operation_is_listed_here_and_described_with_its_door():
    assert described().keys() == DOORS.keys()
    for door, operation in described().items():
        assert operation["security"], door
        is_post = door[0] == "post"
        headers = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
        assert headers == ({"Idempotency-Key"} if is_post else set()), door


def test_a_key_with_every_other_scope_opens_no_door_that_is_not_its_own(admin):
    nobody = Program("atrio_of-nobody")
    for scope in SCOPES:
        lacking = program(admin, *[other for other in SCOPES if other != scope], name=scope)
        for (method, path), needed in DOORS.items():
            answer = knock(lacking, method, path)
            assert (answer.status_code == 403) is (needed == scope), (method, path, scope)
            assert knock(nobody, method, path).status_code == 401, (method, path)


def test_an_operation_takes_the_methods_that_are_described_and_no_other(rico):
    for path in {path for _method, path in DOORS}:
        taken = {method for method, known in DOORS if known == path}
        for method in {"get", "post", "put", "patch", "delete"} - taken:
            answer = getattr(rico, method)(f"/api/v1/{address_of(path)}")
            assert answer.status_code == 405, (method, path)
            assert set(answer["Allow"].lower().split(", ")) == taken, path


def test_the_description_names_nothing_outside(unit):
    answer = Program().read("openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"
    assert "http://" not in answer.content.decode()
    assert "https://" not in answer.content.decode()
