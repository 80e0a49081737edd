"""Who may come to the desk: every address, every kind of stranger."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from atrio.desk.urls import urlpatterns
from atrio.enrolment.models import ImportRun
from atrio.identity.models import User
from atrio.notices.models import Message
from atrio.onboarding.models import Call, RepairItem, RepairRun
from atrio.parties.models import Merge, Pair
from atrio.seller.models import Staff

pytestmark = pytest.mark.django_db(transaction=True)

POSTED = {
    "api-key-revoke",
    "webhook-again",
    "claim",
    "give-back",
    "hand-over",
    "take-next",
    "decide",
    "help-write",
    "fill-code",
    "help-call",
    "colleague-back",
    "colleague-remind",
    "retry",
    "repair",
    "turn",
    "ask",
    "ask-mail",
    "send-again",
    "calendar-week",
    "calendar-day",
    "calendar-forget",
    "merge-do",
    "merge-dismiss",
    "merge-reopen",
    "merge-undo",
    "import-start",
    "choose-erp",
    "choose-shop",
    "shop-again",
    "second-factor",
    "shop-open",
    "shop-close",
    "sign-on-open",
}
# For administrators, who keep them; Carla is none.
KEPT = {
    "api-keys",
    "webhooks",
    "doors",
    "sign-on",
    "sign-on-one",
    "calendars",
    "calendar",
    "letterheads",
    "letterhead",
    "letterhead-html",
    "choose-erp",
    "choose-shop",
}
# These show what is the visitor's own, so a stranger from another unit sees an empty page.
WITHOUT_IDS = {
    "api-keys",
    "webhooks",
    "queue",
    "take-next",
    "drafts",
    "new",
    "promises",
    "calendars",
    "doors",
    "sign-on",
    "shop-open",
    "letterheads",
    "merge",
    "imports",
    "journeys",
    "systems",
    "ask",
    "ask-mail",
    # Nothing of the strangers' own waits for this: they are led back.
    "failures",
    "repair",
    "notices",
    "outbox",
    "turn",
}


@pytest.fixture
def addresses(referred, settings):
    settings.ATRIO_DEMO = True
    message = Message.objects.filter(application_id=referred.pk).latest("id")
    Message.objects.filter(pk=message.pk).update(html="<p>Hello</p>")
    known = {
        "application_id": referred.pk,
        "step": "review",
        "call_id": Call.objects.filter(application=referred).latest("id").pk,
        "message_id": message.pk,
        "route": "erp",
        "code": "erp-br",
        "pack": "company_br",
        "name": "welcome",
        "unit": "nordlicht-br",
        "shop_id": "no-such-shop",
        "key": "0123456789abcdef0123",
        **of_the_base(),
        "row_id": UUID(int=5),
        "key_id": UUID(int=6),
        "delivery_id": UUID(int=7),
        "provider_id": UUID(int=8),
    }
    answered = {
        "correct": {"step": "confirm_company"},
        "colleague": {"step": "confirm_company"},
        "fill-step": {"step": "give_contact"},
    }
    return {
        pattern.name: reverse(
            f"desk:{pattern.name}",
            kwargs={
                name: (known | answered.get(pattern.name, {}))[name]
                for name in pattern.pattern.converters
            },
        )
        for pattern in urlpatterns
    }


def of_the_base():
    """Return the ids of an import, a repair, two customers who may be one, and two who were."""
    now, unit = timezone.now(), "nordlicht-br"
    run = ImportRun.objects.create(
        business_unit=unit, status=ImportRun.Status.DONE, started_at=now, moved_at=now
    )
    pair = Pair.objects.create(
        kind="contact",
        one_id=UUID(int=1),
        other_id=UUID(int=2),
        business_unit=unit,
        score=0.5,
        verdict="maybe",
    )
    merge = Merge.objects.create(
        kind="account",
        business_unit=unit,
        kept_id=UUID(int=3),
        dropped_id=UUID(int=4),
        merged_at=now,
        undo_until=now + timedelta(days=1),
    )
    tried = RepairRun.objects.create(
        id=run.pk,
        call="erp.create_customer",
        error_code="invalid",
        by_id=UUID(int=5),
        by_label="Carla",
        started_at=now,
    )
    call = Call.objects.latest("id")
    RepairItem.objects.create(run=tried, application=call.application, call=call)
    return {"run_id": run.pk, "pair_id": pair.pk, "merge_id": merge.pk}


def ask(client, name, address):
    return client.post(address) if name in POSTED else client.get(address)


def test_nobody_comes_in_without_signing_in(addresses):
    for name, address in addresses.items():
        response = ask(Client(), name, address)
        assert (response.status_code, response.url) == (302, f"/sign-in/?next={address}"), name


def test_for_a_customer_there_is_no_desk(alice, addresses):
    for name, address in addresses.items():
        assert ask(alice, name, address).status_code == 404, name


def test_for_mallory_there_is_nothing_of_ours(mallory, addresses, referred):
    for name, address in addresses.items():
        response = ask(mallory, name, address)
        if name in WITHOUT_IDS:
            assert referred.reference not in response.content.decode(), name
            assert referred.title not in response.content.decode(), name
        else:
            assert response.status_code == 404, name


def test_mallory_cannot_tell_ours_from_nothing(mallory, referred):
    ours = mallory.get(f"/desk/applications/{referred.pk}/").content.decode()
    nothing = mallory.get(f"/desk/applications/{uuid4()}/").content.decode()
    assert without_ids(ours) == without_ids(nothing)


def without_ids(page):
    """Leave out what differs between any two requests: tokens and the address itself."""
    return [line for line in page.splitlines() if "csrf" not in line and "applications" not in line]


def test_what_is_changed_is_changed_by_post_alone(carla, addresses):
    for name in POSTED:
        assert carla.get(addresses[name]).status_code == 405, name
    also_posted_to = {
        "api-keys",
        "colleague",
        "sign-on-one",
        "correct",
        "fill-step",
        "letterhead",
        "new",
        "withdraw",
    }
    for name in addresses.keys() - POSTED - also_posted_to:
        assert carla.post(addresses[name]).status_code == 405, name


def test_a_change_needs_the_token_of_the_form(carla, addresses):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = carla.cookies
    for name in POSTED:
        assert strict.post(addresses[name]).status_code == 403, name


def test_the_next_request_after_a_role_is_revoked_is_refused(carla, addresses):
    assert carla.get("/desk/").status_code == 200
    Staff.objects.all().delete()
    assert carla.get("/desk/").status_code == 404


def test_the_next_request_after_a_user_is_disabled_is_refused(carla, addresses):
    User.objects.filter(email__startswith="carla").update(is_active=False)
    assert carla.get("/desk/").status_code == 302


def test_no_cache_keeps_what_the_desk_shows(carla, addresses):
    for name in addresses.keys() - POSTED - KEPT:
        assert "no-store" in carla.get(addresses[name])["Cache-Control"], name
