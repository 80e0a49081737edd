"""Notices before they are sent: each language, brand and channel, with an example's people."""

from __future__ import annotations

import re

import pytest

from atrio.journeys.previews import preview
from atrio.journeys.queries import compiled, latest_release
from atrio.seller.models import Staff
from tests.desk.conftest import branch, hire, seated

pytestmark = pytest.mark.django_db(transaction=True)
WELCOME = "/desk/notices/company_br/welcome/"


@pytest.fixture
def olga(unit):
    return seated(hire(unit, "olga@nordlicht.example", "process_owner"))


def page(who, address=WELCOME, **query):
    return who.get(address, query).content.decode()


def test_every_notice_of_the_release_is_listed(olga):
    listed = page(olga, "/desk/notices/")
    assert "Release 1" in listed
    for name in compiled(latest_release("company_br")).notices:
        assert f'href="/desk/notices/company_br/{name}/"' in listed, name


def test_a_notice_is_shown_with_an_examples_people(olga):
    shown = page(olga, language="en")
    assert re.search(r"The shop is open for \w+ \w+", shown)
    assert "ola@nordlicht.example" in shown
    assert "Sign in to the shop with your email address. K7M2-9QXA" in shown  # the text message
    assert "no example comes to this notice" not in shown


def test_every_notice_is_shown_in_every_language(olga):
    journey = compiled(latest_release("company_br"))
    for name in journey.notices:
        for language in journey.pack.languages:
            shown = page(olga, f"/desk/notices/company_br/{name}/html", language=language)
            assert f'<html lang="{language}">' in shown
            assert "{" not in shown.partition("<body>")[2], (name, language)


def test_the_letter_alone_runs_nothing_and_reaches_nobody(olga):
    answer = olga.get(f"{WELCOME}html")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src 'self'" in olga.get(WELCOME)["Content-Security-Policy"]


def test_each_brand_has_its_letterhead(olga, unit):
    other = branch("rotlicht-br")
    other.journeys, other.brand, other.accent = ["company_br"], "Rotlicht", "#aa2200"
    other.save(update_fields=["journeys", "brand", "accent"])
    user = Staff.objects.get(role="process_owner").user
    Staff.objects.create(user=user, business_unit=other, role="process_owner")

    assert "rotlicht-br" in page(olga)
    letter = page(olga, f"{WELCOME}html", unit="rotlicht-br")
    assert "Rotlicht" in letter
    assert "background: #aa2200" in letter
    assert "Rotlicht" not in page(olga, f"{WELCOME}html", unit="nordlicht-br")


def test_a_notice_without_an_example_says_so(olga):
    journey = compiled(latest_release("company_br"))
    assert not preview(journey, "code", language="en", unit="", lent={}).is_told
    assert "no example comes to this notice" in page(olga, "/desk/notices/company_br/code/")


@pytest.mark.parametrize("query", [{"language": "xx"}, {"unit": "elsewhere"}, {"language": "\0"}])
def test_a_wrong_choice_shows_what_there_is(olga, query):
    assert olga.get(WELCOME, query).status_code == 200


@pytest.mark.parametrize("address", ["company_br/nothing/", "company_xx/welcome/"])
def test_what_is_not_there_is_not_found(olga, address):
    assert olga.get(f"/desk/notices/{address}").status_code == 404
    assert olga.get(f"/desk/notices/{address}html").status_code == 404


def test_the_outbox_leads_there_for_those_who_may_look(carla, martin):
    assert 'href="/desk/notices/"' in page(carla, "/desk/outbox/")
    assert 'href="/desk/notices/"' not in page(martin, "/desk/outbox/")
    assert martin.get("/desk/notices/").status_code == 404


def test_mallory_sees_none_of_our_notices(mallory):
    assert "company_br" not in page(mallory, "/desk/notices/")
    for address in (WELCOME, f"{WELCOME}html"):
        assert mallory.get(address).status_code == 404
