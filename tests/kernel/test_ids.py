"""Ids for rows and references for people."""

import itertools
import re
from concurrent.futures import ThreadPoolExecutor

from atrio.kernel.ids import derived_id, new_id, new_reference


def test_ids_are_of_version_7_and_grow_with_time():
    ids = [new_id() for _ in range(100)]

    assert {(i.version, i.variant) for i in ids} == {(7, "specified in RFC 4122")}
    milliseconds = [i.int >> 80 for i in ids]
    assert milliseconds == sorted(milliseconds)
    assert len(set(ids)) == 100


def test_references_have_no_letter_to_misread():
    references = {new_reference() for _ in range(1_000)}

    assert len(references) == 1_000
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", r) for r in references)


def test_each_id_is_greater_than_the_one_before_it_also_within_a_millisecond():
    ids = [new_id() for _ in range(20_000)]

    assert all(before < after for before, after in itertools.pairwise(ids))


def test_ids_of_several_threads_are_all_different():
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: new_id(), range(20_000)))

    assert len(set(ids)) == len(ids)


def test_what_follows_from_an_id_is_of_its_moment_and_the_same_every_time():
    base = new_id()
    one, other = derived_id(base, "company_br"), derived_id(base, "company_de")

    assert one == derived_id(base, "company_br")
    assert len({base, one, other, derived_id(new_id(), "company_br")}) == 4
    assert (one.version, one.variant) == (7, "specified in RFC 4122")
    assert one.int >> 80 == base.int >> 80
