"""Persons, measured on the Febrl sets; the points were chosen looking at the second and third."""

from __future__ import annotations

from dataclasses import replace

import pytest

from atrio.parties.matching.pairs import find_pairs
from bench.support import febrl

BAR = 0.95


@pytest.fixture
def folder(shared_data):
    return shared_data / "matching" / "febrl"


@pytest.mark.parametrize("name", febrl.SETS)
def test_persons_are_found_by_all_we_know_of_them(folder, name):
    records = febrl.read(folder, name)

    f1, considered = febrl.measure(records, name)

    assert f1 >= BAR
    # All with all would be millions.
    assert considered < 3 * len(records)


@pytest.mark.parametrize("unknown", [{"identifiers": ()}, {"birth_date": ""}])
@pytest.mark.parametrize("name", febrl.SETS)
def test_persons_are_found_where_we_know_less(folder, name, unknown):
    records = [(key, replace(record, **unknown)) for key, record in febrl.read(folder, name)]

    f1, _considered = febrl.measure(records, name)

    assert f1 >= BAR


@pytest.mark.parametrize("name", ["1", "2", "3"])
def test_by_name_and_house_alone_a_family_is_left_to_a_person_to_tell_apart(folder, name):
    records = [
        (key, replace(record, identifiers=(), birth_date=""))
        for key, record in febrl.read(folder, name)
    ]

    found = find_pairs(records)

    truth = febrl.true_pairs(key for key, _record in records)
    assert found.same() <= truth
    maybe = found.matches.keys()
    assert 2 * len(maybe & truth) / (len(maybe) + len(truth)) >= BAR


def test_the_order_of_the_records_makes_no_difference(folder):
    records = febrl.read(folder, "1")

    assert find_pairs(records) == find_pairs(records[::-1])
