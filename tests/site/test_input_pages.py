"""The pages for what goes wrong: ours, in the reader's language, and with a way on."""

from __future__ import annotations

import pytest
from django.urls import path
from lxml import html

from atrio.kernel.errors import NotAllowed, NotFound, Refused
from atrio.site import urls
from tests.apply.people import Applicant, words_of
from tests.onboarding.house import furnish
from tests.parties.customers import Browser


def refuse(request, what):
    raise {
        "found": NotFound("Nobody reads this."),
        "allowed": NotAllowed("This login is locked."),
        "possible": Refused("The shop is closed on Sundays."),
        "expected": ZeroDivisionError("from inside"),
    }[what]


class addresses:  # noqa: N801 - stands in for a module
    urlpatterns = [path("not/<str:what>/", refuse), *urls.urlpatterns]


@pytest.fixture
def browser(db, settings):
    settings.ROOT_URLCONF = addresses
    return Browser(raise_request_exception=False, headers={"accept-language": "en"})


@pytest.mark.parametrize(
    ("what", "status", "says"),
    [
        ("found", 404, "There is nothing here"),
        ("allowed", 403, "This login is locked."),
        ("possible", 409, "The shop is closed on Sundays."),
        ("expected", 500, "Something broke on our side"),
    ],
)
def test_every_refusal_has_a_page_that_says_so_and_leads_on(browser, what, status, says):
    answer = browser.get(f"/not/{what}/")

    assert answer.status_code == status
    assert says in words_of(answer)
    assert html.fromstring(answer.content.decode()).xpath("//main//a/@href") == ["/"]
    assert "from inside" not in answer.content.decode()
    assert "Nobody reads this" not in answer.content.decode()
    if status != 500:
        assert "no-store" in answer["Cache-Control"]


def test_an_applicant_who_was_refused_is_led_back_to_the_application(db):
    furnish(name="pages")
    alice = Applicant().come_to("enter_tax_id")

    answer = alice.client.post(alice.address("shop"))

    assert answer.status_code == 409
    assert "The shop is not open yet." in words_of(answer)
    page = html.fromstring(answer.content.decode())
    assert page.xpath("//main//a/@href") == [alice.address("")]


def test_too_many_tries_are_told_kindly(db):
    browser = Browser(headers={"accept-language": "en"})
    for number in range(40):
        answer = browser.post("/sign-in/", {"email": f"nobody{number}@ventorim.example"})

    assert answer.status_code == 200
    assert "That was too often." in words_of(answer)


def test_a_form_that_was_open_too_long_is_told_so_in_our_own_words(db):
    strict = Browser(enforce_csrf_checks=True, headers={"accept-language": "en"})

    answer = strict.post("/apply/start/", {"pack": "company_br"})

    assert answer.status_code == 403
    assert "the page was open for too long" in words_of(answer)
    assert "<style" not in answer.content.decode()
