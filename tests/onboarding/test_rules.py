"""The pure rules of an application."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from atrio.onboarding.rules import (
    CODE_DIGITS,
    Span,
    code_digest,
    current_facts,
    new_code,
    same_digest,
    split_clock,
)

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(seconds):
    return START + timedelta(seconds=seconds)


@dataclass
class Row:
    field: str
    value: Any
    status: str
    origin: str = "customer"
    source: str = ""


def test_the_latest_accepted_or_verified_value_holds():
    rows = [Row("a", 1, "accepted"), Row("a", 2, "verified"), Row("b", 3, "suggested")]
    assert current_facts(rows) == {"a": 2}


def test_a_rejected_value_is_gone_until_another_comes():
    gone = [Row("a", 1, "accepted"), Row("a", None, "rejected")]
    assert current_facts(gone) == {}
    assert current_facts([*gone, Row("a", 2, "accepted")]) == {"a": 2}


def test_a_code_is_six_digits_and_its_digest_belongs_to_one_proof():
    code = new_code()
    assert len(code) == CODE_DIGITS
    assert code.isdecimal()
    one = code_digest(code, secret="s", salt="one")
    assert same_digest(one, code_digest(code, secret="s", salt="one"))
    assert not same_digest(one, code_digest(code, secret="s", salt="other"))
    assert not same_digest(one, code_digest(code, secret="t", salt="one"))


def test_what_neither_the_customer_nor_an_outside_system_took_is_ours():
    split = split_clock(
        start=START,
        end=at(100),
        customer=[Span(at(0), at(60))],
        outside=[Span(at(65), at(80)), Span(at(75), at(90))],
    )
    assert (split.customer, split.outside, split.ours) == (60, 25, 15)


def test_an_outside_system_that_answers_while_the_customer_types_kept_nobody_waiting():
    split = split_clock(
        start=START, end=at(50), customer=[Span(at(0), at(40))], outside=[Span(at(10), at(45))]
    )
    assert (split.customer, split.outside, split.ours) == (40, 5, 5)


def test_a_span_that_still_runs_lasts_until_the_end():
    split = split_clock(start=START, end=at(30), customer=[Span(at(10), None)], outside=[])
    assert (split.customer, split.ours) == (20, 10)


spans = st.lists(
    st.tuples(st.integers(-50, 200), st.integers(0, 100)).map(
        lambda pair: Span(at(pair[0]), at(pair[0] + pair[1]))
    ),
    max_size=8,
)


@given(customer=spans, outside=spans, length=st.integers(0, 150))
def test_the_three_parts_always_add_up_to_the_whole(customer, outside, length):
    split = split_clock(start=START, end=at(length), customer=customer, outside=outside)
    assert split.total == length
    assert min(split.customer, split.ours, split.outside) >= 0
