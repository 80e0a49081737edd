"""What settles it, what speaks for it, and what must never be taken for the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from atrio.parties.matching.comparing import match
from atrio.parties.matching.keys import candidate_keys
from atrio.parties.matching.normalising import normalise
from atrio.parties.matching.records import Identifier, PartyRecord, Place

HOUSE = Place("Rua das Bromélias", "12", "", "Centro", "01310-100", "São Paulo", "SP", "BR")
ELSEWHERE = Place("Avenida dos Ipês", "900", "", "Boa Vista", "50030-230", "Recife", "PE", "BR")
VENTORIM = PartyRecord(
    kind="company",
    names=("Ventorim Instalações Ltda", "Ventorim"),
    identifiers=(Identifier("br_cnpj", "99.000.001/0001-00"),),
    address=HOUSE,
    phones=("+55 11 3333-4444",),
    domains=("ventorim.example",),
)
ALICE = PartyRecord(
    kind="person",
    names=("Alice Prado",),
    address=HOUSE,
    phones=("+55 11 91234-5678",),
    emails=("alice@ventorim.example",),
)


def levels(found):
    return {e.about: e.level for e in found.evidence}


def test_one_tax_id_is_one_company_whatever_else_is_said():
    other = PartyRecord(
        kind="company",
        names=("Another Name S.A.",),
        identifiers=(Identifier("br_cnpj", "99000001000100"),),
        address=ELSEWHERE,
    )

    found = match(VENTORIM, other)

    assert (found.verdict, levels(found)["identifier"]) == ("same", "same")


def test_a_tax_id_that_lost_its_noughts_in_a_spreadsheet_is_the_same():
    one = replace(VENTORIM, identifiers=(Identifier("br_cnpj", "00990001000127"),))
    other = replace(VENTORIM, identifiers=(Identifier("br_cnpj", "990001000127"),))

    assert levels(match(one, other))["identifier"] == "same"


def test_branches_of_one_company_are_related_and_not_the_same():
    branch = replace(VENTORIM, identifiers=(Identifier("br_cnpj", "99000001000282"),))

    found = match(VENTORIM, branch)

    assert (found.verdict, found.is_branch) == ("different", True)


def test_another_tax_id_outweighs_name_and_house():
    sister = replace(
        VENTORIM,
        names=("Ventorim Serviços Ltda",),
        identifiers=(Identifier("br_cnpj", "99555777000166"),),
    )

    assert match(VENTORIM, sister).verdict != "same"


def test_a_slip_in_the_tax_id_is_forgiven_where_all_else_agrees():
    mistyped = replace(VENTORIM, identifiers=(Identifier("br_cnpj", "99000001000010"),))

    assert match(VENTORIM, mistyped).verdict == "same"


@pytest.mark.parametrize("number", ["00000000000000", "99999999999999", ""])
def test_a_number_that_stands_for_none_settles_nothing(number):
    nobody = replace(VENTORIM, identifiers=(Identifier("br_cnpj", number),))
    other = PartyRecord(
        kind="company", names=("Marupanga S.A.",), identifiers=nobody.identifiers, address=ELSEWHERE
    )

    found = match(nobody, other)

    assert found.verdict == "different"
    assert "identifier" not in levels(found)


def test_companies_without_a_tax_id_are_known_by_name_house_and_telephone():
    offline = replace(VENTORIM, names=("VENTORIM INSTALACOES",), identifiers=(), domains=())

    assert match(VENTORIM, offline).verdict == "same"


def test_a_name_alone_is_no_proof():
    alone = PartyRecord(kind="company", names=("Ventorim Instalações",))

    assert match(VENTORIM, alone).verdict == "maybe"


def test_neighbours_in_one_house_with_one_switchboard_are_two_companies():
    neighbour = replace(VENTORIM, names=("Marupanga S.A.",), identifiers=(), domains=())

    assert match(VENTORIM, neighbour).verdict == "different"


def test_a_provider_of_mail_is_nobodys_domain():
    one = PartyRecord(kind="company", names=("Ventorim",), emails=("ventorim@gmail.com",))
    other = PartyRecord(kind="company", names=("Marupanga",), emails=("marupanga@gmail.com",))

    assert "domain" not in levels(match(one, other))


def test_a_person_is_known_by_their_address_of_mail_and_name():
    elsewhere = replace(ALICE, names=("PRADO, Alice M.",), address=ELSEWHERE, phones=())

    assert match(ALICE, elsewhere).verdict == "same"


def test_colleagues_in_one_house_are_two_persons():
    bob = replace(ALICE, names=("Bob Teixeira",), emails=("bob@ventorim.example",))

    assert match(ALICE, bob).verdict != "same"


def test_a_family_under_one_roof_with_one_telephone_is_not_one_person():
    sister = replace(ALICE, names=("Beatriz Prado",), emails=())

    assert match(replace(ALICE, emails=()), sister).verdict != "same"


def test_two_of_one_name_in_one_town_are_not_taken_for_one():
    one = PartyRecord(kind="person", names=("Maria Silva",), address=Place(city="Recife"))

    assert match(one, replace(one, emails=("maria@marupanga.example",))).verdict == "maybe"


def test_a_person_is_never_a_company():
    assert match(ALICE, replace(ALICE, kind="company")).verdict == "different"


def test_nothing_known_is_nothing_said():
    nobody = PartyRecord(kind="company")

    assert match(nobody, nobody).evidence == ()
    assert candidate_keys(normalise(nobody)) == frozenset()


def test_every_point_of_a_score_is_shown():
    found = match(VENTORIM, replace(VENTORIM, names=("Ventorin Instalações",), identifiers=()))

    assert {"name", "phone", "domain", "street"} <= levels(found).keys()
    assert levels(found)["name"] == "alike"


def test_naughty_strings_are_compared_like_any(naughty):
    for text in naughty:
        record = PartyRecord(
            kind="company",
            names=(text,),
            identifiers=(Identifier("br_cnpj", text),),
            phones=(text,),
            emails=(text,),
            domains=(text,),
            address=Place(text, text, text, text, text, text, text, text),
            birth_date=text,
        )
        assert match(record, record).verdict in {"same", "maybe", "different"}
        assert match(replace(record, kind="person"), ALICE).score <= 1
