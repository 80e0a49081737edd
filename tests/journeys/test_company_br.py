"""The pack of Brazilian companies: sound, whole in six languages, and well drawn."""

from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

import atrio.packs
from atrio.engine.forms import bound, proposed, validate
from atrio.journeys.journey import Journey
from atrio.journeys.messages import say
from atrio.journeys.packs import load_pack
from atrio.journeys.ports import CALLS
from atrio.journeys.rehearsal import play
from atrio.journeys.rules import problems_of

FOLDER = Path(next(iter(atrio.packs.__path__))) / "company_br"
PACK = load_pack(FOLDER)
JOURNEY = Journey.compile(PACK)
EXAMPLES = {example.name: example for example in JOURNEY.examples}


def test_nothing_stands_in_the_way_of_publishing_it():
    assert problems_of(PACK) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_goes_the_way_it_says(name):
    example = EXAMPLES[name]

    assert set(play(JOURNEY, example).ends) == example.ends


def test_the_examples_between_them_reach_every_end_but_giving_up():
    ends = {element.id for element in JOURNEY.elements("end")}

    assert ends - set().union(*(example.ends for example in EXAMPLES.values())) == {
        "given_up",
        "declined",
    }


def test_every_registered_call_is_used():
    assert {element.target for element in JOURNEY.elements("call")} == set(CALLS)


@pytest.mark.parametrize("language", PACK.languages)
def test_every_step_a_customer_follows_is_spoken_of(language):
    for element in JOURNEY.elements("user", "call", "table", "notice"):
        text = JOURNEY.step_text(element.id, language)
        assert text is not None, element.id


@pytest.mark.parametrize("language", PACK.languages)
def test_every_reason_of_the_risk_table_has_words(language):
    reasons = {"company_closed", "company_not_active", "company_young", "company_active"}
    reasons |= {"company_not_listed", "register_silent", "unclear"}

    assert all(JOURNEY.reason(code, language) != code for code in reasons)


RISKS = [
    ({"outcome": "found", "status": "active", "age_days": 180}, "APPROVE", "company_active"),
    ({"outcome": "found", "status": "active", "age_days": 179}, "REFER", "company_young"),
    ({"outcome": "found", "status": "active", "age_days": None}, "REFER", "unclear"),
    ({"outcome": "found", "status": "suspended", "age_days": 9999}, "REFER", "company_not_active"),
    ({"outcome": "found", "status": "unfit", "age_days": 9999}, "REFER", "company_not_active"),
    ({"outcome": "found", "status": "closed", "age_days": 9999}, "DECLINE", "company_closed"),
    ({"outcome": "found", "status": "void", "age_days": 9999}, "DECLINE", "company_closed"),
    ({"outcome": "not_found"}, "REFER", "company_not_listed"),
    ({"outcome": "unknown"}, "REFER", "register_silent"),
    ({}, "REFER", "unclear"),
]


@pytest.mark.parametrize(("register", "outcome", "reason"), RISKS)
def test_only_an_active_company_of_age_is_approved_and_unknown_is_not_clear(
    register, outcome, reason
):
    decision = JOURNEY.tables["risk"].decide({"register": register})

    assert (decision["outcome"], decision["reasons"]) == (outcome, [reason])


@pytest.mark.parametrize(
    ("activity", "group"), [("4673700", "Atacado"), ("4742300", "Varejo"), ("", "Varejo")]
)
def test_wholesalers_get_the_wholesale_prices(activity, group):
    register = {"outcome": "found", "status": "active", "age_days": 999, "activity_code": activity}

    assert JOURNEY.tables["risk"].decide({"register": register})["price_group"] == group


def test_the_company_page_is_filled_from_the_register_with_its_source():
    said = EXAMPLES["happy_path"].calls["ask_register"][0].facts
    facts = {"register": {name.partition(".")[2]: value for name, value in said.items()}}
    form = JOURNEY.form_at("confirm_company")

    page = bound(
        form,
        language="en",
        say=say,
        facts=facts,
        suggestions=proposed(
            form, facts=facts, language="en", say=say, sources=PACK.source_names("en")
        ),
    )

    assert {field.suggestion.source for field in page.fields if field.suggestion} == {
        "Federal register (Receita Federal)"
    }
    status = page.fields[0]
    assert (status.name, status.readonly, status.value) == (
        "register.status_text",
        True,
        "ATIVA",
    )
    entered = {part.name: part.value for f in page.fields for part in f.parts or (f,)}
    del entered["register.status_text"]
    assert validate(form, entered, facts=facts, language="en").ok


@pytest.mark.parametrize(
    ("name", "is_a_name"),
    [("Алиса Боброва", True), ("王小明", True), ("12 34", False), ("--", False)],
)
def test_a_name_may_be_of_any_alphabet_and_is_not_of_digits(name, is_a_name):
    entered = {
        "contact.name": name,
        "contact.role": "buyer",
        "contact.email": "alice@aurora.example",
        "contact.phone": "+7 495 123-45-67",
    }

    checked = validate(JOURNEY.form_at("give_contact"), entered, facts={}, language="ru")

    assert ("contact.name" not in checked.errors) == is_a_name


def test_a_spanish_reader_meets_no_other_language_in_the_words_about_the_register():
    step = JOURNEY.step_text("ask_register", JOURNEY.language("es-MX"))

    assert step.doing == "Consultamos el registro federal"
    assert PACK.source_names("es")["register"] == "Registro federal (Receita Federal)"


def test_a_message_fills_in_what_is_known():
    facts = {"contact": {"name": "Alice"}, "company": {"legal_name": "Aurora Ltda"}}

    notice = JOURNEY.notice(
        "welcome", "pt", facts, link="https://x.example/", reference="K7M2-9QXA"
    )

    assert notice.subject == "A loja está aberta para a Aurora Ltda"
    assert "Olá, Alice!" in notice.text
    assert "K7M2-9QXA" in notice.text
    assert "{" not in notice.text


# The drawing


DRAWING = etree.fromstring(PACK.files["process.bpmn"])
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
LINE = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
CONTAINERS = {"pool", "customer", "admin", "shop", "crm", "erp", "associate"}


def box_of(bounds):
    x, y, width, height = (float(bounds.get(k)) for k in ("x", "y", "width", "height"))
    return (x, y, x + width, y + height)


SHAPES = {
    shape.get("bpmnElement"): box_of(shape.find(f"{DC}Bounds"))
    for shape in DRAWING.iter(f"{DI}BPMNShape")
}
LABELS = {
    drawn.get("bpmnElement"): box_of(label.find(f"{DC}Bounds"))
    for drawn in DRAWING.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")
    for label in drawn.iter(f"{DI}BPMNLabel")
}
EDGES = {
    edge.get("bpmnElement"): [(float(p.get("x")), float(p.get("y"))) for p in edge.iter(LINE)]
    for edge in DRAWING.iter(f"{DI}BPMNEdge")
}
SEGMENTS = [
    (name, (min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])))
    for name, points in EDGES.items()
    for a, b in pairwise(points)
]
GUARDS = {guard.get("id") for guard in DRAWING.iter("{*}boundaryEvent")}


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def meet(one, other):
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def test_every_element_and_every_flow_is_drawn():
    flows = {flow.get("id") for flow in DRAWING.iter("{*}sequenceFlow")}

    assert SHAPES.keys() - CONTAINERS == {element.id for element in JOURNEY.blueprint.elements}
    assert EDGES.keys() == flows


def test_all_lines_run_straight_across_or_down():
    for name, (left, top, right, bottom) in SEGMENTS:
        assert left == right or top == bottom, name


def test_no_two_flows_cross_or_touch_but_where_they_meet_at_an_element():
    ends = {point for points in EDGES.values() for point in (points[0], points[-1])}
    for (name, one), (other_name, other) in combinations(SEGMENTS, 2):
        if name == other_name or not meet(one, other):
            continue
        first = (max(one[0], other[0]), max(one[1], other[1]))
        last = (min(one[2], other[2]), min(one[3], other[3]))
        assert first == last, f"{name} runs on {other_name} from {first} to {last}"
        assert first in ends, f"{name} crosses {other_name} at {first}"


def test_no_two_shapes_overlap_but_a_guard_and_its_task():
    solid = {name: box for name, box in SHAPES.items() if name not in CONTAINERS | GUARDS}
    for (name, one), (other_name, other) in combinations(solid.items(), 2):
        assert not overlap(one, other), f"{name} covers {other_name}"


def test_every_shape_stands_in_its_own_lane():
    for element in JOURNEY.blueprint.elements:
        left, top, right, bottom = SHAPES[element.id]
        lane = SHAPES[element.lane]
        assert lane[0] <= left < right <= lane[2], element.id
        assert lane[1] <= top < bottom <= lane[3], element.id


def test_no_label_covers_a_shape_a_flow_or_another_label():
    solid = {name: box for name, box in SHAPES.items() if name not in CONTAINERS}
    for name, label in LABELS.items():
        for other, box in solid.items():
            assert not overlap(label, box), f"the label of {name} covers {other}"
        for other, segment in SEGMENTS:
            assert not meet(label, segment), f"the label of {name} lies on {other}"
    for (name, one), (other_name, other) in combinations(LABELS.items(), 2):
        assert not overlap(one, other), f"the labels of {name} and {other_name} overlap"
