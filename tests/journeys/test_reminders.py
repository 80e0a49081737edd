"""What a pack says about reminders, and what is refused at publication."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atrio.engine.problems import Unpublishable
from atrio.journeys.packs import load_pack
from atrio.journeys.reminders import Reminders
from atrio.journeys.rules import check_pack
from tests.journeys.making import PACK, write_pack
from tests.onboarding.house import PACKS


def test_the_brazilian_pack_reminds_three_times_and_ends_after_a_month():
    policy = load_pack(PACKS / "company_br").reminders

    assert [moment.days for moment in policy.moments] == [1, 3, 7, 27, 30]
    assert policy.notices == ("reminder", "last_reminder")


def test_a_pack_that_says_nothing_hurries_nobody():
    policy = Reminders.parse({})

    assert (policy.moments, policy.notices) == ((), ())


def test_what_nobody_is_told_of_beforehand_may_expire_all_the_same():
    policy = Reminders.parse({"expires_after": "P2W"})

    assert policy.moments == (timedelta(weeks=2),)
    assert policy.notices == ()


@pytest.mark.parametrize(
    ("said", "place", "reason"),
    [
        ({"after": ["P3D", "P1D"]}, "after", "later than the one before"),
        ({"after": ["P1D", "P1D"]}, "after", "later than the one before"),
        ({"after": ["tomorrow"]}, "after", "ISO 8601"),
        ({"after": ["P1M"]}, "after", "no fixed length"),
        ({"after": ["PT5M"]}, "after", "an hour"),
        ({"expires_after": "P1Y"}, "expires_after", "no fixed length"),
        ({"after": ["P7D"], "expires_after": "P7D"}, "expires_after", "after all reminders"),
        ({"last_letter": "P3D"}, "last_letter", "nothing expires"),
        ({"expires_after": "P3D", "last_letter": "P3D"}, "expires_after", "after all reminders"),
        (
            {"after": ["P7D"], "expires_after": "P9D", "last_letter": "P3D"},
            "expires_after",
            "after all reminders",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(said, place, reason):
    with pytest.raises(Unpublishable) as refused:
        Reminders.parse(said)

    (problem,) = refused.value.problems
    assert problem.element == f"reminders.{place}"
    assert reason in problem.reason


@pytest.mark.parametrize("said", ["[reminders]", "[reminders]\nafter = []", "[reminders]\nof = 1"])
def test_what_nobody_reads_is_refused(tmp_path, said):
    problems = check_pack(write_pack(tmp_path, **{"pack.toml": PACK + "\n" + said}))

    assert next(iter(problems)).element.startswith("reminders")


def test_a_pack_needs_words_for_its_letters_in_every_language(tmp_path):
    said = '[reminders]\nafter = ["P1D"]\nexpires_after = "P9D"\nlast_letter = "P1D"\n'
    problems = check_pack(write_pack(tmp_path, **{"pack.toml": PACK + "\n" + said}))

    assert {(problem.file, problem.element) for problem in problems} == {
        (f"texts/{language}.toml", f"notices.{notice}")
        for language in ("en", "de")
        for notice in ("reminder", "last_reminder")
    }
