import json

import pytest

from atrio.engine.expressions import Undecidable
from atrio.engine.problems import Unpublishable
from atrio.engine.tables import Table

from .drawing import table_file

RISK = table_file(
    ["register.status", "register.age_days"],
    ["outcome", "reasons", "limit.amount"],
    ["'active'", "> 365", "'APPROVE'", "[]", "5000.50"],
    ["'active'", "", "'REFER'", "['young', register.status]", "0"],
    ["", "", "'REFER'", "['status unknown']", "0"],
)


def test_a_table_answers_with_its_outputs_and_names_its_version():
    table = Table.compile("risk", RISK)

    answer = table.decide({"register": {"status": "active", "age_days": 400}})

    assert answer == {
        "outcome": "APPROVE",
        "reasons": [],
        "limit": {"amount": 5000.5},
        "table": {"name": "risk", "version": table.version},
    }
    assert table.outputs == ("outcome", "reasons", "limit.amount")


def test_the_version_changes_with_every_byte():
    assert len(Table.compile("risk", RISK).version) == 12
    assert Table.compile("risk", RISK).version == Table.compile("risk", RISK).version
    assert Table.compile("risk", RISK + b" ").version != Table.compile("risk", RISK).version


def test_a_missing_fact_falls_to_the_row_that_asks_for_nothing():
    answer = Table.compile("risk", RISK).decide({})

    assert answer["reasons"] == ["status unknown"]


def test_no_fitting_row_is_said_aloud():
    table = Table.compile("t", table_file(["x.y"], ["out"], ["> 5", "1"]))

    with pytest.raises(Undecidable, match="no row fits"):
        table.decide({"x": {"y": 5}})


def test_facts_passed_through_a_table_are_not_part_of_its_answer():
    document = json.loads(table_file(["x.y"], ["out"], ["", "1"]))
    document["nodes"][1]["content"]["passThrough"] = True

    answer = Table.compile("t", json.dumps(document).encode()).decide({"x": {"y": 5}})

    assert set(answer) == {"out", "table"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"not json", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "nodes and edges"),
        (b'{"nodes": [1], "edges": []}', "nodes and edges"),
        (b'{"nodes": [], "edges": []}', "invalidInputCount"),
        (b'{"nodes": [{"id": "f", "type": "functionNode"}], "edges": []}', "code is not run"),
        (b'{"nodes": [{"id": "f", "type": "customNode"}], "edges": []}', "customNode"),
        (b'{"nodes": [{"type": "inputNode"}], "edges": []}', "needs an id"),
        (b'{"nodes": [{"id": "t", "type": "decisionTableNode"}], "edges": []}', "must have"),
        (b" " * 1_000_001, "larger"),
    ],
)
def test_what_is_not_a_decision_is_refused(content, reason):
    with pytest.raises(Unpublishable, match=reason):
        Table.compile("t", content)
