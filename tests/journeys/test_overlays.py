"""A pack stands on another and says only what is different; so does a business unit."""

import json
import tomllib
from datetime import UTC, datetime

import pytest

from atrio.engine.problems import Unpublishable
from atrio.journeys.actions import publish
from atrio.journeys.overlays import Difference, differences, laid_over
from atrio.journeys.packs import load_pack
from atrio.journeys.queries import compiled, latest_release, own_ways, releases_in_use
from atrio.kernel.actors import SYSTEM
from tests.journeys.making import write_pack

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULES = [{"_id": "big", "i": ">= 10"}, {"_id": "rest", "i": ""}]


def over(ground, own):
    files = laid_over({"a.json": json.dumps(ground).encode()}, {"a.json": json.dumps(own).encode()})
    return json.loads(files["a.json"])


@pytest.mark.parametrize(
    ("own", "merged"),
    [
        ({}, {"x": {"y": 1}, "rules": RULES}),
        ({"x": {"z": 2}}, {"x": {"y": 1, "z": 2}, "rules": RULES}),
        ({"x": {"y": {"$gone": True}}}, {"x": {}, "rules": RULES}),
        ({"x": None}, {"x": None, "rules": RULES}),
        ({"rules": []}, {"x": {"y": 1}, "rules": []}),
        (
            {"rules": [{"_id": "big", "i": ">= 20"}]},
            {"x": {"y": 1}, "rules": [{"_id": "big", "i": ">= 20"}, RULES[1]]},
        ),
        (
            {"rules": [{"_id": "new", "i": "1"}]},
            {"x": {"y": 1}, "rules": [*RULES, {"_id": "new", "i": "1"}]},
        ),
        (
            {"rules": [{"_id": "new", "i": "1", "$before": "rest"}]},
            {"x": {"y": 1}, "rules": [RULES[0], {"_id": "new", "i": "1"}, RULES[1]]},
        ),
        (
            {"rules": [{"_id": "rest", "$before": "big"}]},
            {"x": {"y": 1}, "rules": [RULES[1], RULES[0]]},
        ),
        ({"rules": [{"_id": "big", "$gone": True}]}, {"x": {"y": 1}, "rules": [RULES[1]]}),
    ],
)
def test_what_is_said_stands_above_what_was_there(own, merged):
    assert over({"x": {"y": 1}, "rules": RULES}, own) == merged


@pytest.mark.parametrize(
    ("own", "place"),
    [
        ({"z": {"$gone": True}}, "z"),
        ({"rules": [{"_id": "tiny", "$gone": True}]}, "tiny"),
        ({"rules": [{"_id": "new", "$before": "tiny"}]}, "tiny"),
    ],
)
def test_what_names_nothing_is_refused_by_its_place(own, place):
    with pytest.raises(Unpublishable) as refused:
        over({"rules": RULES}, own)

    (problem,) = refused.value.problems
    assert (problem.file, problem.element) == ("a.json", place)


def test_texts_are_laid_over_each_other_word_by_word():
    ground = b'[reasons]\nold = "Old"\nyoung = "Too young"\n[outcomes.served]\ntitle = "Open"\n'
    own = b'[reasons]\nyoung = "Founded\\nlately"\nold = { "$gone" = true }\n'

    files = laid_over({"en.toml": ground}, {"en.toml": own})

    assert tomllib.loads(files["en.toml"].decode()) == {
        "reasons": {"young": "Founded\nlately"},
        "outcomes": {"served": {"title": "Open"}},
    }


def test_a_drawing_is_replaced_and_what_is_not_named_stays():
    ground = {"process.bpmn": b"<one/>", "policy/a.json": b'{"mode": "x"}'}

    assert laid_over(ground, {"process.bpmn": b"<other/>"}) == ground | {
        "process.bpmn": b"<other/>"
    }


@pytest.mark.django_db
def test_a_pack_stands_on_another_one(tmp_path):
    write_pack(tmp_path)
    own = tmp_path / "company_yy"
    (own / "texts").mkdir(parents=True)
    (own / "pack.toml").write_text('extends = "company_xx"\nname = "company_yy"\ncountry = "AT"\n')
    (own / "texts" / "de.toml").write_text('[outcomes.served]\ntitle = "Servus"\n')

    pack = load_pack(own)

    assert (pack.name, pack.country, pack.currency) == ("company_yy", "AT", "EUR")
    assert pack.files.keys() == load_pack(tmp_path / "company_xx").files.keys()
    release = publish(by=SYSTEM, folder=own, now=NOON)
    german = compiled(release.pk).outcome("served", "de", {})
    assert (german.title, german.text) == ("Servus", "Auf Deutsch ")


@pytest.mark.parametrize("ground", ["company_xx", "nowhere", "../company_br", 7])
def test_a_pack_stands_on_nothing_that_is_not_a_pack(tmp_path, ground):
    folder = write_pack(tmp_path)
    manifest = folder / "pack.toml"
    manifest.write_text(f"extends = {json.dumps(ground)}\n{manifest.read_text()}")

    with pytest.raises(Unpublishable):
        load_pack(folder)


def test_the_differences_are_told_place_by_place():
    ground = {
        "a.json": json.dumps({"x": 1, "rules": RULES}).encode(),
        "b.bpmn": b"<one/>",
        "same.json": b"{}",
    }
    own = {
        "a.json": json.dumps({"x": 2, "rules": [RULES[0] | {"i": "> 5"}]}).encode(),
        "b.bpmn": b"<other/>",
        "same.json": b"{}",
    }

    assert differences(ground, own) == [
        Difference("a.json", "x", 1, 2),
        Difference("a.json", "rules.big.i", ">= 10", "> 5"),
        Difference("a.json", "rules.rest", RULES[1], None),
        Difference("b.bpmn", "", "6 bytes", "8 bytes"),
    ]


@pytest.fixture
def with_own_way(tmp_path):
    """A pack of which one business unit has a row of the policy its own way."""
    folder = write_pack(tmp_path)
    own = folder / "units" / "north" / "decisions" / "risk.json"
    own.parent.mkdir(parents=True)
    rule = {"_id": "big", "i": ">= 2000"}
    own.write_text(json.dumps({"nodes": [{"id": "table", "content": {"rules": [rule]}}]}))
    (folder / "units" / "north" / "examples").mkdir()
    expected = {"expect": {"end": "sent_away", "steps": ["enter_vat", "decide"], "facts": {}}}
    expected["expect"]["facts"] = {"decision.outcome": "DECLINE"}
    (folder / "units" / "north" / "examples" / "big.json").write_text(json.dumps(expected))
    return folder


@pytest.mark.django_db
def test_a_unit_gets_its_own_way_and_everybody_else_the_packs(with_own_way):
    release = publish(by=SYSTEM, folder=with_own_way, now=NOON)

    assert latest_release("company_xx") == latest_release("company_xx", "south") == release.pk
    own = latest_release("company_xx", "north")
    assert own != release.pk
    decide = {"company": {"employees": 1200}}
    assert compiled(own).tables["risk"].decide(decide)["outcome"] == "DECLINE"
    assert compiled(release.pk).tables["risk"].decide(decide)["outcome"] == "APPROVE"


@pytest.mark.django_db
def test_the_house_can_tell_what_a_unit_does_its_own_way(with_own_way):
    publish(by=SYSTEM, folder=with_own_way, now=NOON)

    ways = own_ways(releases_in_use("company_xx"))

    assert list(ways) == ["north"]
    table = next(way for way in ways["north"] if way.file == "decisions/risk.json")
    assert (table.place, table.ground, table.own) == (
        "nodes.table.content.rules.big.i",
        ">= 10",
        ">= 2000",
    )


@pytest.mark.django_db
def test_a_unit_that_gives_up_its_own_way_gets_what_all_have(with_own_way):
    publish(by=SYSTEM, folder=with_own_way, now=NOON)
    for file in sorted((with_own_way / "units").rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()

    everybody = publish(by=SYSTEM, folder=with_own_way, now=NOON)

    own = latest_release("company_xx", "north")
    assert compiled(own).pack.files == compiled(everybody.pk).pack.files
    assert own_ways(releases_in_use("company_xx")) == {}


@pytest.mark.django_db
def test_a_mistake_of_one_unit_is_named_and_nothing_is_published(with_own_way):
    (with_own_way / "units" / "north" / "texts").mkdir()
    text = '[notices.welcome]\ntext = "{nobody.knows}"\n'
    (with_own_way / "units" / "north" / "texts" / "en.toml").write_text(text)

    with pytest.raises(Unpublishable) as refused:
        publish(by=SYSTEM, folder=with_own_way, now=NOON)

    assert {problem.file for problem in refused.value.problems} == {"units/north: texts/en.toml"}
