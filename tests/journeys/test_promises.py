"""What a pack promises: read, and refused with place and reason where it cannot be kept."""

import re
from datetime import timedelta

import pytest

from atrio.journeys.journey import Journey
from atrio.journeys.packs import load_pack
from atrio.journeys.promises import Terms
from atrio.journeys.rules import check_pack
from atrio.seller.models import Staff
from tests.journeys.making import PACK, write_pack

CREDIT = {
    "budget": '"P3D"',
    "calendar": '"working"',
    "starts_at": '"enter_vat"',
    "kept_by": '"send_welcome"',
    "when": '"company.employees > 10"',
    "pauses_for": '"customer"',
    "warn_at": "0.5",
    "escalate_to": '"manager"',
    "escalate_after": '"P1D"',
    "title": '{ en = "Your credit line", de = "Ihr Kreditrahmen" }',
}
REVIEW = {"budget": '"PT4H"', "calendar": '"working"'}


def section(name, said):
    lines = [f"{key} = {value}" for key, value in said.items() if value is not None]
    return "\n".join(["", f"[promises.{name}]", *lines, ""])


def promising(root, name="credit_line", said=CREDIT, **changed):
    return write_pack(root, **{"pack.toml": PACK + section(name, said | changed)})


def promises(folder):
    return load_pack(folder).promises


def test_a_pack_that_says_nothing_promises_its_clock(tmp_path):
    found = promises(write_pack(tmp_path))
    assert found.access == Terms("access", timedelta(seconds=90), title=found.access.title)
    assert (found.named, found.steps, found.person) == ({}, {}, None)


def test_a_promise_of_the_pack_s_own_is_read(tmp_path):
    folder = promising(tmp_path)
    assert check_pack(folder) == []
    terms = promises(folder).named["credit_line"]
    assert (terms.budget, terms.measure, terms.counted_on) == (timedelta(3), "days", "working")
    assert (terms.starts_at, terms.kept_by) == ("enter_vat", ("send_welcome",))
    assert terms.warn_after == timedelta(days=1.5)
    assert (terms.escalate_to, terms.escalate_after) == ("manager", timedelta(1))
    assert terms.pauses_for_customer
    journey = Journey.compile(load_pack(folder))
    assert journey.promise_title("credit_line", "de") == "Ihr Kreditrahmen"
    assert journey.promise_title("access", "de") == ""


def test_any_of_several_steps_may_keep_a_promise(tmp_path):
    folder = promising(tmp_path, kept_by='["send_welcome", "enter_vat"]')
    assert check_pack(folder) == []
    assert promises(folder).named["credit_line"].kept_by == ("send_welcome", "enter_vat")


def test_a_step_is_promised_in_hours_and_called_as_it_is_called_elsewhere(tmp_path):
    folder = promising(tmp_path, "steps.enter_vat", REVIEW)
    assert check_pack(folder) == []
    terms = promises(folder).steps["enter_vat"]
    assert (terms.budget, terms.measure) == (timedelta(hours=4), "hours")
    assert Journey.compile(load_pack(folder)).promise_title("step:enter_vat", "en") == "In English"


def test_a_person_has_a_step_for_so_long(tmp_path):
    person = promises(promising(tmp_path, "person", REVIEW)).person
    assert person is not None
    assert person.budget == timedelta(hours=4)


def test_around_the_clock_a_day_has_24_hours(tmp_path):
    terms = promises(promising(tmp_path, calendar=None)).named["credit_line"]
    assert (terms.budget, terms.measure) == (timedelta(hours=72), "hours")


BROKEN = [
    ("credit_line", CREDIT, {"budget": '"3 days"'}, "", "pattern|match"),
    ("credit_line", CREDIT, {"budget": '"P1M"'}, "promises.credit_line", "no fixed length"),
    ("credit_line", CREDIT, {"budget": '"P1W"'}, "promises.credit_line", "in days .* or in hours"),
    ("credit_line", CREDIT, {"budget": '"P1DT2H"'}, "promises.credit_line", "in days .* or in"),
    ("credit_line", CREDIT, {"budget": '"P0D"'}, "promises.credit_line", "nothing"),
    ("credit_line", CREDIT, {"escalate_after": '"PT2H"'}, "promises.credit_line", "both in days"),
    ("credit_line", CREDIT, {"escalate_to": None}, "promises.credit_line", "dependency"),
    ("credit_line", CREDIT, {"escalate_to": '"boss"'}, "promises.credit_line.escalate_to", "boss"),
    ("credit_line", CREDIT, {"warn_at": "1.5"}, "promises.credit_line.warn_at", "1.5"),
    ("credit_line", CREDIT, {"pauses_for": '"us"'}, "promises.credit_line.pauses_for", "customer"),
    ("credit_line", CREDIT, {"kept_by": None}, "promises.credit_line", "kept_by"),
    ("credit_line", CREDIT, {"kept_by": '"served"'}, "promises.credit_line.kept_by", "'served'"),
    (
        "credit_line",
        CREDIT,
        {"kept_by": '["send_welcome", "x"]'},
        "promises.credit_line.kept_by",
        "no step 'x'",
    ),
    ("credit_line", CREDIT, {"kept_by": "[]"}, "promises.credit_line.kept_by", ""),
    ("credit_line", CREDIT, {"starts_at": '"x"'}, "promises.credit_line.starts_at", "no step 'x'"),
    ("credit_line", CREDIT, {"when": '"company.size > 1"'}, "promises.credit_line.when", "size"),
    ("credit_line", CREDIT, {"title": '{ en = "x" }'}, "promises.credit_line.title", "into de"),
    ("steps.review", REVIEW, {}, "promises.steps.review", "no such step"),
    ("steps.decided", REVIEW, {}, "promises.steps.decided", "no such step"),
    ("person", REVIEW, {"starts_at": '"enter_vat"'}, "promises.person", "starts_at"),
    ("access", {}, {"budget": '"PT1H"'}, "promises.access", "budget"),
]


@pytest.mark.parametrize(("name", "said", "changed", "place", "reason"), BROKEN)
def test_a_promise_that_cannot_be_kept_is_refused(tmp_path, name, said, changed, place, reason):
    (problem,) = check_pack(promising(tmp_path, name, said, **changed))
    assert problem.file == "pack.toml"
    assert problem.element.startswith(place)
    assert re.search(reason, problem.reason), problem.reason


def test_whom_one_can_turn_to_are_the_staff_there_is(tmp_path):
    for role in Staff.Role.values:
        assert check_pack(promising(tmp_path / role, escalate_to=f'"{role}"')) == []
