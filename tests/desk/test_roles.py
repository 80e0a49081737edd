"""Who may come to the desk's pages stands in one table, which nothing goes around."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.checks import run_checks
from django.test import RequestFactory
from django.urls import path

import atrio.desk.urls
from atrio.desk.access import roles_at
from atrio.desk.roles import EVERYBODY, ROLES
from atrio.seller.models import Staff

PAGE = Path(__file__).parents[2] / "docs/roles.md"
NAMES = {
    "associate": "associate",
    "manager": "manager",
    "process_owner": "process owner",
    "regional_admin": "regional admin",
    "admin": "admin",
}


def test_every_address_has_its_row_and_every_view_asks_it():
    assert [error for error in run_checks() if error.id == "atrio.E001"] == []


def test_an_address_without_a_row_or_a_guard_keeps_the_house_from_starting(monkeypatch):
    forgotten = path("forgotten", lambda request: None, name="forgotten")
    monkeypatch.setattr(atrio.desk.urls, "urlpatterns", [forgotten])
    said = [error.msg for error in run_checks() if error.id == "atrio.E001"]

    assert "desk:forgotten stands in no row of desk/roles.py." in said
    assert any("desk:forgotten lets in whoever comes" in each for each in said)
    assert "desk:queue is a row of desk/roles.py, and no address." in said


def test_where_the_table_says_nothing_nobody_comes_in():
    assert roles_at(RequestFactory().get("/desk/")) == ()


def test_the_table_names_roles_that_there_are_and_each_page_somebody():
    assert set(EVERYBODY) == set(Staff.Role.values) == NAMES.keys()
    assert all(roles and set(roles) <= set(EVERYBODY) for roles in ROLES.values())


def test_the_page_of_roles_says_what_the_table_says():
    said = re.findall(r"^\| `([\w-]+)` \| (.*?) \|$", PAGE.read_text(), re.MULTILINE)

    assert dict(said) == {name: in_words(roles) for name, roles in ROLES.items()}


def in_words(roles):
    if set(roles) == set(EVERYBODY):
        return "everybody who works here"
    return ", ".join(NAMES[role] for role in EVERYBODY if role in roles)
