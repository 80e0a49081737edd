"""15. Recorded histories replayed on new code: the same steps, the same decisions."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.assertions.recorded import RELEASE, all_histories, differences

pytestmark = pytest.mark.django_db


def test_whatever_was_recorded_comes_out_the_same():
    histories = all_histories()

    # In one go: histories of one release and policy share what is compiled of them.
    found = {f"{file.parent.name}/{file.stem}": differences(file) for file in histories}

    assert {name: said for name, said in found.items() if said} == {}
    assert len(found) >= 51


def test_time_going_back_and_leaving_are_among_it():
    outcomes, ends = set(), set()
    for file in all_histories():
        history = json.loads(file.read_text(encoding="utf-8"))
        outcomes |= {step["outcome"].partition(":")[0] for step in history["steps"]}
        ends.add(history["status"])

    assert outcomes >= {"completed", "failed", "fired", "rewound", "stopped", "undone"}
    assert ends == {"done", "declined", "withdrawn", "expired"}


@pytest.fixture
def changed(tmp_path):
    """Change a recorded history, and return the file."""
    original = next(file for file in all_histories() if file.stem == "closed_company")
    shutil.copy(original.parent / RELEASE, tmp_path)

    def change(how):
        history = json.loads(original.read_text(encoding="utf-8"))
        how(history)
        file = tmp_path / original.name
        file.write_text(json.dumps(history), encoding="utf-8")
        return file

    return change


def test_another_decision_is_named(changed):
    def approve(history):
        history["decisions"][0]["outcome"] = "APPROVE"

    (said,) = differences(changed(approve))

    assert said == "decision 1, risk: outcome was APPROVE, is DECLINE"


def test_anything_else_that_a_table_says_is_named(changed):
    def be_a_wholesaler(history):
        fact = next(one for one in history["facts"] if one["field"] == "decision.price_group")
        fact["value"] = "Atacado"

    (said,) = differences(changed(be_a_wholesaler))

    assert said == "decision 1, risk: price_group was Atacado, is Varejo"


def test_another_way_is_named_where_it_leaves_the_recorded_one(changed):
    def go_elsewhere(history):
        step = next(one for one in history["steps"] if one["element"] == "assess_risk")
        step["element"] = "create_customer"

    (said,) = differences(changed(go_elsewhere))

    assert "at 'create_customer'" in said
    assert "open: assess_risk" in said


def test_another_end_is_named(changed):
    def end_well(history):
        history["ends"] = ["customer_served"]

    (said,) = differences(changed(end_well))

    assert said.startswith("ends: ['customer_served'] then, ")
