"""Every pack that we deliver can be published: its files fit and its examples go as they say."""

from __future__ import annotations

import tomllib

import pytest

from atrio.engine.problems import Unpublishable
from atrio.journeys.packs import BUILT_IN, load_pack
from atrio.journeys.rules import check_pack

MANIFESTS = {
    path.parent.name: tomllib.loads(path.read_text()) for path in BUILT_IN.glob("*/pack.toml")
}
PACKS = sorted(name for name, said in MANIFESTS.items() if not said.get("ground"))
GROUNDS = sorted(MANIFESTS.keys() - PACKS)


@pytest.mark.parametrize("name", PACKS)
def test_the_pack_can_be_published(name):
    assert [str(problem) for problem in check_pack(BUILT_IN / name)] == []


@pytest.mark.parametrize("name", PACKS)
def test_the_pack_tells_stories_that_end_well_and_others(name):
    examples = load_pack(BUILT_IN / name).under("examples", ".json")

    assert len(examples) >= 5
    assert {b"customer_served" in told for told in examples.values()} == {True, False}


@pytest.mark.parametrize("name", GROUNDS)
def test_what_others_stand_on_is_no_journey(name):
    with pytest.raises(Unpublishable, match="extend it"):
        load_pack(BUILT_IN / name)
