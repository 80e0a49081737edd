"""Companies' names: forms aside, in any order, with slips of the pen, in three alphabets."""

from __future__ import annotations

import csv
import gzip

import pytest

from atrio.parties.matching.company_names import name_likeness
from atrio.parties.matching.folding import fold
from atrio.parties.matching.legal_forms import without_legal_form

ALIKE = 0.75  # from here on a name speaks for two companies being one


def words_of(name):
    return without_legal_form(fold(name).split())[0]


def likeness(one, other):
    return name_likeness(words_of(one), words_of(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ventorim Instalações Ltda", "VENTORIM INSTALACOES LTDA."),
        ("Ventorim Sociedade Anônima", "Ventorim S/A"),
        ("Müllheimer Elektro GmbH & Co. KG", "Muellheimer Elektro"),
        ("ООО «Ромашкин Дом»", "Romashkin Dom OOO"),
        ("Instalações Ventorim", "Ventorim Instalações"),
        ("M&M Materiais", "M and M Materiais"),
        ("Vento Rim Ltda", "Ventorim Ltda"),
    ],
)
def test_names_that_say_the_same_are_the_same(one, other):
    assert likeness(one, other) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ventorim Instalações", "Ventorin Instalações"),
        ("Brisaforte Materiais Elétricos", "Brisafote Materiais Eletricos Ltda"),
        ("Quartzeira", "Quartzeira Brasil Comércio Ltda"),
    ],
)
def test_slips_and_words_of_every_trade_leave_names_alike(one, other):
    assert ALIKE <= likeness(one, other) < 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ventorim Instalações Ltda", "Marupanga Instalações Ltda"),
        ("Comércio de Materiais Elétricos Ltda", "Brisaforte Materiais Elétricos Ltda"),
        ("ABC Ltda", "ABD Ltda"),
        ("Nord 24 GmbH", "Nord 25 GmbH"),
        ("Ltda", ""),
    ],
)
def test_names_that_share_only_what_everybody_has_are_not_alike(one, other):
    assert likeness(one, other) < ALIKE


def test_a_name_of_nothing_but_legal_forms_keeps_a_word():
    assert without_legal_form(["sa", "ltda"]) == (("sa",), frozenset({"limited"}))


def test_of_500_companies_the_misspelt_one_is_nearest_to_itself(shared_data):
    folder = shared_data / "matching" / "dnb_company_names"
    right, wrong = (
        [words_of(row["company_name"]) for row in rows(folder / name)]
        for name in ("test_names.csv", "adjusted_test_names.csv")
    )

    nearest = sum(
        name_likeness(mine, misspelt) == max(name_likeness(other, misspelt) for other in right)
        for mine, misspelt in zip(right, wrong, strict=True)
    )

    assert nearest >= 0.95 * len(right)


def test_dutch_candidates_are_told_apart(shared_data):
    file = shared_data / "matching" / "emm_company_namepairs" / "unittest_sample_namepairs.csv.gz"
    with gzip.open(file, "rt") as lines:
        pairs = [
            (likeness(row["gt_name"], row["name"]), row["correct"] == "True")
            for row in csv.DictReader(lines)
        ]

    assert f1(pairs) >= 0.9


def test_hard_pairs_of_companies_are_told_apart_better_than_by_counting_letters(shared_data):
    pairs = [
        (likeness(row["name1"], row["name2"]), row["is_match"] == "true")
        for row in rows(shared_data / "matching" / "name_bench_half" / "cases.csv")
        if row["schema"] != "Person"
    ]

    assert f1(pairs) >= 0.85


def f1(pairs):
    right = sum(is_match for alike, is_match in pairs if alike >= ALIKE)
    said, true = sum(alike >= ALIKE for alike, _ in pairs), sum(is_match for _, is_match in pairs)
    return 2 * right / (said + true)


def rows(file):
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))
