"""The outbox: what was written, for those whose customers it was written to."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from atrio.desk.outbox import OUTBOX_PAGE
from atrio.onboarding.tokens import token_for
from tests.desk.conftest import branch
from tests.desk.writing import write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unit():
    return branch("nordlicht-br")


def subjects(response):
    said = re.findall(r"<strong lang=[^>]*>([^<]*)</strong>", response.content.decode())
    return said[: OUTBOX_PAGE + 5]


def test_the_newest_message_comes_first(carla):
    write(subject="First")
    write(subject="Second")
    listed = [s for s in subjects(carla.get("/desk/outbox/")) if s in {"First", "Second"}]
    assert listed == ["Second", "First"]


def test_messages_are_found_by_address_and_subject(carla):
    write(subject="Alpha", to="ana@ventorim.example")
    write(subject="Beta", to="bruno@ventorim.example")
    for typed in ("ANA@", "alph"):
        page = carla.get("/desk/outbox/", {"q": typed}).content.decode()
        assert "Alpha" in page, typed
        assert "Beta" not in page, typed
    assert "Nothing found" in carla.get("/desk/outbox/", {"q": "%_"}).content.decode()


@pytest.mark.parametrize(
    "query", [{"page": "x"}, {"page": "0"}, {"page": "99999999"}, {"application": "x"}]
)
def test_a_wrong_address_shows_what_there_is(carla, query):
    write(subject="Here")
    assert "Here" in carla.get("/desk/outbox/", query).content.decode()


def test_the_list_has_pages(carla):
    for _ in range(OUTBOX_PAGE + 1):
        write(subject="Many")
    first = carla.get("/desk/outbox/", {"q": "many"}).content.decode()
    assert first.count(">Many</strong>") == OUTBOX_PAGE
    (following,) = re.findall(r'href="([^"]+)" rel="next"', first)
    second = carla.get(following.replace("&amp;", "&")).content.decode()
    assert second.count(">Many</strong>") == 1


def test_a_message_stands_there_as_it_went_out(carla):
    message = write(html="<h1>Hello</h1>", status="failed", error="No such mailbox")
    page = carla.get(f"/desk/outbox/{message.pk}/").content.decode()
    for words in ("The shop is open", "alice@ventorim.example", "not delivered", "No such mailbox"):
        assert words in page, words
    assert '<a href="https://shop.example/in"' in page
    assert f'src="/desk/outbox/{message.pk}/html"' in page


def test_the_html_of_a_message_runs_nothing_and_reaches_nobody(carla):
    message = write(html="<script>alert(1)</script><img src=https://evil.example/x>")
    page = carla.get(f"/desk/outbox/{message.pk}/")
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert " sandbox " in page.content.decode()
    alone = carla.get(f"/desk/outbox/{message.pk}/html")
    policy = {
        name: rest
        for name, _, rest in (
            part.strip().partition(" ") for part in alone["Content-Security-Policy"].split(";")
        )
    }
    assert policy == {
        "sandbox": "",
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "frame-ancestors": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert alone["X-Frame-Options"] == "SAMEORIGIN"


def test_a_message_without_html_has_no_such_page(carla):
    message = write()
    assert carla.get(f"/desk/outbox/{message.pk}/html").status_code == 404
    assert carla.get(f"/desk/outbox/{uuid4()}/").status_code == 404


def test_naughty_messages_are_shown_and_never_run(carla):
    message = write(subject="<script>alert(1)</script>", text="javascript:alert(1) <img onerror=x>")
    for address in ("/desk/outbox/", f"/desk/outbox/{message.pk}/"):
        page = carla.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img onerror" not in page
        assert 'href="javascript' not in page


def test_a_code_is_shown_in_the_demo_alone(carla, settings):
    message = write(subject="123456 is your code", text="123456", html="123456", is_secret=True)
    addresses = ("/desk/outbox/", f"/desk/outbox/{message.pk}/")
    settings.ATRIO_DEMO = True
    assert all("123456" in carla.get(address).content.decode() for address in addresses)
    settings.ATRIO_DEMO = False
    assert not any("123456" in carla.get(address).content.decode() for address in addresses)
    assert carla.get(f"/desk/outbox/{message.pk}/html").status_code == 404


def test_nobody_becomes_the_applicant_by_reading_their_mail(carla, settings):
    token = token_for(uuid4())
    text = f"Follow it here: https://atrio.example/apply/{token}/ and come in."
    message = write(text=text, html=f"<p>{text}</p>")
    page, alone = f"/desk/outbox/{message.pk}/", f"/desk/outbox/{message.pk}/html"
    settings.ATRIO_DEMO = False
    for address in ("/desk/outbox/", page, alone):
        shown = carla.get(address).content.decode()
        assert token not in shown
        assert token.partition("~")[2] not in shown
        assert "/apply/•••/" in shown
    settings.ATRIO_DEMO = True
    assert token in carla.get(page).content.decode()


def test_who_signs_in_is_nobodys_business_but_in_the_demo(carla, settings):
    write(to="bob@ventorim.example", business_unit="", is_secret=True)
    settings.ATRIO_DEMO = False
    assert "bob@ventorim.example" not in carla.get("/desk/outbox/").content.decode()
    settings.ATRIO_DEMO = True
    assert "bob@ventorim.example" in carla.get("/desk/outbox/").content.decode()


def test_the_search_does_not_tell_a_code_guess_by_guess(carla, settings):
    settings.ATRIO_DEMO = False
    write(subject="123456 is your code", text="123456", is_secret=True)
    assert "Nothing found" in carla.get("/desk/outbox/", {"q": "123456"}).content.decode()


def test_mallory_reads_none_of_our_messages(mallory):
    message = write(subject="Not for Mallory", html="<p>Not for Mallory</p>")
    assert "Not for Mallory" not in mallory.get("/desk/outbox/").content.decode()
    assert "Not for Mallory" not in mallory.get("/desk/outbox/?q=mallory").content.decode()
    assert mallory.get(f"/desk/outbox/{message.pk}/").status_code == 404
    assert mallory.get(f"/desk/outbox/{message.pk}/html").status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "queued"}, "on its way"),
        ({"status": "sending"}, "is being sent"),
        ({"status": "delivered"}, "arrived"),
        ({"status": "bounced"}, "came back"),
        ({"status": "failed"}, "not delivered"),
        ({"status": "queued", "waits": timedelta(hours=40)}, "waits until"),
        ({"status": "queued", "waits": timedelta(seconds=30), "attempts": 2}, "tried again at"),
    ],
)
def test_it_says_where_a_message_is(carla, fields, words):
    fields = dict(fields)
    if waits := fields.pop("waits", None):
        fields["due_at"] = timezone.now() + waits
    message = write(**fields)
    for address in ("/desk/outbox/", f"/desk/outbox/{message.pk}/"):
        assert words in carla.get(address).content.decode(), address


def test_a_text_message_is_shown_as_one(carla):
    message = write(channel="sms", to="+5511912345678", text="Olá", sender="Nordlicht")
    page = carla.get(f"/desk/outbox/{message.pk}/").content.decode()
    for words in ("+5511912345678", "Text message (1 part)", "Nordlicht", "Olá"):
        assert words in page, words


def test_the_logo_that_travels_with_a_letter_stands_in_it(carla, unit):
    unit.logo = "brand/nordlicht.png"
    unit.save(update_fields=["logo"])
    message = write(html='<img src="cid:logo" alt="">')
    alone = carla.get(f"/desk/outbox/{message.pk}/html").content.decode()
    assert 'src="data:image/png;base64,iVBOR' in alone
