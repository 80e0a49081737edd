"""The reader's language, what the timeline notes, and what a page costs."""

from __future__ import annotations

import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from structlog.stdlib import ProcessorFormatter

from atrio.timeline.models import Entry
from tests.apply.people import STEPS, entries

MOST_QUERIES = 15


def read_in(applicant, language):
    return applicant.client.post("/language/", {"language": language, "next": applicant.at})


# ── language ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", STEPS)
def test_a_page_follows_its_reader_in_the_middle_of_the_way(alice, step):
    told = {
        "enter_tax_id": ("What is your company's CNPJ?", "Qual é o CNPJ da sua empresa?"),
        "confirm_company": ("Legal name", "Razão social"),
        "give_contact": ("Who do we talk to?", "Com quem falamos?"),
        "prove_email": ("Code of six digits", "Código de seis números"),
        "check_and_submit": ("Legal name", "Razão social"),
        "track": ("The shop is open", "A loja está aberta"),
    }[step]
    alice.come_to(step)
    if step == "track":
        alice.wait()
    english, portuguese = told
    assert english in alice.words

    answer = read_in(alice, "pt-br")

    assert answer["Location"] == alice.at
    alice._follow(alice.client.get(alice.at, follow=True))
    assert portuguese in alice.words
    assert english not in alice.words


def test_errors_speak_the_readers_language(alice):
    alice.come_to("prove_email")
    read_in(alice, "pt-br")

    alice.send({"proof.code": "abc"})

    assert alice.error_at("proof.code") == "O código tem seis números."


def test_mail_is_written_in_the_language_the_applicant_answered_in_last(alice):
    alice.come_to("give_contact")
    read_in(alice, "de")
    alice.pass_by("give_contact")

    assert alice.application.language == "de"
    assert "Bestätigen Sie Ihre E-Mail" in alice.words


def test_a_language_nobody_speaks_here_changes_nothing(alice):
    alice.come_to("enter_tax_id")
    for language in ("xx", "", "../../etc", "a" * 5000, "\0"):
        assert read_in(alice, language).status_code == 302
        assert "What is your company's CNPJ?" in alice.open("enter_tax_id").words


# ── what the timeline notes ─────────────────────────────────────────────────────────────────


def test_every_page_seen_is_noted_with_its_dimensions(alice):
    alice.read_up_to("track")

    seen = entries("page.viewed")
    application = alice.application
    assert [entry.data["page"] for entry in seen] == [
        "landing",
        "enter_tax_id",
        "tracker",
        *STEPS[1:-1],
        "tracker",
        "tracker",
    ]
    for entry in seen[1:]:
        assert entry.application_id == application.pk
        assert entry.release_id == application.release_id
        assert entry.business_unit == "nordlicht-br"
        assert entry.language == "en"
        assert entry.visit == application.visit
        assert (entry.by_kind, entry.by_id) == ("applicant", str(application.pk))
        assert entry.step == entry.data["page"]


def test_a_view_is_noted_in_the_language_it_was_read_in(alice):
    alice.come_to("enter_tax_id")
    read_in(alice, "pt-br")
    alice.open("enter_tax_id")

    assert entries("page.viewed")[-1].language == "pt-br"


def test_a_page_left_is_noted_with_its_time(alice):
    alice.come_to("give_contact")
    answer = alice.client.post(alice.at + "left/", {"milliseconds": "61500"})

    assert answer.status_code == 204
    (left,) = entries("page.left")
    assert left.data == {"page": "give_contact", "seconds": 61.5}
    assert (left.step, left.visit) == ("give_contact", alice.application.visit)
    assert left.release_id == alice.application.release_id


@pytest.mark.parametrize("step", ["review", "nowhere", "x" * 500, "check_and_submit"])
def test_nobody_leaves_a_page_they_were_not_on(alice, step):
    alice.come_to("give_contact")

    assert alice.client.post(alice.address("") + f"step/{step}/left/").status_code == 404
    assert not entries("page.left")


def test_an_error_is_noted_by_its_fields_and_never_with_what_was_typed(alice):
    alice.come_to("give_contact").send({"contact.email": "alice-prado@", "contact.name": "Alice"})

    (refused,) = entries("step.refused")
    assert refused.data == {
        "fields": ["contact.email", "contact.phone", "contact.role"],
    }
    assert "alice-prado" not in str(list(Entry.objects.values_list("data", flat=True)))


def test_the_timeline_never_holds_the_key_to_an_application(alice):
    alice.read_up_to("track").wait()

    secret = alice.token.partition("~")[2]
    assert secret not in str(list(Entry.objects.values_list()))


@pytest.fixture
def written():
    """Return what makes of a record the line that is written."""
    (formatter,) = (
        handler.formatter
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, ProcessorFormatter)
    )
    return formatter.format


def test_no_log_line_holds_the_key_to_an_application(alice, caplog, written):
    alice.come_to("enter_tax_id").send({"company.tax_id": "1"})
    alice.client.get(alice.address("shop"))
    alice.client.post(alice.address("give_contact"))
    alice.client.get(alice.address("") + "step/nowhere/")

    lines = [written(record) for record in caplog.records]
    assert any("/apply/" in line for line in lines)
    assert not [line for line in lines if alice.token in line]


# ── what a page costs ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", STEPS)
def test_no_page_asks_the_database_more_than_a_few_times(alice, step):
    alice.come_to(step)
    if step == "track":
        alice.wait()
    with CaptureQueriesContext(connection) as asked:
        assert alice.client.get(alice.at).status_code == 200

    assert len(asked) <= MOST_QUERIES, [query["sql"][:100] for query in asked]


def test_the_first_page_asks_the_database_only_a_few_times(alice):
    with CaptureQueriesContext(connection) as asked:
        assert alice.client.get("/").status_code == 200

    assert len(asked) <= MOST_QUERIES, [query["sql"][:100] for query in asked]


def test_an_answer_that_is_refused_costs_no_more_however_much_was_typed(alice):
    alice.come_to("give_contact")
    with CaptureQueriesContext(connection) as few:
        alice.client.post(alice.at, {"contact.name": "1"})
    with CaptureQueriesContext(connection) as many:
        alice.client.post(alice.at, {"contact.name": ["1" * 9999] * 400})

    assert len(many) <= len(few) + 1
