"""Events reach those who want to hear of them: signed, tried again, and nobody else's network."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from atrio.integrators.jobs import deliver
from atrio.integrators.models import Endpoint, EventDelivery
from atrio.integrators.webhooks.rules import WAITS
from atrio.kernel.actors import Actor
from atrio.kernel.queue import run_pending
from tests.api.receiver import verified
from tests.parties.customers import seen_by

pytestmark = pytest.mark.django_db


def secrets(rico, endpoint):
    return rico.read(f"{endpoint}/secrets").json()["secrets"]


def test_whoever_wants_to_hear_is_told_on_the_way_to_the_account(rico, receiver, endpoint):
    address = rico.come_to("check_and_submit")
    rico.pass_by(address, "check_and_submit")
    run_pending()
    told = [verified(one, secrets(rico, endpoint)) for one in receiver.heard]
    kinds = [one["type"] for one in told]
    assert kinds.count("application.waiting") == 5
    assert set(kinds) == {
        "application.waiting",
        "application.submitted",
        "account.opened",
        "application.approved",
    }
    last = next(one for one in told if one["type"] == "application.approved")
    assert last["data"]["application"] == address.partition("/")[2]
    assert last["data"]["account"] == rico.read(address).json()["account"]
    for one in receiver.heard:
        assert len(one.body) < 20_000
        assert b"ventorim" not in one.body  # ids and states: the rest is asked for


def test_a_signature_is_no_longer_right_when_anything_is_changed(rico, receiver, endpoint):
    rico.send(f"{endpoint}/ping")
    run_pending()
    (heard,) = receiver.heard
    known = secrets(rico, endpoint)
    assert verified(heard, known)["type"] == "ping"
    for name, changed in (
        ("body", heard.body + b" "),
        ("id", "msg_another"),
        ("at", str(int(heard.at) + 1)),
    ):
        with pytest.raises(ValueError, match="signature"):
            verified(heard._replace(**{name: changed}), known)
    with pytest.raises(ValueError, match="old"):
        verified(heard, known, now=int(heard.at) + 301)


def test_after_a_rotation_both_secrets_sign_for_a_day(rico, receiver, endpoint):
    (before,) = secrets(rico, endpoint)
    rico.send(f"{endpoint}/rotation")
    after = secrets(rico, endpoint)
    assert len(after) == 2
    assert after[1] == before
    rico.send(f"{endpoint}/ping")
    run_pending()
    for secret in after:
        assert verified(receiver.heard[0], [secret])
    Endpoint.objects.update(rotated_at=timezone.now() - timedelta(days=1))
    assert secrets(rico, endpoint) == after[:1]


def test_no_secret_stands_in_the_database(rico, endpoint):
    (secret,) = secrets(rico, endpoint)
    with connection.cursor() as cursor:
        cursor.execute(
            "select string_agg(t::text, '') from (select row(e.*)::text from integrators_endpoint e"
            " union all select row(k.*)::text from integrators_keptanswer k) as t"
        )
        assert secret not in cursor.fetchone()[0]


@pytest.mark.parametrize("status", [302, 400, 429, 500])
def test_what_was_not_taken_is_tried_again_and_then_given_up(rico, receiver, endpoint, status):
    receiver.answers = status
    rico.send(f"{endpoint}/ping")
    # Not by the queue, which on a busy machine comes to the second try as well.
    deliver(EventDelivery.objects.get().pk)
    delivery = EventDelivery.objects.get()
    waits = []
    while delivery.next_try_at is not None:
        waits.append(delivery.next_try_at - datetime.fromisoformat(delivery.attempts[-1]["at"]))
        EventDelivery.objects.update(next_try_at=timezone.now())
        deliver(delivery.pk)
        delivery.refresh_from_db()
    assert tuple(waits) == WAITS
    assert (delivery.status, len(delivery.attempts)) == ("failed", 10)
    assert {one["status"] for one in delivery.attempts} == {status}
    assert len({one.id for one in receiver.heard}) == 1
    assert {one.path for one in receiver.heard} == {"/hook"}  # no redirect was followed


def test_one_that_is_gone_hears_nothing_more_until_it_is_sent_again(rico, receiver, endpoint):
    receiver.answers = 410
    rico.send(f"{endpoint}/ping")
    run_pending()
    assert rico.read(endpoint).json()["stopped"] == "gone"
    rico.begin()
    run_pending()
    assert len(receiver.heard) == 1
    receiver.answers = 204
    (delivery,) = rico.read(f"{endpoint}/deliveries").json()["items"]
    assert delivery["status"] == "failed"
    assert rico.send(f"webhooks/deliveries/{delivery['id']}/again").status_code == 202
    run_pending()
    (delivery,) = rico.read(f"{endpoint}/deliveries").json()["items"]
    assert [one["status"] for one in delivery["attempts"]] == [410, 204]
    assert (delivery["status"], rico.read(endpoint).json()["stopped"]) == ("delivered", "")


def test_a_removed_endpoint_hears_nothing(rico, receiver, endpoint):
    assert rico.delete(f"/api/v1/{endpoint}").status_code == 204
    assert rico.read(endpoint).status_code == 404
    rico.begin()
    run_pending()
    assert receiver.heard == []


def test_an_event_is_delivered_once_however_often_its_job_runs(rico, receiver, endpoint):
    rico.send(f"{endpoint}/ping")
    run_pending()
    deliver(EventDelivery.objects.get().pk)
    assert len(receiver.heard) == 1


def test_nobody_elses_endpoint_is_there(rico, mallory, endpoint):
    for address in (endpoint, f"{endpoint}/secrets", f"{endpoint}/deliveries"):
        assert mallory.read(address).status_code == 404, address
    rico.send(f"{endpoint}/ping")
    delivery = EventDelivery.objects.get()
    for address in (
        f"{endpoint}/ping",
        f"{endpoint}/rotation",
        f"webhooks/deliveries/{delivery.pk}/again",
    ):
        assert mallory.send(address).status_code == 404, address
    assert mallory.delete(f"/api/v1/{endpoint}").status_code == 404
    assert mallory.read("webhooks").json()["items"] == []
    ours = Actor(kind="integrator", id=str(Endpoint.objects.get().key_id))
    other = Actor(kind="integrator", id="01a00000-0000-7000-8000-000000000000")
    for by, seen in ((ours, 1), (other, 0)):
        with seen_by(by):
            assert EventDelivery.objects.count() == seen


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "ftp://example.com",
        "https://",
        "https://user@example.com/",
        "https://exämple.com/",
        "https://example.com:99999/",
        "https://[::1/",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_no_safe_address_is_refused_at_once(rico, url):
    answer = rico.send("webhooks", {"url": url, "events": ["account.opened"]})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:atrio:problem:no-address")


def test_an_event_says_what_was_when_it_happened(rico, receiver, endpoint):
    rico.begin()
    run_pending()
    (heard,) = receiver.heard
    told = json.loads(heard.body)
    assert told["type"] == "application.waiting"
    assert datetime.fromisoformat(told["timestamp"]) <= datetime.now(UTC)
