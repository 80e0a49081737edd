"""Events that were sent to programs, as administrators see them, and sent again."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from atrio.integrators.actions import make_key
from atrio.integrators.models import Endpoint, EventDelivery
from tests.desk.conftest import branch
from tests.desk.seats import at_the_desk
from tests.onboarding.house import hire

pytestmark = pytest.mark.django_db

PAGE = "/desk/systems/webhooks/"


@pytest.fixture
def ada():
    return hire(branch("nordlicht-br"), "ada@nordlicht.example", "admin")


@pytest.fixture
def failed(ada):
    now = timezone.now()
    key, _secret = make_key(
        by=ada,
        name="Rico's shop",
        business_units=["nordlicht-br"],
        scopes=["webhooks:write"],
        now=now,
    )
    endpoint = Endpoint.objects.create(
        key=key, url="https://rico.example/<b>", events=["account.opened"], created_at=now
    )
    attempt = {"at": now.isoformat(), "status": 503, "error": "", "ms": 12}
    return EventDelivery.objects.create(
        endpoint=endpoint,
        event_id=uuid4(),
        type="account.opened",
        body="{}",
        status="failed",
        attempts=[attempt] * 10,
        round=10,
        created_at=now,
    )


def test_what_did_not_arrive_is_seen_and_sent_again(ada, failed):
    desk = at_the_desk(ada)
    page = desk.get(PAGE).content.decode()
    for word in ("account.opened", "Rico&#x27;s shop", "given up", "503", "&lt;b&gt;"):
        assert word in page
    answer = desk.post(f"{PAGE}{failed.pk}/again", follow=True).content.decode()
    assert "on its way again" in answer
    failed.refresh_from_db()
    assert (failed.status, failed.round) == ("queued", 0)


def test_nothing_of_another_units_programs_is_seen(failed):
    mallory = at_the_desk(hire(branch("elsewhere"), "mallory@elsewhere.example", "admin"))
    assert "rico.example" not in mallory.get(PAGE).content.decode()
    assert mallory.post(f"{PAGE}{failed.pk}/again").status_code == 404


def test_a_long_list_asks_no_more_than_a_short_one(ada, failed, django_assert_max_num_queries):
    EventDelivery.objects.bulk_create(
        EventDelivery(
            endpoint=failed.endpoint,
            event_id=uuid4(),
            type="ping",
            body="{}",
            created_at=timezone.now(),
        )
        for _ in range(20)
    )
    desk = at_the_desk(ada)
    with django_assert_max_num_queries(12):
        desk.get(PAGE)
