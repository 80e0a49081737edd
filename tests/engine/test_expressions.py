from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atrio.engine.durations import due_at, is_literal
from atrio.engine.expression_check import Names, check, check_cell
from atrio.engine.expressions import Misspelt, Undecidable, evaluate, holds, zen_facts

NAMES = Names.of(
    {
        "company.size": "number",
        "company.legal_name": "text",
        "company.is_head_office": "boolean",
        "company.address": "object",
        "company.capital": "money",
        "company.founded_on": "date",
        "register.outcome": "any",
        "company.activities": "list",
    }
)


@pytest.mark.parametrize(
    ("fact", "seen"),
    [
        (Decimal("12.50"), 12.5),
        ({"amount": "12.50", "currency": "BRL"}, {"amount": 12.5, "currency": "BRL"}),
        ({"amount": "much", "currency": "BRL"}, {"amount": None, "currency": "BRL"}),
        (date(2026, 1, 31), "2026-01-31"),
        (
            datetime(2026, 1, 31, 22, tzinfo=timezone(timedelta(hours=-3))),
            "2026-02-01T01:00:00+00:00",
        ),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ((1, 2), [1, 2]),
        (10**40, None),
        (float("nan"), None),
        (float("-inf"), None),
        (Decimal("NaN"), None),
        ("half a pair \ud800", "half a pair ?"),
        (True, True),
    ],
)
def test_a_fact_becomes_what_zen_can_hold(fact, seen):
    assert zen_facts({"group": {"fact": fact}}) == {"group": {"fact": seen}}
    evaluate("group.fact == null", {"group": {"fact": fact}})


@pytest.mark.parametrize("fact", [object(), b"bytes", datetime(2026, 1, 31)])  # noqa: DTZ001
def test_what_is_no_fact_is_refused_aloud(fact):
    with pytest.raises(TypeError):
        zen_facts({"x": fact})


facts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.dictionaries(st.text(), facts))
def test_no_fact_makes_a_condition_crash(facts):
    assert holds("company.size > 5 or register.outcome == 'x'", {"x": facts, **facts}) in (
        True,
        False,
    )


def test_money_is_counted_exactly():
    facts = {"cart": {"total": {"amount": "0.10", "currency": "EUR"}, "freight": Decimal("0.20")}}

    assert evaluate("cart.total.amount + cart.freight == 0.3", facts) is True


def test_whole_numbers_come_back_whole():
    assert repr(evaluate("[n + 1, n / 2]", {"n": 3})) == "[4, 1.5]"


def test_what_cannot_be_decided_does_not_hold():
    assert holds("size > 5", {"size": 6})
    assert not holds("size > 5", {"size": None})
    assert not holds("size", {"size": 6})

    with pytest.raises(Undecidable, match="Compare") as found:
        evaluate("size > 5", {})
    assert "\n" not in str(found.value)
    with pytest.raises(Misspelt):
        evaluate("size >", {})


@pytest.mark.parametrize(
    "expression",
    [
        "company.size > 10 and company.is_head_office",
        "not company.is_head_office",
        "company.address.city == 'Recife'",
        "company.address == null",
        "company == null",
        "company.capital.amount >= 1000.5",
        "company.founded_on == '2020-01-31'",
        "register.outcome in ['active', 'suspended']",
        "company.size in [1..10)",
        "some(company.activities, # == '4673-7/00')",
        "(company.size ?? 0) > 5",
        "len(company.legal_name) > 3 ? company.is_head_office : false",
        "contains(lower(company.legal_name), 'ltda')",
    ],
)
def test_a_condition_in_order_may_be_published(expression):
    assert check(expression, NAMES, answers="boolean") == []


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("company.capital > 5", "`>` needs a number, not money"),
        ("company.founded_on > '2020-01-01'", "`>` needs a number, not a date"),
        ("company.capital.amuont > 5", "there is no fact 'company.capital.amuont'"),
        ("company.legal_name.length > 5", "there is no fact 'company.legal_name.length'"),
        ("company.legal_name == 5", "text is never equal to a number"),
        ("company.activities == ['x']", "a list cannot be compared with `==`"),
        ("company.legal_name in 'Ltda'", "what follows `in` must be a list or a range"),
        ("company.size and true", "`and` needs true or false, not a number"),
        ("not company.size == 1", "`not` needs true or false, not a number"),
        ("# == 1", "# has a meaning only inside"),
        ("$ == 1", "$ has a meaning only in a table's input cell"),
        ("$root.company.size == 1", "$root is not allowed"),
        ("round(1.5, 1, 2) == 1", "does not compile"),
        ("some(company.activities) == true", "does not compile"),
        ("now() == 1", "does not compile"),
        ("year('2026-01-01') == 2026", "the function year() is not allowed"),
        ("mode([1]) == 1", "the function mode() is not allowed: not known"),
        ("company.size > 1;", "does not compile"),
        ("`${company.size}` == '1'", "'`' is not allowed in an expression"),
    ],
)
def test_a_condition_that_would_fail_when_it_runs_is_refused(expression, reason):
    assert any(reason in found for found in check(expression, NAMES, answers="boolean"))


def test_where_nothing_is_known_of_the_facts_every_name_will_do():
    assert check("anything.at.all == 1", Names.of(None), answers="boolean") == []
    assert check("anything", Names.of(None), answers="boolean") == []
    assert check("rand(6) == 1", Names.of(None), answers="boolean") != []


def test_a_cell_is_about_its_column():
    assert check_cell("> 5, null", NAMES, ("company", "size")) == []
    assert check_cell("'a', 'b'", NAMES, ("register", "outcome")) == []
    assert check_cell("true", NAMES, ("company", "is_head_office")) == []
    assert check_cell("'many'", NAMES, ("company", "size")) == ["a number is never equal to text"]


@pytest.mark.parametrize(
    ("form", "text", "due"),
    [
        ("duration", "PT30M", datetime(2026, 1, 31, 12, 30, tzinfo=UTC)),
        ("duration", "P1DT1S", datetime(2026, 2, 1, 12, 0, 1, tzinfo=UTC)),
        ("duration", "P2W", datetime(2026, 2, 14, 12, tzinfo=UTC)),
        ("duration", "P1M", datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ("duration", "P1Y1M1D", datetime(2027, 3, 1, 12, tzinfo=UTC)),
        ("date", "2026-03-01T09:00:00Z", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("date", "2026-03-01T09:00:00-03:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_timer_is_due_when_its_text_says(form, text, due):
    assert due_at(form, text, datetime(2026, 1, 31, 12, tzinfo=UTC)) == due


@pytest.mark.parametrize(
    ("form", "text"),
    [
        *(("duration", text) for text in ("", "P", "PT", "P1DT", "PT1.5H", "-P1D", "1D", "P1D ")),
        *(("date", text) for text in ("", "tomorrow", "2026-03-01T09:00:00", "2026-13-01")),
        ("duration", "P999Y9999M99999D" * 2),
    ],
)
def test_what_is_no_duration_and_no_moment_is_no_timer(form, text):
    assert not is_literal(form, text)
