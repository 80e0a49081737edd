"""What the knobs take and what they refuse."""

from __future__ import annotations

import pytest

from atrio.outside.faults.knobs import Knobs


def test_knobs_survive_the_way_to_json_and_back():
    knobs = Knobs(latency=1.5, garbage=0.5, down=True, only="create", times=3)

    assert Knobs.from_json(knobs.to_json()) == knobs


def test_turning_some_leaves_the_others():
    assert Knobs(latency=2).turned(down=True) == Knobs(latency=2, down=True)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"latenzy": 1}, "no knob latenzy"),
        ({"latency": "2"}, "latency must be a float"),
        ({"latency": -1}, "latency must be between"),
        ({"latency": float("nan")}, "latency must be between"),
        ({"error_rate": 1.1}, "error_rate must be between 0 and 1"),
        ({"error_rate": True}, "error_rate must be a float"),
        ({"error_status": 200}, "error_status must be between"),
        ({"down": 1}, "down must be a bool"),
        ({"times": 1.5}, "times must be a int"),
        ([], "an object"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(wrong, message):
    with pytest.raises(ValueError, match=message):
        Knobs.from_json(wrong)


@pytest.mark.parametrize(
    ("only", "text", "concerned"),
    [
        ("", "/anything", True),
        ("create", "/rpc/ create", True),
        ("create", "/rpc/ read", False),
        ("create|/sobjects/", "/data/sobjects/Account", True),
        ("create|/sobjects/", "/data/query", False),
    ],
)
def test_knobs_concern_requests_with_a_text_or_one_of_several(only, text, concerned):
    assert Knobs(only=only).concern(text) is concerned


def test_knobs_that_do_nothing_are_neutral():
    assert Knobs(only="x", times=3, error_status=500).are_neutral
    assert not Knobs(slow_drip=1).are_neutral
