"""One application's page: what it shows and what can be done there."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.utils import timezone

from atrio.kernel.queue import run_pending
from atrio.onboarding.models import Application, Call, Fact
from atrio.outside.invented import invented_numbers
from tests.desk.conftest import apply_with, crowd
from tests.desk.seats import queries_of

pytestmark = pytest.mark.django_db(transaction=True)
BUDGET = 17
NAUGHTY = "<script>alert(1)</script>{{ 7*7 }}{% now 'Y' %}'\"\N{RIGHT-TO-LEFT OVERRIDE}"


def page_of(client, application, **query):
    response = client.get(f"/desk/applications/{application.pk}/", query)
    assert response.status_code == 200
    return response.content.decode()


def said(response):
    """Return the messages on the page that a change leads to."""
    return re.findall(r'class="note [^"]*">.*?<p>(.*?)</p>', response.content.decode(), re.DOTALL)


def decide(client, application, *, step="review", **answers):
    data = {name.replace("__", "."): value for name, value in answers.items()}
    address = f"/desk/applications/{application.pk}/steps/{step}/decide"
    return client.post(address, data, follow=True)


def test_facts_stand_there_with_their_source_and_their_past(carla, referred):
    page = page_of(carla, referred)
    for words in (
        "99.000.007/0001-70",
        "Federal register (Receita Federal)",
        "Alice Prado",
        "proved",
        "1 other value",
    ):
        assert words in page, words


def test_codes_of_registers_and_tables_are_told_in_the_readers_language(carla, referred):
    carla.cookies["django_language"] = "de"
    page = page_of(carla, referred)
    for words in (
        "ausgesetzt",
        "Alter in Tagen",
        "ein Mensch entscheidet",
        "Das Unternehmen ist im Bundesregister ausgesetzt oder unzuverlässig gemeldet.",
    ):
        assert words in page, words
    for code in ("Age days", "company_not_active", "REFER"):
        assert code not in page, code


def test_the_messages_about_it_are_one_click_away(carla, referred, silent):
    (address,) = re.findall(r'href="(/desk/outbox/[^"]*)"', page_of(carla, referred))[1:]
    listed = carla.get(address).content.decode()
    assert "99000007000170@ventorim.example" in listed
    assert "99000031" not in listed


def test_findings_decisions_and_calls_stand_there_with_request_and_answer(carla, referred):
    page = page_of(carla, referred)
    for words in (
        "a person decides",
        "The company is suspended or unfit in the federal register.",
        "registry.find_company",
        "find_company 99000007000170",
    ):
        assert words in page, words


def test_the_drawing_is_marked_where_the_case_stands(carla, referred):
    page = page_of(carla, referred)
    assert 'data-here="review"' in page
    (done,) = re.findall(r'data-done="([^"]*)"', page)
    assert {"enter_tax_id", "ask_register", "assess_risk"} <= set(done.split())
    assert "create_customer" not in done
    (address,) = re.findall(r'data-blueprint="([^"]*)"', page)
    drawing = carla.get(address)
    assert drawing["Content-Type"].startswith("application/xml")
    assert b'id="review"' in drawing.content


def test_carla_approves_and_the_application_goes_on_to_the_shop(carla, referred):
    answer = decide(carla, referred, review__verdict="approve")
    assert any(referred.reference in line for line in said(answer))
    run_pending()
    referred.refresh_from_db()
    assert referred.status == "done"
    verdict = Fact.objects.get(application=referred, field="review.verdict")
    assert (verdict.origin, verdict.by_label) == ("staff", "Carla")


def test_a_decision_without_a_verdict_is_asked_for_again_and_nothing_is_lost(carla, referred):
    answer = decide(carla, referred, review__note="Talked to them on Monday.")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="f-review-verdict-error"' in page
    assert "Talked to them on Monday." in page
    referred.refresh_from_db()
    assert referred.waiting_on == "associate"


def test_a_refusal_needs_its_reason(carla, referred):
    answer = decide(carla, referred, review__verdict="decline")
    assert 'id="f-review-reason-error"' in answer.content.decode()
    decide(carla, referred, review__verdict="decline", review__reason="Unfit since May.")
    referred.refresh_from_db()
    assert referred.status == "declined"


def test_who_sells_sees_everything_and_decides_nothing(martin, referred):
    page = page_of(martin, referred)
    assert "An associate decides on this" in page
    assert 'name="review.verdict"' not in page
    answer = decide(martin, referred, review__verdict="approve")
    assert said(answer) == ["Only associates decide on applications."]
    referred.refresh_from_db()
    assert referred.waiting_on == "associate"


@pytest.mark.parametrize("step", ["create_customer", "enter_tax_id", "repair", "nowhere"])
def test_only_the_step_that_waits_for_us_is_ours_to_answer(carla, referred, step):
    answer = decide(carla, referred, step=step, review__verdict="approve")
    assert said(answer) == ["This step is not open now."]


def test_the_second_decision_finds_nothing_to_decide(carla, referred):
    decide(carla, referred, review__verdict="approve")
    answer = decide(carla, referred, review__verdict="decline", review__note="Too late.")
    assert said(answer) == ["This step is not open now."]
    assert not Fact.objects.filter(field="review.note", value="Too late.").exists()


def test_what_a_form_does_not_ask_is_not_taken(carla, referred):
    decide(carla, referred, review__verdict="approve", decision__outcome="APPROVE", role="admin")
    outcomes = Fact.objects.filter(application=referred, field="decision.outcome")
    assert [fact.value for fact in outcomes] == ["REFER"]
    assert not Fact.objects.filter(field="role").exists()


@pytest.mark.parametrize("typed", ["x" * 1_000_000, "\x00", NAUGHTY, ["approve", "decline"]])
def test_no_verdict_that_is_none_is_taken(carla, referred, typed):
    answer = decide(carla, referred, review__verdict=typed)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.content.decode()
    referred.refresh_from_db()
    assert referred.waiting_on == "associate"


def test_what_the_erp_refused_is_shown_and_repaired_by_carla(carla, failed):
    page = page_of(carla, failed)
    assert "The system in memory was told to refuse" in page
    assert 'data-failed="create_customer"' in page
    assert "Repair in the ERP" in page
    decide(carla, failed, step="repair", repair__action="mended")
    run_pending()
    failed.refresh_from_db()
    assert failed.status == "done"
    assert 'data-failed=""' in page_of(carla, failed)


def test_a_call_without_an_answer_is_tried_again_at_carlas_word(carla, silent):
    page = page_of(carla, silent)
    assert "sent, no answer" in page
    (address,) = re.findall(r'action="(/desk/applications/[^"]*/retry)"', page)
    answer = carla.post(address, follow=True)
    assert said(answer) == ["The call is queued: it searches first and creates then."]
    run_pending()
    silent.refresh_from_db()
    assert silent.status == "done"
    assert said(carla.post(address, follow=True)) == ["There is nothing left to try again here."]


def test_a_failure_that_no_process_catches_has_its_repair_button(carla, silent):
    Call.objects.filter(application=silent, name="erp.create_customer").update(
        status="failed", error="Nobody expected this", finished_at=timezone.now()
    )
    page = page_of(carla, silent)
    assert "Nobody expected this" in page
    assert 'data-failed="create_customer"' in page
    (address,) = re.findall(r'action="(/desk/applications/[^"]*/retry)"', page)
    carla.post(address)
    run_pending()
    silent.refresh_from_db()
    assert silent.status == "done"


def test_who_sells_repairs_nothing(martin, silent):
    assert "/retry" not in page_of(martin, silent)
    call = Call.objects.get(application=silent, name="erp.create_customer")
    answer = martin.post(f"/desk/applications/{silent.pk}/calls/{call.pk}/retry", follow=True)
    assert said(answer) == ["Only associates repair applications."]


def test_a_call_of_another_application_is_not_reached_through_this_one(carla, referred, silent):
    call = Call.objects.get(application=silent, name="erp.create_customer")
    for stranger in (call.pk, uuid4()):
        address = f"/desk/applications/{referred.pk}/calls/{stranger}/retry"
        assert carla.post(address).status_code == 404


def test_what_people_type_is_shown_and_never_run(carla, unit):
    application = apply_with(next(invented_numbers(start=41)), name="O'Neil & <b>Söhne</b>")
    application.title = NAUGHTY
    application.save(update_fields=["title"])
    Fact.objects.create(
        application=application,
        field="company.legal_name",
        value=NAUGHTY,
        origin="customer",
        status="accepted",
        at=timezone.now(),
        by_kind="applicant",
        by_label=NAUGHTY,
    )
    page = page_of(carla, application)
    assert "<script>alert" not in page
    assert "<b>Söhne" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}{% now &#x27;Y&#x27; %}" in page
    assert "<script>alert" not in carla.get("/desk/?view=finished").content.decode()


def test_an_application_without_any_answer_has_its_page_too(carla, unit):
    (application,) = crowd(1, title="", current_step="", waiting_on="customer")
    page = page_of(carla, application)
    assert "Not known yet" in page
    assert "None so far." in page


def test_a_page_that_watches_is_told_when_something_has_changed(carla, silent):
    (watched,) = re.findall(r'hx-get="([^"]*seen=[^"]*)"', page_of(carla, silent))
    same = carla.get(watched, headers={"HX-Request": "true"})
    assert (same.status_code, "HX-Refresh" in same) == (204, False)
    Call.objects.filter(application=silent, name="erp.create_customer").update(attempts=2)
    changed = carla.get(watched, headers={"HX-Request": "true"})
    assert (changed.status_code, changed["HX-Refresh"]) == (204, "true")


def test_a_page_with_a_form_is_never_taken_from_under_the_hands(carla, referred):
    assert "seen=" not in page_of(carla, referred)


def test_the_page_costs_the_same_however_many_applications_there_are(carla, silent):
    address = f"/desk/applications/{silent.pk}/"
    few = queries_of(carla, address)
    crowd(500)
    many = queries_of(carla, address)
    assert many == few
    assert many <= BUDGET
    assert Application.objects.count() == 501
