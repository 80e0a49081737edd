"""The first page, and beginning."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone
from lxml import html

from atrio.kernel.ids import new_id, new_reference
from atrio.onboarding.models import Application
from tests.apply.people import Applicant, entries, words_of
from tests.parties.customers import Browser


def test_the_first_page_offers_what_the_unit_offers(alice):
    assert "Your shop, open in under three minutes" in alice.words
    assert html.fromstring(alice.text).xpath("//input[@name='pack']/@value") == ["company_br"]


def test_a_house_without_journeys_says_so(db):
    page = Browser().get("/")

    assert page.status_code == 200
    assert "not taking new customers" in words_of(page)


def test_the_first_page_speaks_the_readers_language(unit):
    assert "Empresa no Brasil" in Applicant(language="pt-BR,pt;q=0.9").words
    assert "Unternehmen in Brasilien" in Applicant(language="de-AT").words


def test_beginning_leads_to_the_first_step_and_starts_the_clock_at_the_first_page(alice):
    (seen,) = entries("page.viewed")

    alice.begin()

    application = alice.application
    assert alice.step == "enter_tax_id"
    assert abs((application.first_page_at - seen.at).total_seconds()) < 1
    assert application.visit == seen.visit
    assert application.business_unit == "nordlicht-br"
    assert application.language == "en"


def test_a_second_application_of_the_same_browser_has_a_visit_and_a_clock_of_its_own(alice):
    alice.begin()
    first = alice.application
    alice.client.get("/")
    alice.begin()

    assert alice.application.pk != first.pk
    assert alice.application.visit != first.visit
    assert alice.application.first_page_at > first.first_page_at


def test_beginning_without_having_seen_the_first_page_works_as_well(unit):
    answer = Browser().post("/apply/start/", {"pack": "company_br"})

    assert answer.status_code == 302
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    "sent", [{}, {"pack": "company_xx"}, {"pack": "a\0b"}, {"pack": "../company_br"}]
)
def test_nobody_begins_what_is_not_offered(unit, sent):
    answer = Browser().post("/apply/start/", sent)

    assert answer.status_code == 404
    assert not Application.objects.exists()


def test_the_usual_time_is_told_in_words_once_enough_have_come(alice):
    application = alice.begin().application
    application.status, application.finished_at = "done", timezone.now()
    application.first_page_at = application.finished_at - timedelta(seconds=108)
    for _ in range(5):
        application.pk, application.reference = new_id(), new_reference()
        application.save(force_insert=True)
    caches["process"].clear()

    assert "Half of our customers needed less than 1 min 48 s" in words_of(alice.client.get("/"))


def test_leaving_the_first_page_is_noted_with_the_time_it_was_open(alice):
    answer = alice.client.post("/left/", {"milliseconds": "4200"})

    assert answer.status_code == 204
    (left,) = entries("page.left")
    assert left.data == {"page": "landing", "seconds": 4.2}


@pytest.mark.parametrize("nonsense", ["", "-1", "NaN", "1e9", "9" * 5000, "9" * 400, "\0", "²"])
def test_nonsense_about_the_time_counts_for_nothing(alice, nonsense):
    assert alice.client.post("/left/", {"milliseconds": nonsense}).status_code == 204
    assert entries("page.left")[-1].data["seconds"] == 0
