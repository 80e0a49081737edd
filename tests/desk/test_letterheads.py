"""The page on which a unit's letterhead and quiet hours are changed, with a letter beside it."""

from __future__ import annotations

from datetime import time

import pytest
from lxml import html

from atrio.notices.letterhead import letterhead_of
from atrio.seller.models import BusinessUnit
from atrio.timeline.models import Entry
from tests.desk.conftest import branch
from tests.desk.seats import at_the_desk
from tests.onboarding.house import hire

pytestmark = pytest.mark.django_db

PAGE = "/desk/letterheads/nordlicht-br/"
WANTED = {
    "brand": "Nordlicht",
    "sender": "ola@nordlicht.example",
    "accent": "#AA3300",
    "logo": "",
    "host": "",
    "sms_sender": "Nordlicht",
    "quiet_from": "22:30",
    "quiet_until": "07:00",
}


@pytest.fixture
def unit():
    return branch("nordlicht-br")


@pytest.fixture
def desk(unit):
    return at_the_desk(hire(unit, "rita@nordlicht.example", "regional_admin"))


def shown(desk):
    forms = html.fromstring(desk.get(PAGE).content).forms
    form = next(form for form in forms if "sms_sender" in form.fields)
    return {n: v for n, v in form.form_values() if n != "csrfmiddlewaretoken"}


def letter(desk, answer=None):
    """Return the letter that stands beside the form."""
    frame = html.fromstring((answer or desk.get(PAGE)).content).find(".//iframe")
    return desk.get(frame.get("src")).content.decode()


def test_what_is_saved_is_what_messages_bear_from_then_on(desk):
    answer = desk.post(PAGE, WANTED, follow=True)
    assert "Saved." in answer.content.decode()
    head = letterhead_of("nordlicht-br")
    assert (head.brand, head.accent, head.sms_sender) == ("Nordlicht", "#aa3300", "Nordlicht")
    assert head.sender == "Nordlicht <ola@nordlicht.example>"
    assert (head.quiet_from, head.quiet_until) == (time(22, 30), time(7))
    assert shown(desk) == WANTED | {"accent": "#aa3300"}
    assert "#aa3300" in letter(desk)


def test_a_change_is_recorded_with_what_was_before(desk):
    before = shown(desk)
    desk.post(PAGE, before)
    assert not Entry.objects.filter(what="letterhead.changed").exists()
    desk.post(PAGE, before | {"brand": "Nordlicht"})
    entry = Entry.objects.get(what="letterhead.changed")
    assert (entry.by_label, entry.business_unit) == ("Rita", "nordlicht-br")
    assert entry.data == {"before": {"brand": ""}, "after": {"brand": "Nordlicht"}}


def test_one_may_see_it_first_and_nothing_is_changed(desk):
    answer = desk.post(PAGE, WANTED | {"look": "yes"})
    assert "This is not saved yet." in answer.content.decode()
    assert "#aa3300" in letter(desk, answer)
    assert "#aa3300" not in letter(desk)
    assert BusinessUnit.objects.get().brand == ""


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("sender", "nobody"),
        ("sender", ""),
        ("accent", "red"),
        ("accent", "#aa330"),
        ("logo", "nowhere.png"),
        ("logo", "../../settings.py"),
        ("sms_sender", "Nordlicht Supplies"),
        ("sms_sender", "<b>"),
        ("brand", "Nord\nBcc: everybody@nordlicht.example"),
        ("quiet_from", "late"),
        ("quiet_until", "25:00"),
    ],
)
def test_what_no_message_could_bear_is_told_at_its_field(desk, name, typed):
    answer = desk.post(PAGE, WANTED | {name: typed})
    assert answer.status_code == 422
    assert f'id="{name}-error"' in answer.content.decode()
    assert BusinessUnit.objects.get().accent == ""
    assert desk.get(f"{PAGE}html", {name: typed}).status_code == 404


def test_a_letter_of_a_wrong_make_runs_nothing(desk):
    page = desk.get(f"{PAGE}html", WANTED | {"brand": "<script>alert(1)</script>"})
    assert "<script>" not in page.content.decode()
    assert "sandbox" in page["Content-Security-Policy"]


def test_only_administrators_keep_it_and_only_their_own(unit, desk):
    assert (
        at_the_desk(hire(unit, "carla@nordlicht.example", "associate")).get(PAGE).status_code == 404
    )
    mallory = at_the_desk(hire(branch("elsewhere"), "mallory@elsewhere.example", "admin"))
    assert mallory.get(PAGE).status_code == 404
    assert mallory.post(PAGE, WANTED).status_code == 404
    assert mallory.get(f"{PAGE}html").status_code == 404
    assert desk.get("/desk/letterheads/").url == PAGE


def test_the_page_asks_little(desk, django_assert_max_num_queries):
    desk.get(PAGE)
    with django_assert_max_num_queries(10):
        desk.get(PAGE)
