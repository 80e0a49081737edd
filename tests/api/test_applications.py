"""A program becomes a customer for somebody: begins, answers, follows, withdraws."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.utils import timezone

from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.actions import delegate_step
from atrio.onboarding.actions.delegate_step import Asking
from atrio.onboarding.models import EmailProof, Fact, Help, Step
from atrio.onboarding.tokens import applicant, token_for
from atrio.parties.models import Account
from tests.api.conftest import RICO, Program, application_at, program
from tests.onboarding.house import CNPJ, hire
from tests.parties.customers import seen_by

pytestmark = pytest.mark.django_db


def test_from_the_journey_to_the_account(rico):
    offered = rico.read("journeys").json()["items"]
    assert [(one["journey"], one["business_unit"]) for one in offered] == [
        ("company_br", "nordlicht-br")
    ]
    address = rico.come_to("check_and_submit")
    rico.pass_by(address, "check_and_submit")
    told = rico.read(f"{address}/status").json()
    assert (told["status"], told["outcome"]["is_good"]) == ("done", True)
    assert {one["state"] for one in told["milestones"]} == {"done"}
    account = rico.read(f"accounts/{rico.read(address).json()['account']}").json()
    assert account["legal_entities"][0]["tax_id"] == CNPJ
    assert rico.read("accounts", number=account["number"]).json()["items"] == [account]
    assert Account.objects.get().customer_number == account["number"]


def test_what_a_program_sends_is_the_customers_and_tells_who_sent_it(rico):
    address = rico.come_to("prove_email")
    rico.pass_by(address, "prove_email")
    application = application_at(address)
    assert application.channel == "api"
    typed = Fact.objects.get(application=application, field="contact.name", status="accepted")
    assert (typed.origin, typed.source, typed.by_label) == ("customer", "api", "Rico's shop")
    assert {step.by_kind for step in Step.objects.filter(kind="user", closing__gt=0)} == {
        "integrator"
    }
    assert {(done.kind, done.channel) for done in Help.objects.all()} == {("filled_in", "api")}
    told = Message.objects.get(notice="filled_in")
    assert told.to == RICO
    assert "Rico's shop" in told.text


def test_a_code_that_a_program_sends_proves_no_more_than_one_typed_at_the_counter(rico):
    address = rico.come_to("check_and_submit")
    assert EmailProof.objects.get().typed_by == "integrator"
    by = Fact.objects.get(application=application_at(address), field="proof.by")
    assert by.value == "associate"  # the packs' word for "somebody else than the customer"


def test_the_address_of_a_colleague_is_not_taken(rico, unit):
    hire(unit, "carla@nordlicht.example", "associate")
    address = rico.come_to("give_contact")
    answer = rico.says(address, "give_contact", contact__email="carla@nordlicht.example")
    assert answer.status_code == 422
    assert "colleague" in said_of(answer, "contact.email")


def said_of(answer, field):
    """Return what is said of a field."""
    assert answer["Content-Type"] == "application/problem+json"
    return next(one["detail"] for one in answer.json()["errors"] if one["field"] == field)


def test_errors_stand_at_their_field_in_the_language_asked_for(rico, admin):
    address = rico.begin()
    answer = rico.says(address, "enter_tax_id", company__tax_id="99.000.001/0001-02")
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:atrio:problem:answers"
    assert "A digit of this CNPJ is wrong" in said_of(answer, "company.tax_id")
    rico.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    again = rico.says(address, "enter_tax_id", company__tax_id="")
    assert said_of(again, "company.tax_id") == "Bitte füllen Sie dieses Feld aus."


@pytest.mark.parametrize(
    "more",
    [{"credit_limit": 10_000}, {"company.price_group": "Atacado"}, {"decision.outcome": "x"}],
)
def test_what_no_form_asks_for_is_refused_and_nothing_is_taken(rico, more):
    address = rico.begin()
    answer = rico.send(
        f"{address}/steps/enter_tax_id", {"answers": {"company.tax_id": CNPJ, **more}}
    )
    assert answer.status_code == 422
    assert said_of(answer, *more) == "The form has no such field."
    assert rico.read(address).json()["open_steps"] == ["enter_tax_id"]
    assert not Fact.objects.filter(field="company.tax_id").exists()


@pytest.mark.parametrize("more", [{"status": "done"}, {"role": "admin"}, {"account": "x"}])
def test_members_that_a_request_does_not_have_are_refused(rico, more):
    answer = rico.send("applications", {"journey": "company_br", **more})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith(next(iter(more)))


def test_steps_that_were_skipped_or_are_not_reached_are_refused(rico):
    address = rico.begin()
    assert rico.says(address, "check_and_submit", consent__terms=True).status_code == 404
    assert rico.says(address, "review", review__outcome="APPROVE").status_code == 404
    rico.pass_by(address, "enter_tax_id")
    rico.pass_by(address, "confirm_company")
    early = rico.says(address, "prove_email", proof__code="123456")
    assert early.status_code == 404
    assert rico.read(address).json()["open_steps"] == ["give_contact"]


def test_what_was_sent_is_not_changed(rico):
    address = rico.come_to("check_and_submit")
    rico.pass_by(address, "check_and_submit")
    answer = rico.says(address, "give_contact", contact__name="Mallory")
    assert answer.status_code == 409
    assert answer.json()["type"].startswith("urn:atrio:problem:")


def test_whom_of_the_customers_a_step_waits_for_is_told_and_not_their_name(rico):
    address = rico.come_to("confirm_company")
    status = f"{address}/status"
    (owed,) = rico.read(status).json()["owed_by"]
    assert (owed["step"], owed["by"]) == ("confirm_company", "customer")

    by = applicant(token_for(UUID(address.rpartition("/")[2])))
    asking = Asking(name="Dana Roth", email="dana@ventorim.example", asked_by="Alice Prado")
    with seen_by(by):
        delegate_step(by=by, step="confirm_company", asking=asking, now=timezone.now())

    told = rico.read(status)
    assert [one["by"] for one in told.json()["owed_by"]] == ["delegate"]
    assert "Dana" not in told.content.decode()


def test_numbers_and_truths_are_sent_as_json_has_them(rico):
    address = rico.come_to("check_and_submit")
    asked = rico.read(f"{address}/steps/check_and_submit").json()["answers"]
    assert asked["properties"]["consent.terms"]["type"] == "boolean"
    assert asked["required"] == ["consent.terms"]
    answer = rico.says(
        address,
        "check_and_submit",
        consent__terms=True,
        credit__wanted=True,
        credit__amount=12500.5,
    )
    assert answer.status_code == 200, answer.content
    kept = Fact.objects.get(field="credit.amount").value
    assert kept == {"amount": "12500.50", "currency": "BRL"}


def test_another_code_is_sent_and_then_not_so_soon_again(rico):
    address = rico.come_to("prove_email")
    EmailProof.objects.update(sent_at=timezone.now() - timezone.timedelta(minutes=5))
    answer = rico.send(f"{address}/steps/prove_email/code")
    assert (answer.status_code, answer.json()) == (202, {"sent_to": RICO})
    again = rico.send(f"{address}/steps/prove_email/code")
    assert (again.status_code, again.json()["type"]) == (409, "urn:atrio:problem:code-too-soon")


def test_an_application_is_withdrawn_with_its_reason(rico):
    address = rico.come_to("give_contact")
    answer = rico.send(f"{address}/withdrawal", {"reason": "We buy elsewhere."})
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
    run_pending()
    assert rico.read(address).json()["open_steps"] == []
    late = rico.says(address, "give_contact", contact__name="Alice")
    assert late.status_code == 409


def test_a_list_is_told_page_by_page_and_nothing_twice(rico):
    begun = [rico.begin().partition("/")[2] for _ in range(5)]
    seen, cursor = [], ""
    while True:
        page = rico.read("applications", limit=2, cursor=cursor).json()
        seen += [one["id"] for one in page["items"]]
        rico.begin()  # what is new comes before the first page
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == begun[::-1]
    assert len(rico.read("applications", status="done").json()["items"]) == 0
    reference = rico.read(f"applications/{begun[0]}").json()["reference"]
    found = rico.read("applications", reference=reference).json()["items"]
    assert [one["id"] for one in found] == [begun[0]]
    assert rico.read("applications", cursor="nonsense").status_code == 422


def test_a_list_asks_the_database_the_same_number_of_times_whatever_its_length(
    rico, django_assert_num_queries
):
    rico.begin()
    # The role of the web (2), the key, the transaction (2) with its role, the list.
    with django_assert_num_queries(7):
        rico.read("applications")
    for _ in range(4):
        rico.begin()
    with django_assert_num_queries(7):
        assert len(rico.read("applications").json()["items"]) == 5


def test_nothing_of_another_units_is_there_for_mallory(rico, mallory):
    address = rico.come_to("check_and_submit")
    rico.pass_by(address, "check_and_submit")
    account = rico.read(address).json()["account"]
    nowhere = "01a00000-0000-7000-8000-000000000000"
    for ours, nothing in (
        (address, f"applications/{nowhere}"),
        (f"{address}/status", f"applications/{nowhere}/status"),
        (f"{address}/steps", f"applications/{nowhere}/steps"),
        (f"{address}/steps/give_contact", f"applications/{nowhere}/steps/give_contact"),
        (f"accounts/{account}", f"accounts/{nowhere}"),
    ):
        found, missing = mallory.read(ours), mallory.read(nothing)
        assert (found.status_code, found.content) == (404, missing.content), ours
    for ours in (
        f"{address}/steps/give_contact",
        f"{address}/steps/prove_email/code",
        f"{address}/withdrawal",
    ):
        body = {"answers": {}} if ours.endswith("contact") else None
        assert mallory.send(ours, body).status_code == 404, ours
    assert mallory.read("applications").json()["items"] == []
    assert mallory.read("accounts").json()["items"] == []
    begun = mallory.send("applications", {"journey": "company_br", "business_unit": "nordlicht-br"})
    assert begun.status_code == 404


def test_a_key_opens_only_what_its_scopes_say(admin, rico):
    address = rico.begin()
    reader = program(admin, "applications:read")
    assert reader.read(address).status_code == 200
    refused = reader.send("applications", {"journey": "company_br"})
    assert refused.status_code == 403
    assert "applications:write" in refused.json()["detail"]
    assert reader.read("accounts").status_code == 403
    assert program(admin, "accounts:read").read(address).status_code == 403


@pytest.mark.parametrize("secret", ["", "atrio_wrong", "x" * 5000, "\udcff", "ätrio"])
def test_without_a_key_of_ours_nobody_comes_in(unit, secret):
    answer = Program(secret).read("applications")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", ["", "{", '{"journey": NaN}', '"\\ud800"', '{"journey": "\\u0000"}', "[" * 100_000]
)
def test_a_body_that_cannot_be_read_is_told_as_a_problem(rico, body):
    answer = rico.post(
        "/api/v1/applications",
        body,
        content_type="application/json",
        headers={"idempotency-key": "one"},
    )
    assert answer.status_code in {400, 422}
    assert answer["Content-Type"] == "application/problem+json"


def test_where_there_is_nothing_a_problem_says_so(rico):
    for address in ("", "nothing", "applications/123", "v2/journeys"):
        answer = rico.get(f"/api/v1/{address}")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
