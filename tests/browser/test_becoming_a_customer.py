"""From the landing page to the first own price, on a telephone."""

from __future__ import annotations

import re
import time
from itertools import count

import pytest
from playwright.sync_api import expect

from atrio.outside.invented import invented_numbers
from tests.browser.keyboard import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.tryton, pytest.mark.xdist_group("house")]

WRITTEN = {"de": r"[\d.]+,\d\d\sR\$", "pt-BR": r"R\$\s[\d.]+,\d\d"}
SEND = "form[data-leave-url] button[type=submit]"
_serial = count(1)
PROMISED = 180  # seconds, for a person; a machine is quicker


@pytest.fixture
def number():
    """The tax number of a company that nobody here knows yet."""
    return next(invented_numbers(start=500 + 10 * next(_serial)))


def test_a_company_that_nobody_knows_sees_its_own_price(arrive, number):
    began = time.monotonic()
    guest = arrive()

    guest.walk(number)
    price = guest.into_the_shop()

    assert time.monotonic() - began < PROMISED
    assert re.fullmatch(r"R\$\s[\d,]+\.\d\d", price)
    for language, written in WRITTEN.items():
        reader = arrive(language=language, cookies=guest.cookies)
        reader.open("/cabinet/shop/")
        price = reader.page.locator(".article-price strong").first.inner_text()
        assert re.fullmatch(written, price), language


def test_the_tracker_follows_by_itself_while_the_erp_takes_its_time(arrive, house, number):
    house.faults.set("erp", latency=0.4)
    guest = arrive()
    guest.walk(number)
    # A page that is loaded anew forgets this.
    guest.page.evaluate("window.isTheSamePage = true")
    seen = set()

    def the_running_step():
        seen.update(guest.page.locator(".is-running .tracker-title").all_inner_texts())
        return guest.page.locator(".ready").is_visible()

    guest.wait_until(the_running_step)

    assert guest.page.evaluate("window.isTheSamePage")
    assert len(seen) > 1, "it showed one step only, and then the end"


def test_without_scripts_everything_works_as_well(arrive, number):
    guest = arrive(scripts=False)

    guest.walk(number)

    assert re.fullmatch(r"R\$\s[\d,]+\.\d\d", guest.into_the_shop())
    back = arrive(scripts=False)
    back.come_in(f"alice@v{number}.example")
    back.page.wait_for_url("**/cabinet/**")


def test_without_a_mouse_everything_works_as_well(arrive, number):
    guest = arrive()
    page, press, write = guest.page, guest.page.keyboard.press, guest.page.keyboard.type
    guest.open("/")
    tab_to(page, "form[action$='/apply/start/'] button")
    press("Enter")
    guest.arrive_at("enter_tax_id")
    tab_to(page, "[name='company.tax_id']")
    write(number)
    press("Enter")
    guest.arrive_at("confirm_company")
    tab_to(page, SEND)
    press("Enter")
    guest.arrive_at("give_contact")
    tab_to(page, "[name='contact.name']")
    write("Alice Prado")
    tab_to(page, "[name='contact.role']")
    press("Space")
    tab_to(page, "[name='contact.email']")
    write(f"alice@v{number}.example")
    tab_to(page, "[name='contact.phone']")
    write("+55 11 91234-5678")
    press("Enter")
    guest.arrive_at("prove_email")
    code = guest.read_code()
    tab_to(page, "[name='proof.code']")
    write(code)
    press("Enter")
    guest.arrive_at("check_and_submit")
    tab_to(page, "[name='consent.terms']")
    press("Space")
    tab_to(page, SEND)
    press("Enter")
    page.wait_for_url("**/track/")
    page.locator("form[action$='/shop/'] button").wait_for()
    tab_to(page, "form[action$='/shop/'] button")
    press("Enter")

    page.wait_for_url("**/cabinet/shop/**")
    page.locator(".article-price strong").first.wait_for()


def test_a_mistake_is_told_at_its_field_and_nothing_typed_is_lost(arrive, number):
    guest = arrive()
    guest.open("/")
    guest.begin()
    wrong = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"

    guest.refused(company__tax_id=wrong)

    field = guest.page.locator("[name='company.tax_id']")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert re.sub(r"\W", "", field.input_value()) == wrong
    expect(guest.page.locator("[data-focus-first]")).to_be_focused()
    guest.answer(company__tax_id=number)
    guest.arrive_at("confirm_company")


def test_the_tax_number_dresses_itself_while_it_is_typed(arrive):
    guest = arrive()
    guest.open("/")
    guest.begin()
    field = guest.page.locator("[name='company.tax_id']")

    field.press_sequentially("12abc34501de35")

    expect(field).to_have_value("12.ABC.345/01DE-35")


def test_back_and_forward_through_the_whole_form_lose_nothing(arrive, number):
    guest = arrive()
    guest.fill_in(number)
    page, seen = guest.page, []
    summary = page.url

    while "enter_tax_id" not in page.url:
        assert len(seen) < 10, seen
        page.go_back()
        expect(page.locator("h1")).to_be_visible()
        seen.append(page.url.rstrip("/").rpartition("/")[2])
    assert {"prove_email", "give_contact", "confirm_company", "enter_tax_id"} <= set(seen)
    assert re.sub(r"\W", "", page.locator("[name='company.tax_id']").input_value()) == number

    while page.url != summary:
        page.go_forward()
        expect(page.locator("h1")).to_be_visible()
    guest.answer(consent__terms="yes")
    page.wait_for_url("**/track/")
    page.go_back()

    # What was sent stands where it stood: on the tracker, or in the shop it has opened.
    page.wait_for_url("**/track/")
    expect(page.locator(".tracker")).to_be_visible()
