"""Lists of postcodes, taken over and looked up."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from atrio.postcodes.actions import import_postcodes
from atrio.postcodes.models import Postcode
from atrio.postcodes.queries import forget, has_postcodes_of, places_of
from atrio.postcodes.rules import NoPostcodes, Place
from atrio.site.commands.postcodes import app

pytestmark = pytest.mark.django_db
GERMANY = [
    "DE\t17509\tWusterhusen\tMecklenburg-Vorpommern\tMV\t\t\t\t\t54.1\t13.6\t4\n",
    "DE\t17509\tLubmin\tMecklenburg-Vorpommern\tMV\t\t\t\t\t54.1\t13.6\t4\n",
    "DE\t17509\tLubmin\tMecklenburg-Vorpommern\tMV\tanother part of it\n",
    "\n",
    "DE\t20457\tHamburg\tHamburg\tHH\n",
]
BRAZIL = ["br\t01310-100\tSão Paulo\tSao Paulo\t27\n", "BR\t80010-000\tCuritiba\tParaná\t18\n"]


@pytest.fixture(autouse=True)
def _forgotten():
    yield
    forget(["DE", "BR", "FR"])


def test_a_code_has_its_places_however_it_is_written():
    assert import_postcodes([*GERMANY, *BRAZIL]) == {"DE": 3, "BR": 2}

    assert [place.city for place in places_of("DE", " 17 509")] == ["Lubmin", "Wusterhusen"]
    assert places_of("BR", "80010000") == [Place("BR", "80010000", "Curitiba", "PR")]
    # A list may have codes of its own and leave accents out.
    assert [place.region for place in places_of("BR", "01310-100")] == [""]
    assert places_of("DE", "99999") == places_of("FR", "17509") == []


def test_a_new_list_replaces_its_countries_and_no_others():
    import_postcodes([*GERMANY, *BRAZIL])
    import_postcodes(["DE\t10115\tBerlin\tBerlin\tBE\n"])

    assert set(Postcode.objects.values_list("country", "code")) == {
        ("DE", "10115"),
        ("BR", "01310100"),
        ("BR", "80010000"),
    }


def test_it_is_known_of_which_countries_there_are_lists(django_capture_on_commit_callbacks):
    assert not has_postcodes_of("DE")

    with django_capture_on_commit_callbacks(execute=True):
        import_postcodes(GERMANY)

    assert has_postcodes_of("DE")
    assert not has_postcodes_of("FR")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("DE,10115,Berlin,Berlin,BE", "Line 2 has 1 columns"),
        ("D\t10115\tBerlin\tBerlin\tBE", "two letters"),
        ("Deutschland\t10115\tBerlin\tBerlin\tBE", "two letters"),
        ("DE\t \tBerlin\tBerlin\tBE", "no postcode"),
        ("DE\t10115\t\tBerlin\tBE", "no place"),
        (f"DE\t10115\t{'B' * 81}\tBerlin\tBE", "too long"),
    ],
)
def test_of_what_is_no_list_nothing_is_taken_over(line, said):
    import_postcodes(GERMANY)

    with pytest.raises(NoPostcodes, match=said):
        import_postcodes([GERMANY[0], line])
    assert Postcode.objects.count() == 3


def test_the_command_says_how_many_there_are_or_which_line_is_wrong(tmp_path):
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("".join(GERMANY), encoding="utf-8")
    bad.write_text("DE;10115", encoding="utf-8")

    done = CliRunner().invoke(app, ["import", str(good)])
    failed = CliRunner().invoke(app, ["import", str(bad)])

    assert (done.exit_code, done.output.split()) == (0, ["DE", "3"])
    assert failed.exit_code == 1
    assert "Line 1 has 1 columns" in failed.output
