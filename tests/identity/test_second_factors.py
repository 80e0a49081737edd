"""Second factors: passkeys, an app's codes and recovery codes, and what a thief can do."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache

from atrio.identity.actions import ensure_user
from atrio.notices.models import Message
from atrio.timeline.models import Entry
from tests.identity.conftest import ALICE, ASK, CODE, come_by_code
from tests.identity.passkeys import HOST, Passkey, options_on
from tests.parties.customers import Browser

SECOND, AGAIN, OWN = "/sign-in/second/", "/sign-in/again/", "/sign-in/own/"
PASSKEY, NEW_KEY = "/sign-in/passkey/", "/sign-in/own/passkey/"
APP, CODES = "/sign-in/own/app/", "/sign-in/own/codes/"
pytestmark = pytest.mark.django_db


def browser():
    """Return a browser at a name for which passkeys can be made."""
    return Browser(SERVER_NAME=HOST, headers={"accept-language": "en"})


def code_of(secret, *, steps=0):
    """Return the code that an app shows now, or some half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def with_app(visitor):
    """Set up an app in a browser that is signed in; return its secret and the recovery codes."""
    page = visitor.get(APP).content.decode()
    secret = re.search(r'<code class="secret">(\w+)</code>', page)[1]
    answer = visitor.post(APP, {"code": code_of(secret)})
    assert answer["Location"] == CODES
    codes = re.findall(r"<li><code>(\d+)</code>", visitor.get(CODES).content.decode())
    return secret, codes


def with_passkey(visitor, name="My phone"):
    """Make a passkey in a browser that is signed in."""
    key = Passkey()
    options = options_on(visitor.get(NEW_KEY))
    answer = visitor.post(NEW_KEY, {"name": name, "credential": key.create(options)})
    assert answer.status_code == 302, answer.content
    return key


def options_for(visitor):
    """Return what the sign-in page asks any passkey with."""
    answer = visitor.get(PASSKEY, headers={"x-requested-with": "XMLHttpRequest"})
    return answer.json()["request_options"]


def is_in(visitor):
    return visitor.get(OWN).status_code == 200


@pytest.fixture
def at_home(alice):
    """Alice's own browser, in which she has just signed in."""
    own = browser()
    come_by_code(own)
    return own


@pytest.fixture
def secret(at_home):
    """The secret of the app that Alice has set up."""
    return with_app(at_home)[0]


def test_a_passkey_signs_in_without_any_letter(at_home):
    key = with_passkey(at_home)
    Message.objects.all().delete()
    elsewhere = browser()

    answer = elsewhere.post(PASSKEY, {"credential": key.get(options_for(elsewhere))})

    assert answer["Location"] == "/home/"
    assert is_in(elsewhere)
    assert not Message.objects.exists()


def test_after_a_passkey_one_comes_to_where_one_wanted_to_go_and_nowhere_else(at_home):
    key = with_passkey(at_home)
    for wanted, where in {"/cabinet/shop/": "/cabinet/shop/", "//evil.example": "/home/"}.items():
        elsewhere = browser()
        credential = key.get(options_for(elsewhere))
        answer = elsewhere.post(PASSKEY, {"credential": credential, "next": wanted})
        assert answer["Location"] == where


@pytest.mark.parametrize(
    "wrong", ["other key", "other place", "seen before", "not verified", "other owner", "unasked"]
)
def test_what_is_not_alices_passkey_here_and_now_signs_nobody_in(at_home, wrong):
    key = with_passkey(at_home)
    thief = browser()
    options = options_for(thief)
    credential = key.get(options)
    if wrong == "other key":
        forged = Passkey()
        forged.id, forged.owner = key.id, key.owner
        credential = forged.get(options)
    elif wrong == "other place":
        key.origin = "http://localhost.evil.example"
        credential = key.get(options)
    elif wrong == "seen before":
        options_for(thief)
    elif wrong == "not verified":
        credential = key.get(options, is_verified=False)
    elif wrong == "other owner":
        mallory = ensure_user(email="mallory@marupanga.example", name="M", language="en")
        key.owner = mallory.pk.hex.encode()
        credential = key.get(options)
    else:
        thief = browser()

    answer = thief.post(PASSKEY, {"credential": credential})

    assert answer["Location"] == ASK
    assert not is_in(thief)


@pytest.mark.parametrize(
    "hostile",
    ["", "null", "[]", "{}", "1", '"x"', '{"response": 1}', '{"id": "x", "response": []}'],
)
def test_a_passkey_that_cannot_be_read_is_a_wrong_one(at_home, hostile):
    with_passkey(at_home)
    thief = browser()
    options_for(thief)

    assert thief.post(PASSKEY, {"credential": hostile})["Location"] == ASK
    assert at_home.post(NEW_KEY, {"name": "x", "credential": hostile}).status_code == 422
    come_by_code(thief)
    assert thief.post(SECOND, {"credential": hostile}).status_code == 200
    assert at_home.post(AGAIN, {"credential": hostile}).status_code == 422
    assert not is_in(thief)


def test_whoever_only_reads_the_mail_does_not_get_in(secret):
    thief = browser()

    assert come_by_code(thief)["Location"] == SECOND
    assert not is_in(thief)
    assert thief.get("/cabinet/")["Location"].startswith(ASK)


def test_the_code_by_mail_and_the_apps_code_sign_in_together(secret):
    visitor = browser()
    come_by_code(visitor)

    answer = visitor.post(SECOND, {"code": code_of(secret, steps=1)})

    assert answer["Location"] == "/home/"
    assert is_in(visitor)


def test_a_passkey_is_a_second_factor_too(at_home):
    key = with_passkey(at_home)
    visitor = browser()
    come_by_code(visitor, next="/cabinet/shop/")

    options = options_on(visitor.get(SECOND))
    visitor.post(SECOND, {"credential": key.get(options)})

    assert is_in(visitor)


def test_an_apps_code_is_good_once(secret):
    seen_over_the_shoulder = code_of(secret, steps=1)
    visitor, thief = browser(), browser()
    come_by_code(visitor)
    visitor.post(SECOND, {"code": seen_over_the_shoulder})
    assert is_in(visitor)
    # What allauth keeps of used codes is gone before the code is worth nothing.
    user = Authenticator.objects.first().user_id
    cache.delete(f"allauth.mfa.totp.used?user={user}&code={seen_over_the_shoulder}")

    come_by_code(thief)
    thief.post(SECOND, {"code": seen_over_the_shoulder})

    assert not is_in(thief)


def test_a_recovery_code_signs_in_once(at_home):
    _secret, codes = with_app(at_home)
    assert len(codes) == len(set(codes)) == 10
    visitor, thief = browser(), browser()
    come_by_code(visitor)
    visitor.post(SECOND, {"code": codes[3]})
    assert is_in(visitor)

    come_by_code(thief)
    thief.post(SECOND, {"code": codes[3]})

    assert not is_in(thief)
    assert "9 codes are left" in at_home.get(OWN).content.decode()


def test_recovery_codes_are_shown_once_and_new_ones_end_the_old(at_home):
    _secret, codes = with_app(at_home)
    assert not set(codes) & set(re.findall(r"\d{8}", at_home.get(CODES).content.decode()))

    new = re.findall(r"<li><code>(\d+)</code>", at_home.post(CODES).content.decode())

    assert len(new) == 10
    assert not set(codes) & set(new)
    thief = browser()
    come_by_code(thief)
    thief.post(SECOND, {"code": codes[0]})
    assert not is_in(thief)


def test_guessing_is_limited_and_does_not_lock_the_owner_out(at_home):
    secret, _codes = with_app(at_home)
    key = with_passkey(at_home)
    thief = browser()
    come_by_code(thief)
    for guess in range(5):
        thief.post(SECOND, {"code": f"{guess:06}"})

    answer = thief.post(SECOND, {"code": code_of(secret, steps=1)})

    assert "That was too often" in answer.content.decode()
    assert not is_in(thief)
    # Alice is still in where she was, and her passkey lets her in anywhere.
    assert is_in(at_home)
    elsewhere = browser()
    elsewhere.post(PASSKEY, {"credential": key.get(options_for(elsewhere))})
    assert is_in(elsewhere)


def test_asking_for_another_code_does_not_begin_the_guessing_anew(secret):
    thief = browser()
    come_by_code(thief)
    for guess in range(5):
        thief.post(SECOND, {"code": f"{guess:06}"})
    come_by_code(thief)

    thief.post(SECOND, {"code": code_of(secret, steps=1)})

    assert not is_in(thief)


def test_a_second_factor_says_nothing_about_who_has_one(at_home, alice):
    """Before the first is shown, there is nothing to tell users with and without apart."""
    before = said_of_asking()
    with_app(at_home)
    cache.clear()

    assert said_of_asking() == before


def said_of_asking():
    stranger = browser()
    asked = stranger.post(ASK, {"email": ALICE})
    wrong = stranger.post(CODE, {"code": "BBBB-BBBB"})
    second = stranger.get(SECOND)
    page = re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", wrong.content.decode())
    return asked["Location"], page, second.status_code, second["Location"]


def test_every_change_is_recorded_and_told_by_letter(at_home, alice):
    secret, _codes = with_app(at_home)
    with_passkey(at_home, name="My key")
    app = Authenticator.objects.get(type="totp")
    at_home.post(CODES)
    at_home.post(f"/sign-in/own/factors/{app.pk}/remove")

    told = list(
        Entry.objects.filter(by_id=str(alice.pk)).order_by("id").values_list("what", flat=True)
    )
    assert told == [
        "user.signed_in",
        "user.factor_added",
        "user.factor_added",
        "user.codes_renewed",
        "user.factor_removed",
    ]
    subjects = Message.objects.filter(to=ALICE).values_list("subject", flat=True)
    assert {
        "A new way to sign in as you",
        "New recovery codes",
        "A way to sign in as you was removed",
    } <= set(subjects)
    assert secret not in str(list(Entry.objects.values_list("data", flat=True)))


def test_with_the_last_factor_the_recovery_codes_go(at_home, alice):
    with_app(at_home)
    app = Authenticator.objects.get(type="totp")

    at_home.post(f"/sign-in/own/factors/{app.pk}/remove")

    assert not Authenticator.objects.exists()
    visitor = browser()
    assert come_by_code(visitor)["Location"] == "/home/"


def test_nobody_touches_the_factors_of_somebody_else(secret):
    ensure_user(email="mallory@marupanga.example", name="Mallory", language="en")
    mallory = browser()
    come_by_code(mallory, "mallory@marupanga.example")
    app = Authenticator.objects.get(type="totp")

    assert mallory.post(f"/sign-in/own/factors/{app.pk}/remove").status_code == 404
    assert Authenticator.objects.filter(pk=app.pk).exists()


def test_who_signed_in_long_ago_shows_once_more_who_they_are(at_home):
    age(at_home)

    for page in (NEW_KEY, APP, CODES):
        assert at_home.get(page)["Location"] == f"{AGAIN}?next={page}"
    assert "sign in once more" in at_home.get(f"{AGAIN}?next={APP}").content.decode()
    assert at_home.post(AGAIN, {"next": APP})["Location"] == f"{ASK}?next={APP}"
    assert not is_in(at_home)


def test_with_a_second_factor_it_is_that_which_is_shown_once_more(secret, at_home):
    age(at_home)
    assert at_home.get(NEW_KEY)["Location"] == f"{AGAIN}?next={NEW_KEY}"
    assert at_home.post(AGAIN, {"code": "000000", "next": NEW_KEY}).status_code == 422

    answer = at_home.post(AGAIN, {"code": code_of(secret, steps=1), "next": NEW_KEY})

    assert answer["Location"] == NEW_KEY
    assert at_home.get(NEW_KEY).status_code == 200


def test_showing_once_more_leads_nowhere_else(secret, at_home):
    answer = at_home.post(
        AGAIN, {"code": code_of(secret, steps=1), "next": "https://evil.example/"}
    )

    assert answer["Location"] == OWN


def age(visitor):
    """Let what was shown in a browser's session be an hour old."""
    session = visitor.session
    for shown in session["account_authentication_methods"]:
        shown["at"] -= 3600
    session.save()


def test_secrets_cannot_be_read_in_the_database(secret, settings):
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept

    # With another key they open for nobody: neither the app's code nor that of an empty secret.
    settings.SECRET_KEY = "x" * 50
    app = Authenticator.objects.get(type="totp").wrap()
    assert not app.validate_code(code_of(secret, steps=1))
    assert not app.validate_code(code_of(""))


def test_old_keys_of_the_house_still_open_secrets(secret, settings):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "x" * 50

    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_of(secret, steps=1))
