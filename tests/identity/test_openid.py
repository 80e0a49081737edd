"""Into an outside shop by signing in here, as a real client library asks for it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet

from atrio.identity.models import SigningKey
from atrio.identity.openid import clients
from atrio.identity.openid.keys import OVERLAP, SIGNS_FOR, rotate_keys
from atrio.kernel.actors import Actor
from atrio.kernel.errors import NotAllowed, NotFound
from tests.parties.customers import Browser, become_customer, make_unit

HERE, BACK = "http://testserver", "https://shop.example/signed-in"
VERIFIER = "a-verifier-of-more-than-forty-three-characters-as-pkce-wants-it"
pytestmark = pytest.mark.django_db
ADA = Actor(
    kind="staff",
    id="ada",
    roles=frozenset({"admin"}),
    business_units=frozenset({"nordlicht-br"}),
)


@pytest.fixture
def customer():
    """Alice, who is a customer."""
    return become_customer(make_unit())


class Shop:
    """An outside shop: what it knows is what its library has found out."""

    def __init__(self):
        self.row, self.secret = clients.open_shop(
            by=ADA, unit="nordlicht-br", name="Shop", returns=[BACK], now=timezone.now()
        )
        as_anybody = httpx.MockTransport(as_the_web_is_served)
        self.plain = httpx.Client(transport=as_anybody, base_url=HERE)
        self.knows = self.plain.get("/.well-known/openid-configuration").json()
        self.library = OAuth2Client(
            self.row.pk,
            self.secret,
            scope="openid profile email account",
            redirect_uri=BACK,
            code_challenge_method="S256",
            transport=as_anybody,
            base_url=HERE,
        )

    def way_in(self, **more):
        """Return where the shop sends somebody who wants to come in."""
        address, self.state = self.library.create_authorization_url(
            self.knows["authorization_endpoint"], code_verifier=VERIFIER, nonce="once", **more
        )
        return address.removeprefix(HERE)

    def let_in(self, returned):
        """Change the code for who somebody is, and believe only what is signed."""
        token = self.library.fetch_token(
            self.knows["token_endpoint"],
            authorization_response=returned,
            state=self.state,
            code_verifier=VERIFIER,
        )
        return token, self.believe(token["id_token"])

    def believe(self, id_token):
        keys = KeySet.import_key_set(self.plain.get(self.knows["jwks_uri"]).json())
        claims = jwt.decode(id_token, keys, algorithms=["RS256"]).claims
        rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": HERE},
            aud={"essential": True, "value": self.row.pk},
            nonce={"essential": True, "value": "once"},
        )
        rules.validate(claims)
        return claims


def as_the_web_is_served(request):
    """Let the house answer what a library asks over HTTP."""
    headers = {
        name: value
        for name, value in request.headers.items()
        if name in {"authorization", "accept"}
    }
    answer = Browser(headers=headers).generic(
        request.method,
        request.url.raw_path.decode(),
        request.read(),
        content_type=request.headers.get("content-type", ""),
    )
    return httpx.Response(answer.status_code, headers=dict(answer.items()), content=answer.content)


def test_one_click_leads_into_the_shop_with_ones_own_price_group(customer):
    shop, alice = Shop(), Browser().come_in(customer.user)

    returned = alice.get(shop.way_in())["Location"]
    token, claims = shop.let_in(returned)

    assert returned.startswith(f"{BACK}?code=")
    assert claims["sub"].replace("-", "") == customer.user.pk.hex
    assert claims["email"] == "alice@ventorim.example"
    assert claims["email_verified"] is True
    assert claims["name"] == "Alice Prado"
    assert claims["account_id"] == str(customer.account.pk)
    assert claims["legal_entity_name"] == "Ventorim Instalações Ltda"
    assert claims["price_group"] == "Atacado"
    assert claims["roles"] == ["admin"]
    told = shop.library.get(shop.knows["userinfo_endpoint"]).json()
    assert told["price_group"] == "Atacado"
    again = {"grant_type": "refresh_token", "refresh_token": token.get("refresh_token", "none")}
    auth = (shop.row.pk, shop.secret)
    # Who goes on in the shop for longer comes by here again.
    assert shop.plain.post(shop.knows["token_endpoint"], data=again, auth=auth).status_code >= 400


def test_who_is_not_signed_in_signs_in_first_and_goes_on(customer):
    shop, alice = Shop(), Browser()
    way = shop.way_in()

    asked = alice.get(way)["Location"]
    assert asked.startswith("/sign-in/?next=/openid/authorize")

    alice.come_in(customer.user)
    assert alice.get(parse_qs(urlsplit(asked).query)["next"][0])["Location"].startswith(BACK)


def test_after_a_form_of_ours_one_is_led_out_by_a_page(customer):
    """Browsers hold redirects after a form to its policy, which names no shop."""
    shop, alice = Shop(), Browser(headers={"sec-fetch-site": "same-origin"})
    alice.come_in(customer.user)

    page = alice.get(shop.way_in())

    assert page.status_code == 200
    assert f'content="0;url={BACK}?code=' in page.content.decode()


def test_a_code_is_worth_nothing_twice_nor_without_its_verifier(customer):
    shop, alice = Shop(), Browser().come_in(customer.user)
    returned = alice.get(shop.way_in())["Location"]
    code = parse_qs(urlsplit(returned).query)["code"][0]

    def change(**more):
        said = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK} | more
        auth = (shop.row.pk, shop.secret)
        return shop.plain.post(shop.knows["token_endpoint"], data=said, auth=auth).status_code

    assert change() >= 400
    assert change(code_verifier="x" * 50) >= 400
    # Whoever guessed the verifier wrong has spent the code.
    returned = alice.get(shop.way_in())["Location"]
    shop.let_in(returned)
    code = parse_qs(urlsplit(returned).query)["code"][0]
    assert change(code_verifier=VERIFIER) >= 400


@pytest.mark.parametrize("method", ["plain", ""])
def test_a_shop_that_asks_without_pkce_is_refused(customer, method):
    shop, alice = Shop(), Browser().come_in(customer.user)
    way = shop.way_in().replace("code_challenge_method=S256", f"code_challenge_method={method}")

    assert alice.get(way).status_code == 403


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", f"{BACK}/more", "http://shop.example/signed-in"]
)
def test_nobody_is_sent_with_a_code_to_where_the_shop_is_not(customer, elsewhere):
    shop, alice = Shop(), Browser().come_in(customer.user)
    shop.library.redirect_uri = elsewhere

    answer = alice.get(shop.way_in())

    assert answer.status_code == 200
    assert "The shop cannot let you in" in answer.content.decode()


def test_who_is_no_customer_of_the_unit_does_not_come_in(customer):
    mallory = become_customer(make_unit(code="elsewhere"), "mallory@marupanga.example", company="M")
    shop = Shop()

    answer = Browser().come_in(mallory.user).get(shop.way_in())

    assert answer.status_code == 403


def test_who_is_locked_meanwhile_is_not_told_about_any_more(customer):
    shop, alice = Shop(), Browser().come_in(customer.user)
    shop.let_in(alice.get(shop.way_in())["Location"])
    customer.user.is_active = False
    customer.user.save(update_fields=["is_active"])

    assert shop.library.get(shop.knows["userinfo_endpoint"]).status_code == 401


def test_the_keys_rotate_without_a_shop_that_believes_too_little_or_too_long(customer):
    shop, alice = Shop(), Browser().come_in(customer.user)
    token, _claims = shop.let_in(alice.get(shop.way_in())["Location"])
    kid = jwt.decode(
        token["id_token"], KeySet.import_key_set(shop.plain.get(shop.knows["jwks_uri"]).json())
    ).header["kid"]
    now = timezone.now()
    SigningKey.objects.update(made_at=now - SIGNS_FOR)

    rotate_keys(now=now)
    rotate_keys(now=now)

    known = shop.plain.get(shop.knows["jwks_uri"]).json()["keys"]
    assert len(known) == 2
    token, _claims = shop.let_in(alice.get(shop.way_in())["Location"])
    assert header(token) == kid  # the new one is known, and does not sign yet
    SigningKey.objects.filter(expires_at=None).update(signs_from=now)
    token, _claims = shop.let_in(alice.get(shop.way_in())["Location"])
    assert header(token) != kid
    rotate_keys(now=now + 2 * OVERLAP)
    assert SigningKey.objects.count() == 1
    assert all("d" not in key for key in known)


def header(token):
    first = token["id_token"].partition(".")[0]
    return json.loads(base64.urlsafe_b64decode(first + "=="))["kid"]


# allauth reads the shop's address by a field that does not say which scheme it assumes.
ASSUMED = pytest.mark.filterwarnings("ignore:The default scheme will be changed")


@ASSUMED
def test_signing_out_of_the_shop_asks_whether_here_as_well(customer):
    shop, alice = Shop(), Browser().come_in(customer.user)
    token, _claims = shop.let_in(alice.get(shop.way_in())["Location"])
    way = {"id_token_hint": token["id_token"], "post_logout_redirect_uri": BACK, "state": "s"}

    page = alice.get("/openid/logout", way)
    assert "Sign out here as well?" in page.content.decode()
    sent = dict(re.findall(r'name="(\w+)"(?: value="([^"]*)")?', page.content.decode()))
    stayed = alice.post("/openid/logout", sent | way | {"action": "stay"})
    assert stayed["Location"] == f"{BACK}?state=s"
    assert alice.get("/cabinet/").status_code == 200

    out = alice.post("/openid/logout", sent | way | {"action": "logout"})

    assert out["Location"] == f"{BACK}?state=s"
    assert alice.get("/cabinet/").status_code == 302


@ASSUMED
def test_nobody_is_led_elsewhere_after_signing_out(customer):
    shop, alice = Shop(), Browser().come_in(customer.user)
    token, _claims = shop.let_in(alice.get(shop.way_in())["Location"])
    way = {"id_token_hint": token["id_token"], "post_logout_redirect_uri": "https://evil.example/"}

    for answer in (alice.get("/openid/logout", way), Browser().get("/openid/logout", way)):
        assert "evil.example" not in answer.get("Location", "")


@pytest.mark.parametrize(
    "address",
    [
        "http://shop.example/x",
        "https://*.shop.example/",
        "javascript:alert(1)",
        "https://u@shop.example/",
        "https://shop.example/#x",
        "//shop.example",
        "https://[",
    ],
)
def test_a_shop_has_addresses_where_nobody_else_listens(customer, address):
    with pytest.raises(clients.NotAShop):
        clients.open_shop(
            by=ADA, unit="nordlicht-br", name="S", returns=[address], now=timezone.now()
        )


def test_customers_are_led_to_where_the_shop_begins_else_to_its_first_page(customer):
    begin = "https://other.example/sign-in"
    for name, start in (("A", ""), ("B", begin)):
        clients.open_shop(
            by=ADA, unit="nordlicht-br", name=name, returns=[BACK], start=start, now=timezone.now()
        )

    ways = clients.ways_into_shops("nordlicht-br")

    assert [(way.name, way.url) for way in ways] == [
        ("A", "https://shop.example/"),
        ("B", begin),
    ]
    assert clients.ways_into_shops("elsewhere") == []
    with pytest.raises(clients.NotAShop):
        clients.open_shop(
            by=ADA,
            unit="nordlicht-br",
            name="S",
            returns=[BACK],
            start="javascript:alert(1)",
            now=timezone.now(),
        )


def test_only_administrators_of_the_unit_keep_its_shops(customer):
    shop, now = Shop(), timezone.now()
    carla = Actor(
        "staff", "carla", roles=frozenset({"associate"}), business_units=ADA.business_units
    )
    elsewhere = replace(ADA, business_units=frozenset({"elsewhere"}))

    with pytest.raises(NotAllowed):
        clients.close_shop(by=carla, shop_id=shop.row.pk, now=now)
    with pytest.raises(NotFound):
        clients.close_shop(by=elsewhere, shop_id=shop.row.pk, now=now)
    assert clients.shops_visible_to(elsewhere) == []
    assert clients.shops_visible_to(customer.actor) == []
    clients.close_shop(by=ADA, shop_id=shop.row.pk, now=now)
    alice = Browser().come_in(customer.user)
    assert "The shop cannot let you in" in alice.get(shop.way_in()).content.decode()


def test_a_key_signs_for_ninety_days():
    Browser().get("/.well-known/jwks.json")

    rotate_keys(now=timezone.now() + SIGNS_FOR - timedelta(minutes=1))

    assert SigningKey.objects.count() == 1
