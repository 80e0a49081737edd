import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atrio.engine.expression_check import Names
from atrio.engine.expressions import Undecidable
from atrio.engine.table_check import check_table
from atrio.engine.table_rows import check_rows
from atrio.engine.tables import Table, grids, read

from .drawing import table_file

KINDS = Names.of(
    {"register.status": "text", "register.age": "number", "company.is_partner": "boolean"}
)


def reasons(content, names=KINDS):
    return [f"{problem.element}: {problem.reason}" for problem in check_table("t", content, names)]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (
            [["'active'", "> 30", "1"], ["'active'", "<= 30", "2"]],
            "table: no row fits register.status missing and register.age missing",
        ),
        (
            [
                ["'active'", "> 30", "1"],
                ["!= 'active'", "", "2"],
                ["", "null", "3"],
                ["", "< 30", "4"],
            ],
            "table: no row fits register.status 'active' and register.age 30",
        ),
        (
            [["", "> 30", "1"], ["", "", "2"], ["'closed'", "", "3"]],
            "table/row 3: this row is never reached: earlier rows fit wherever it does",
        ),
        (
            [["", "[1..10]", "1"], ["'closed'", "[2..5]", "2"], ["", "", "3"]],
            "table/row 2: this row is never reached: earlier rows fit wherever it does",
        ),
    ],
)
def test_gaps_and_hidden_rows_are_refused(rows, reason):
    assert reasons(table_file(["register.status", "register.age"], ["out"], *rows)) == [reason]


@pytest.mark.parametrize(
    "rows",
    [
        [["", "", "1"]],
        [["'active'", "> 30", "1"], ["", "", "2"]],
        [["'a','b'", "", "1"], ["not in ['a', 'b']", "> 5", "2"], ["", "", "3"]],
        [["null", "", "1"], ["'a'", "", "2"], ["!= 'a'", "", "3"]],
        # What a function tests cannot be told beforehand, and is not called a gap.
        [["startsWith($, 'a')", "", "1"], ["", "", "2"]],
        [["startsWith($, 'a')", "", "1"], ["not startsWith($, 'a')", "", "2"]],
    ],
)
def test_a_table_that_always_answers_may_be_published(rows):
    assert reasons(table_file(["register.status", "register.age"], ["out"], *rows)) == []


@pytest.mark.parametrize(
    ("row", "element", "reason"),
    [
        (["'active'", "> 'x'", "1"], "table/row 1/register.age", "needs a number"),
        (["'active'", "'x'", "1"], "table/row 1/register.age", "never equal"),
        (["'active'", ">", "1"], "table/row 1/register.age", "does not compile"),
        (["register.statsu", "", "1"], "table/row 1/register.status", "did you mean"),
        (["", "rand(5)", "1"], "table/row 1/register.age", "changes with time"),
        (["", "", ""], "table/row 1/out", "output is missing"),
        (["", "", "1 +"], "table/row 1/out", "does not compile"),
        (["", "", "register.aeg"], "table/row 1/out", "did you mean register.age?"),
        (["", "", "d('now')"], "table/row 1/out", "changes with time"),
    ],
)
def test_a_cell_that_would_quietly_fail_is_refused(row, element, reason):
    content = table_file(["register.status", "register.age"], ["out"], row, ["", "", "0"])

    (problem,) = check_table("risk.json", content, KINDS)

    assert (problem.file, problem.element) == ("risk.json", element)
    assert reason in problem.reason


def test_a_column_of_a_misspelt_fact_is_refused():
    content = table_file(["register.agee"], ["out"], ["", "1"])

    assert reasons(content) == [
        "table/register.agee: there is no fact 'register.agee': did you mean register.age?"
    ]


def test_a_table_that_collects_may_overlap_and_be_silent():
    content = table_file(
        ["register.age"], ["out"], ["> 5", "1"], ["> 7", "2"], hit_policy="collect"
    )

    assert reasons(content) == []
    assert Table.compile("t", content).decide({"register": {"age": 9}})["all"] == [
        {"out": 1},
        {"out": 2},
    ]


numbers = st.sampled_from(
    ["", "> 1", "<= 1", "[1..3]", "(1..3)", "2, 3", "!= 2", "null", "$ > 1 and $ < 3", "> 2, null"]
)
texts = st.sampled_from(["", "'a'", "'a', 'b'", "!= 'a'", "not in ['a', 'b']", "null", "in ['b']"])
flags = st.sampled_from(["", "true", "false", "!= true", "null"])


@settings(max_examples=50)
@given(st.lists(st.tuples(numbers, texts, flags), min_size=1, max_size=5))
def test_a_table_found_complete_answers_every_question(rows):
    fields = ["a.number", "a.text", "a.flag"]
    content = table_file(
        fields, ["row"], *[[*row, str(number)] for number, row in enumerate(rows, start=1)]
    )
    table = Table.compile("t", content)
    found = dict(check_rows(grids(read("t", content))[0]))

    answers = set()
    silent = False
    for number, text, flag in itertools.product(
        [None, 0, 1, 1.5, 2, 2.5, 3, 9], [None, "a", "b", "c"], [None, True, False]
    ):
        try:
            facts = {"a": {"number": number, "text": text, "flag": flag}}
            answers.add(table.decide(facts)["row"])
        except Undecidable:
            silent = True

    assert silent == ("table" in found)
    hidden = {number for number in range(1, len(rows) + 1) if f"table/row {number}" in found}
    assert hidden == set(range(1, len(rows) + 1)) - answers
