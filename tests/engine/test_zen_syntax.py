import pytest
import zen
from hypothesis import given, settings
from hypothesis import strategies as st

from atrio.engine.zen_syntax import (
    Binary,
    Call,
    Index,
    List,
    Name,
    NotAllowed,
    Range,
    Ternary,
    Unary,
    Value,
    parse,
    parse_cell,
)

FACTS = {"n": 3, "m": {"k": 7}, "t": "abc", "b": True, "c": False, "l": [1, 2], "nil": None}


def with_brackets(tree):  # noqa: C901  # one case for each kind of tree
    """Write a tree with a bracket around everything, so that no precedence is left to guess."""
    match tree:
        case Value(value):
            if isinstance(value, float) and value.is_integer():
                return str(int(value))
            return {None: "null", True: "true", False: "false"}.get(value, repr(value))
        case Name(path):
            return ".".join(path)
        case Unary(operator, operand):
            return f"({operator} {with_brackets(operand)})"
        case Binary(operator, left, right):
            return f"({with_brackets(left)} {operator} {with_brackets(right)})"
        case Ternary(condition, yes, no):
            return f"({with_brackets(condition)} ? {with_brackets(yes)} : {with_brackets(no)})"
        case List(items):
            return f"[{', '.join(map(with_brackets, items))}]"
        case Index(of, at):
            return f"{with_brackets(of)}[{with_brackets(at)}]"
        case Call(function, arguments):
            return f"{function}({', '.join(map(with_brackets, arguments))})"
        case Range(low, high, with_low, with_high):
            ends = "(["[with_low], ")]"[with_high]
            return f"{ends[0]}{with_brackets(low)}..{with_brackets(high)}{ends[1]}"


def answer(text):
    try:
        return zen.evaluate_expression(text, FACTS)
    except RuntimeError:
        return "no answer"


numbers = st.sampled_from(["n", "m.k", "2", "0.5", "-n", "len(t)", "l[0]", "n + 1", "n * m.k - 1"])
booleans = st.sampled_from(
    ["b", "c", "not c", "n > 2", "t == 'abc'", "n in [1..3]", "t not in ['x', 'y']", "nil == null"]
)
operators = st.sampled_from(["+", "-", "*", "/", "%", "^", "<", ">=", "==", "!=", "??"])
joined = st.sampled_from(["and", "or", "==", "!="])


@st.composite
def expressions(draw):
    if draw(st.booleans()):
        parts = draw(st.lists(st.tuples(numbers, operators), max_size=4))
        return " ".join(f"{number} {sign}" for number, sign in parts) + " " + draw(numbers)
    parts = draw(st.lists(st.tuples(booleans, joined), max_size=4))
    text = " ".join(f"{part} {word}" for part, word in parts) + " " + draw(booleans)
    return f"{text} ? {draw(numbers)} : {draw(booleans)}" if draw(st.booleans()) else text


@settings(max_examples=300)
@given(expressions())
def test_we_read_an_expression_as_zen_does(text):
    assert answer(with_brackets(parse(text))) == answer(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "a = 3", "a; b", "`${a}`", "{a: 1}", "a b", "1 +", "(a", "[1..", "'open", "a."),
        *("and", "é", "a ? b", "not", "[1, 2", "f(1", "a.1", "1..2", "(" * 60 + "1" + ")" * 60),
        "1" * 3000,
    ],
)
def test_what_we_do_not_allow_is_refused(text):
    with pytest.raises(NotAllowed):
        parse(text)


@pytest.mark.parametrize(
    ("cell", "value", "holds"),
    [
        *(("> 5", 6, True), ("> 5", 5, False), ("'a', 'b'", "b", True), ("'a','b'", "c", False)),
        *(("[1..10]", 10, True), ("[1..10)", 10, False), ("(1..10]", 1, False), ("true", 1, False)),
        *(("not in ['x']", "y", True), ("!= 'x'", "x", False), ("null", None, True)),
        *(("$ > 5 and $ < 8", 7, True), ("> 5, < 3", 1, True), ("[1..2], [5..6]", 5, True)),
        *(("['a', 'b']", "a", True), ("startsWith($, 'a')", "abc", True), ("> n", 4, True)),
    ],
)
def test_a_cell_means_what_zen_takes_it_to_mean(cell, value, holds):
    assert zen.evaluate_unary_expression(cell, FACTS | {"$": value}) is holds

    tests = parse_cell(cell)

    results = [answer_with(value, with_brackets(test)) for test in tests]
    assert any(results) is holds


def answer_with(value, text):
    return zen.evaluate_expression(text.replace("$", "it"), FACTS | {"it": value})
