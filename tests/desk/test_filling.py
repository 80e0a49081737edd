"""Filling in for a customer at the counter or by telephone: recorded, told, and no way round."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from django.utils import timezone
from lxml import html

from atrio.checks.models import Decision
from atrio.journeys.queries import compiled, latest_release
from atrio.kernel.errors import NotAllowed, NotFound, OutsideFailure
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.onboarding.actions import claim_next, decide_step, fill_in_step, start_on_behalf
from atrio.onboarding.actions.decide_step import SomebodyElseDecides
from atrio.onboarding.actions.fill_in_step import NoChannel
from atrio.onboarding.actions.submit_step import StepNotOpen
from atrio.onboarding.calls import Question
from atrio.onboarding.calls.join_account import join_account
from atrio.onboarding.models import Application, EmailProof, Fact, Help, Step
from atrio.onboarding.tokens import applicant, token_for
from atrio.outside.invented import invented_numbers
from atrio.parties.models import Membership
from atrio.timeline.models import Entry
from tests.apply.people import CONTACT, EMAIL, Applicant, words_of
from tests.desk.conftest import branch
from tests.desk.seats import at_the_desk
from tests.onboarding.house import CNPJ, code_sent_to, furnish, hire
from tests.parties.customers import Browser


@pytest.fixture
def unit(db):
    return furnish(name=uuid4().hex)


@pytest.fixture
def carla(unit):
    return hire(unit, "carla@nordlicht.example", "associate")


def typed(answers):
    """Return answers as keywords: dots in names are written as two underscores."""
    return {name.replace(".", "__"): value for name, value in answers.items()}


class Helper:
    """One of ours, who fills in at the desk what a customer says."""

    def __init__(self, actor, *, channel="telephone"):
        self.browser = at_the_desk(actor)
        self.channel = channel
        self.page = None

    def begin(self, *, language="pt-br"):
        said = {"pack": "company_br", "language": language, "channel": self.channel}
        return self._at(self.browser.post("/desk/new/", said, follow=True))

    def help(self, application):
        address = f"/desk/applications/{application.pk}/fill/?channel={self.channel}"
        return self._at(self.browser.get(address, follow=True))

    def say(self, **answers):
        said = {name.replace("__", "."): value for name, value in answers.items()}
        answer = self.browser.post(self.at, {"channel": self.channel} | said, follow=True)
        return self._at(answer)

    def accept(self):
        """Send the form as it stands."""
        form = next(
            one
            for one in html.fromstring(self.page.content.decode()).forms
            if "channel" in one.fields
        )
        values = {n: v for n, v in form.form_values() if n != "csrfmiddlewaretoken"}
        return self._at(self.browser.post(self.at, values, follow=True))

    def wait(self):
        run_pending()
        return self._at(self.browser.get(self.at, follow=True))

    def _at(self, response):
        if response.redirect_chain:
            self.at = response.redirect_chain[-1][0]
        self.page = response
        return self

    def fill_in_all(self, cnpj=CNPJ, email=EMAIL):
        """Begin, and fill in everything up to the last step."""
        self.begin().say(company__tax_id=cnpj).wait().accept()
        self.say(
            **{n.replace(".", "__"): v for n, v in (CONTACT | {"contact.email": email}).items()}
        )
        return self.say(proof__code=code_sent_to(email))

    @property
    def words(self):
        return words_of(self.page)


@pytest.fixture
def helper(carla):
    return Helper(carla)


def page_of(application, step=""):
    return f"/desk/applications/{application.pk}/fill/" + (f"{step}/" if step else "")


def test_an_application_begun_on_the_telephone_ends_with_an_open_shop(helper, unit):
    helper.fill_in_all()
    assert "tick only what they say" in helper.words
    helper.say(consent__terms="yes")
    helper.wait()

    application = Application.objects.get()
    assert (application.channel, application.status) == ("telephone", "done")
    assert application.language == "pt-br"
    own = Step.objects.filter(lane="customer", outcome="completed")
    assert {step.by_label for step in own} == {"Carla"}
    said = Fact.objects.get(field="contact.name")
    assert (said.origin, said.source, said.by_label) == ("customer", "telephone", "Carla")
    consent = Fact.objects.get(field="consent.terms")
    assert (consent.value["given"], consent.source, consent.by_kind) == (True, "telephone", "staff")
    assert Fact.objects.get(field="company.legal_name", status="accepted").origin == "register"
    assert Help.objects.filter(kind="filled_in").count() == 5


def test_the_customer_goes_on_and_reads_who_filled_in_what(helper, unit):
    helper.fill_in_all()
    letter = Message.objects.get(notice="filled_in")
    application = Application.objects.get()
    assert letter.to == EMAIL
    assert "Carla" in letter.text
    assert f"/apply/{token_for(application.pk)}/" in letter.text

    customer = Browser(headers={"accept-language": "en"})
    page = words_of(customer.get(f"/apply/{token_for(application.pk)}/", follow=True))
    assert "Carla of Nordlicht Supplies Brasil filled this in for you by telephone on" in page
    assert "CNPJ, Company, Contact, Email" in page
    assert "you can change everything until it is sent" in page

    changed = customer.post(
        f"/apply/{token_for(application.pk)}/step/give_contact/",
        CONTACT | {"contact.name": "Alice M. Prado"},
        follow=True,
    )
    assert changed.status_code == 200
    old, new = Fact.objects.filter(field="contact.name").order_by("id")
    assert (old.by_kind, new.by_kind, new.source) == ("staff", "applicant", "")


def test_nobody_gets_a_link_whose_address_is_not_proved(helper, unit):
    helper.begin().say(company__tax_id=CNPJ).wait().accept()
    helper.say(**typed(CONTACT))
    assert not Message.objects.filter(notice="filled_in").exists()
    token = token_for(Application.objects.get().pk)
    assert not Message.objects.filter(text__contains=token).exists()


def test_what_a_customer_began_alone_is_filled_in_from_where_they_stand(helper, unit):
    alice = Applicant().come_to("give_contact")
    helper.channel = "counter"
    helper.help(alice.application)
    assert helper.at.endswith("/fill/give_contact/?channel=counter")
    helper.say(**typed(CONTACT))
    application = alice.application
    assert (application.channel, application.current_step) == ("web", "prove_email")
    alice.open("prove_email")
    assert "Carla of Nordlicht Supplies Brasil filled this in for you at the counter" in alice.words
    entry = Entry.objects.get(what="help.filled_in")
    assert (entry.step, entry.data["channel"], entry.by_label) == (
        "give_contact",
        "counter",
        "Carla",
    )


def test_an_answer_that_is_refused_is_kept_and_told_as_to_the_customer(helper, unit):
    helper.begin().say(company__tax_id="99.000.003/0001-93")
    assert helper.page.status_code == 422
    assert "A digit of this CNPJ is wrong" in helper.words
    assert not Help.objects.exists()


def test_while_the_register_is_asked_the_page_waits_and_goes_on_by_itself(helper, unit):
    helper.begin().say(company__tax_id=CNPJ)
    assert "Another system is being asked" in helper.words
    asked = helper.browser.get(helper.at, headers={"HX-Request": "true"})
    assert (asked.status_code, "HX-Redirect" in asked) == (204, False)
    run_pending()
    asked = helper.browser.get(helper.at, headers={"HX-Request": "true"})
    assert "/fill/confirm_company/?channel=telephone" in asked["HX-Redirect"]


def test_without_a_word_on_how_the_customer_is_here_nothing_is_taken(carla, unit):
    alice = Applicant().come_to("enter_tax_id")
    for channel in ("", "web", "dream"):
        with pytest.raises(NoChannel):
            fill(carla, alice.application, channel=channel)
        with pytest.raises(NoChannel):
            begin(carla, channel=channel)
    assert Application.objects.count() == 1


def fill(by, application, *, step="enter_tax_id", channel="telephone", **said):
    return fill_in_step(
        by=by,
        application_id=application.pk,
        step=step,
        submitted=said or {"company.tax_id": CNPJ},
        channel=channel,
        language="en",
        now=timezone.now(),
    )


def begin(by, *, channel="telephone", journey="company_br"):
    return start_on_behalf(
        by=by, journey=journey, language="en", channel=channel, now=timezone.now()
    )


def test_a_colleagues_address_is_not_the_customers(helper, unit):
    hire(unit, "mallory@nordlicht.example", "manager")
    helper.begin().say(company__tax_id=CNPJ).wait().accept()
    helper.say(**typed(CONTACT | {"contact.email": "MALLORY@nordlicht.example"}))
    assert "This is the address of a colleague" in helper.words
    assert not EmailProof.objects.exists()


def test_a_code_that_one_of_ours_typed_is_noted(helper, unit):
    helper.fill_in_all()
    assert EmailProof.objects.get().typed_by == "staff"
    assert Fact.objects.get(field="proof.by").value == "associate"
    assert Fact.objects.get(field="contact.email", status="verified").source == "email code"


def test_a_code_that_customers_type_themselves_needs_no_note(unit):
    Applicant().come_to("check_and_submit")
    assert EmailProof.objects.get().typed_by == "applicant"
    assert not Fact.objects.filter(field="proof.by").exists()


def test_a_code_the_customer_types_for_another_address_counts_as_theirs(helper, unit):
    helper.fill_in_all()
    application = Application.objects.get()
    alice = Browser()
    base = f"/apply/{token_for(application.pk)}/step"
    alice.post(f"{base}/give_contact/", CONTACT | {"contact.email": "a.prado@ventorim.example"})
    alice.post(f"{base}/prove_email/", {"proof.code": code_sent_to("a.prado@ventorim.example")})
    assert proof_by(application) == "customer"
    # Back to the address whose code one of ours has typed: it is theirs again.
    alice.post(f"{base}/give_contact/", CONTACT)
    assert proof_by(application) == "associate"


def proof_by(application):
    return Fact.objects.filter(application=application, field="proof.by").latest("id").value


def test_who_filled_in_does_not_decide(helper, carla, unit):
    helper.fill_in_all(cnpj=next(invented_numbers(status="suspended")))
    helper.say(consent__terms="yes")
    helper.wait()
    application = Application.objects.get()
    assert application.current_step == "review"
    assert application.owner is None  # let go, so that somebody else can take it
    with pytest.raises(SomebodyElseDecides):
        approve(carla, application)
    bob = hire(unit, "bob@nordlicht.example", "associate")
    approve(bob, application)
    application.refresh_from_db()
    assert application.current_step != "review"


def approve(by, application):
    return decide_step(
        by=by,
        application_id=application.pk,
        step="review",
        submitted={"review.verdict": "approve", "review.reason": "Looked at"},
        language="en",
        now=timezone.now(),
    )


def test_what_was_sent_is_filled_in_by_nobody(helper, carla, unit):
    helper.fill_in_all(cnpj=next(invented_numbers(status="suspended")))
    helper.say(consent__terms="yes")
    helper.wait()
    application = Application.objects.get()
    before = Fact.objects.count()
    answer = helper.browser.post(
        page_of(application, "give_contact"),
        CONTACT | {"channel": "counter"} | {"contact.name": "M"},
    )
    assert answer.status_code == 302
    assert helper.browser.get(page_of(application, "give_contact")).status_code == 302
    assert Fact.objects.count() == before


def test_a_step_that_is_not_reached_or_not_theirs_is_refused(carla, unit):
    alice = Applicant().come_to("enter_tax_id")
    with pytest.raises(StepNotOpen):
        fill(carla, alice.application, step="check_and_submit", **{"consent.terms": "yes"})
    with pytest.raises(NotFound):
        fill(carla, alice.application, step="review", **{"review.verdict": "approve"})


def test_those_who_only_look_fill_in_nothing(unit):
    alice = Applicant().come_to("enter_tax_id")
    martin = hire(unit, "martin@nordlicht.example", "manager", "process_owner", "regional_admin")
    browser = at_the_desk(martin)
    assert browser.get("/desk/new/").status_code == 404
    assert browser.get(page_of(alice.application, "enter_tax_id")).status_code == 404
    with pytest.raises(NotAllowed):
        fill(martin, alice.application)
    with pytest.raises(NotAllowed):
        begin(martin)


def test_mallory_of_another_unit_fills_in_nothing_of_ours(unit):
    alice = Applicant().come_to("enter_tax_id")
    mallory = hire(branch("elsewhere"), "mallory@elsewhere.example", "associate", "admin")
    browser = at_the_desk(mallory)
    for address in (page_of(alice.application), page_of(alice.application, "enter_tax_id")):
        assert browser.get(address).status_code == 404
    assert browser.post(page_of(alice.application, "enter_tax_id")).status_code == 404
    with pytest.raises(NotFound):
        fill(mallory, alice.application)
    with pytest.raises(NotFound):
        begin(mallory)


def test_an_applicant_cannot_fill_in_in_the_name_of_the_house(unit):
    alice = Applicant().come_to("enter_tax_id")
    with pytest.raises(NotAllowed):
        fill(applicant(alice.token), alice.application)


def test_the_page_has_no_key_of_the_applicants_in_it(helper, unit):
    helper.fill_in_all()
    assert token_for(Application.objects.get().pk) not in helper.page.content.decode()
    assert "/fill/give_contact/?channel=telephone" in helper.page.content.decode()


# ── what belongs to a customer ──────────────────────────────────────────────────────────────


@pytest.fixture
def customer(unit):
    """Alice's company, which is a customer, with Alice as its admin."""
    alice = Applicant().come_to("track").wait()
    assert alice.application.account_id
    return alice


def test_a_code_that_one_of_ours_typed_does_not_open_a_customers_account(helper, customer):
    helper.fill_in_all(cnpj=customer.cnpj, email=customer.email)
    helper.say(consent__terms="yes")
    helper.wait()

    application = Application.objects.latest("id")
    assert Fact.objects.get(application=application, field="known.contact").value == "linked"
    assert application.account_id is None
    # Alice herself is asked, by a letter and in her cabinet.
    assert (application.waiting_on, application.current_step) == ("admin", "admin_decides")
    decision = Decision.objects.filter(application_id=application.pk).latest("id")
    assert (decision.outcome, decision.reasons) == ("ADMIN", ["typed_by_us"])


def test_nobody_vouches_for_whom_they_typed_the_code(helper, carla, customer, unit):
    Membership.objects.all().delete()  # nobody of the customer's is left to ask
    helper.fill_in_all(cnpj=customer.cnpj, email=customer.email)
    helper.say(consent__terms="yes")
    helper.wait()
    application = Application.objects.latest("id")
    assert application.current_step == "verify_control"
    with pytest.raises(SomebodyElseDecides):
        vouch(carla, application)
    vouch(hire(unit, "bob@nordlicht.example", "associate"), application)
    run_pending()
    application.refresh_from_db()
    assert application.account_id == customer.application.account_id


def vouch(by, application):
    said = {"control.verdict": "approve", "control.how": "called_back", "control.note": "Called"}
    return decide_step(
        by=by,
        application_id=application.pk,
        step="verify_control",
        submitted=said,
        language="en",
        now=timezone.now(),
    )


def test_a_table_that_takes_such_a_code_for_a_proof_comes_to_nothing(customer, unit):
    question = Question(
        call_id=uuid4(),
        application_id=customer.application.pk,
        reference=customer.application.reference,
        key="parties.join_account",
        unit=unit,
        journey=compiled(customer.application.release_id),
        connection=None,
        language="en",
        facts={"decision.outcome": "PROVED", "proof.by": "associate"},
        attempt=1,
        now=timezone.now(),
    )
    with pytest.raises(OutsideFailure) as failure:
        join_account(question)
    assert failure.value.code == "not_proved"


def test_what_they_typed_the_code_for_nobody_is_offered_as_their_next_piece_of_work(
    helper, carla, unit
):
    helper.fill_in_all(cnpj=next(invented_numbers(status="suspended")))
    helper.say(consent__terms="yes")
    helper.wait()
    assert claim_next(by=carla, now=timezone.now()) is None
    bob = hire(unit, "bob@nordlicht.example", "associate")
    assert claim_next(by=bob, now=timezone.now()) == Application.objects.get()


def test_who_may_not_decide_reads_why_in_the_place_of_the_form(helper, unit):
    helper.fill_in_all(cnpj=next(invented_numbers(status="suspended")))
    helper.say(consent__terms="yes")
    helper.wait()
    address = f"/desk/applications/{Application.objects.get().pk}/"
    assert "You typed this for the customer: somebody else decides." in helper.words
    assert "review.verdict" not in helper.page.content.decode()
    bob = at_the_desk(hire(unit, "bob@nordlicht.example", "associate"))
    assert "review.verdict" in bob.get(address).content.decode()


def test_a_house_may_let_whoever_typed_decide_but_never_prove_control(unit):
    journey = compiled(latest_release("company_br"))
    lenient = replace(journey, policy={**journey.policy, "filled_in": "anybody_decides"})
    steps = {element.id: element for element in journey.elements("user")}
    assert "customer" in journey.not_by(steps["review"])
    assert "customer" not in lenient.not_by(steps["review"])
    for one in (journey, lenient):
        assert "customer" in one.not_by(steps["verify_control"])
        assert one.not_by(steps["repair"]) == ()
