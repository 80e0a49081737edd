"""The one switch for a business unit's ERP, on the systems page."""

from __future__ import annotations

import pytest
from django.utils import timezone
from lxml import html

from atrio.onboarding.outages import count_unknown_in_erp
from atrio.outside.connections import open_erp
from atrio.outside.invented import invented_numbers
from atrio.outside.models import Connection
from atrio.seller.models import BusinessUnit
from tests.desk.conftest import apply_with, seated
from tests.onboarding.house import hire

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "erp-other"


@pytest.fixture
def other(unit):
    return Connection.objects.create(
        code=OTHER,
        port="erp",
        product="memory",
        base_url="memory:other",
        options={"articles": 3},
        created_at=timezone.now(),
    )


@pytest.fixture
def regina(unit):
    return seated(hire(unit, "regina@nordlicht.example", "regional_admin"))


def switch_on(visitor):
    """Return the form by which the unit's ERP is chosen, None if the page has none."""
    page = html.fromstring(visitor.get("/desk/systems/").content)
    return next((form for form in page.forms if "erp-of" in form.action), None)


def test_an_administrator_chooses_the_unit_s_erp(regina, other):
    form = switch_on(regina)
    assert form.fields["erp"] == "erp-br"
    answer = regina.post(form.action, {"erp": OTHER}, follow=True)

    assert "New customers of Nordlicht Supplies Brasil are made in erp-other now." in (
        answer.content.decode()
    )
    assert switch_on(regina).fields["erp"] == OTHER
    assert BusinessUnit.objects.get().former_erps == ["erp-br"]


def test_who_is_no_administrator_or_has_no_choice_sees_no_switch(carla, regina, unit):
    assert switch_on(regina) is None
    Connection.objects.create(
        code=OTHER, port="erp", product="memory", base_url="memory:o", created_at=timezone.now()
    )
    assert switch_on(carla) is None
    assert carla.post("/desk/systems/erp-of/nordlicht-br", {"erp": OTHER}).status_code == 404


def test_it_is_told_why_it_is_not_done_now(regina, other, unit):
    open_erp("erp-br").break_next("create_customer", "no_answer")
    apply_with(next(invented_numbers(start=43)))
    assert count_unknown_in_erp("nordlicht-br") == 1
    answer = regina.post(switch_on(regina).action, {"erp": OTHER}, follow=True)

    assert "nobody knows yet what became of it" in answer.content.decode()
    assert BusinessUnit.objects.get().erp == "erp-br"
