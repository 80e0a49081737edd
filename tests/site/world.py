"""A house with an application in it, every address of the house, and everybody at its doors."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.urls import get_resolver, reverse
from django.utils import timezone

from atrio.enrolment.models import ImportRun
from atrio.identity.models import User
from atrio.integrators.models import ApiKey, Endpoint, EventDelivery
from atrio.notices.models import Message
from atrio.onboarding.models import AccessRequest, Call, Delegation, RepairItem, RepairRun
from atrio.onboarding.tokens import access_token_for, delegate_token_for
from atrio.outside.invented import invented_numbers
from atrio.parties.models import Contact, LegalEntity, Merge, Pair
from atrio.seller.models import BusinessUnit, Staff
from atrio.sign_on.models import Provider
from atrio.trade.models import ShopCustomer
from tests.apply.people import Applicant
from tests.onboarding.house import furnish, hire
from tests.parties.customers import Browser, be_nobody, become_customer

STAFF = tuple(Staff.Role.values)
VISITORS = ("stranger", "applicant", "member", "elsewhere", *STAFF)


def everybody(status, **others):
    """Say what everybody is answered, but for those who are named."""
    return dict.fromkeys(VISITORS, status) | others


def signed_in(member, staff, **others):
    """Say what customers and our own staff are answered: others sign in, or find nothing."""
    return everybody(staff, stranger=302, applicant=302, member=member, elsewhere=404) | others


def who_merges(status, **others):
    """Say what those are answered who may make one customer of two."""
    return signed_in(member=404, staff=404, associate=status, admin=status, **others)


def who_keeps(status, **others):
    """Say what those are answered who keep a unit's calendar and letterhead."""
    return signed_in(member=404, staff=404, regional_admin=status, admin=status, **others)


def who_asks(status):
    """Say what those are answered who may have an outside system asked."""
    return signed_in(
        member=404,
        staff=403,
        associate=status,
        admin=status,
        regional_admin=status,
        elsewhere=status,
    )


# Name → the method that is meant, and who is answered what. What stands in the address is ours:
# the member belongs to another account, "elsewhere" works for another business unit.
GET, POST = "get", "post"
ADDRESSES = {
    # Programs come in by a key, and everybody else finds what the description says. Who may do
    # what there: tests/api/test_doors.py.
    "api:openapi-json": (GET, everybody(200)),
    "api:api-root": (GET, everybody(404)),
    "api-root": (GET, everybody(404)),
    "api-nothing": (GET, everybody(404)),
    "api:journeys": (GET, everybody(401)),
    "api:journey": (GET, everybody(401)),
    "api:applications": (GET, everybody(401)),
    "api:application": (GET, everybody(401)),
    "api:status": (GET, everybody(401)),
    "api:steps": (GET, everybody(401)),
    "api:step": (GET, everybody(401)),
    "api:code": (POST, everybody(401)),
    "api:withdrawal": (POST, everybody(401)),
    "api:accounts": (GET, everybody(401)),
    "api:account": (GET, everybody(401)),
    "api:webhooks": (GET, everybody(401)),
    "api:webhook": (GET, everybody(401)),
    "api:webhook-secrets": (GET, everybody(401)),
    "api:webhook-rotation": (POST, everybody(401)),
    "api:webhook-ping": (POST, everybody(401)),
    "api:webhook-deliveries": (GET, everybody(401)),
    "api:webhook-again": (POST, everybody(401)),
    "healthz": (GET, everybody(200)),
    "readyz": (GET, everybody(200)),
    "metrics": (GET, everybody(200)),
    "brand": (GET, everybody(200)),
    "set_theme": (POST, everybody(302)),
    "set_language": (POST, everybody(302)),
    "home": (GET, everybody(302)),
    "account_login": (GET, everybody(302, stranger=200, applicant=200)),
    "account_request_login_code": (GET, everybody(302, stranger=200, applicant=200)),
    "account_confirm_login_code": (GET, everybody(302)),
    # Nobody has typed an address of a company; there is one, and it cannot be reached.
    "company_sign_in": (GET, everybody(302)),
    "company_go": (GET, everybody(302)),
    "company_back": (GET, everybody(302)),
    # It speaks OpenID, and no SAML.
    "company_saml": (POST, everybody(404)),
    "company_saml_in": (GET, everybody(404)),
    "company_metadata": (GET, everybody(404)),
    "account_logout": (POST, everybody(302)),
    # An OpenID provider, for shops that it knows; here none asks.
    "idp:oidc:configuration": (GET, everybody(200)),
    "idp:oidc:jwks": (GET, everybody(200)),
    "idp:oidc:authorization": (GET, everybody(200, stranger=302, applicant=302)),
    "idp:oidc:logout": (GET, everybody(200, stranger=302, applicant=302)),
    "idp:oidc:token": (POST, everybody(400)),
    "idp:oidc:revoke": (POST, everybody(400)),
    "idp:oidc:userinfo": (GET, everybody(401)),
    "account_signup": (GET, everybody(302)),
    # Without scripts a passkey is not even asked for; nobody is half way in.
    "mfa_login_webauthn": (GET, everybody(302)),
    "mfa_authenticate": (GET, everybody(302)),
    # One's own sign-in: who came in without a ceremony is asked for one before changing it.
    "account_reauthenticate": (GET, everybody(200, stranger=302, applicant=302)),
    "mfa_index": (GET, everybody(200, stranger=302, applicant=302)),
    "mfa_add_webauthn": (GET, everybody(302)),
    "mfa_activate_totp": (GET, everybody(302)),
    "mfa_view_recovery_codes": (GET, everybody(302)),
    "remove_factor": (POST, everybody(302)),
    "end_sign_in": (POST, everybody(404, stranger=302, applicant=302)),
    "end_other_sign_ins": (POST, everybody(404, stranger=302, applicant=302)),
    # Of the demonstration alone; here nobody demonstrates.
    "demo_sign_in": (POST, everybody(404)),
    "demo_mailbox": (GET, everybody(404)),
    "apply:mailbox": (GET, everybody(404)),
    # Whoever holds the token is the applicant.
    "apply:landing": (GET, everybody(200)),
    "apply:landing-left": (POST, everybody(204)),
    "apply:start": (POST, everybody(302)),
    "apply:resume": (GET, everybody(302)),
    "apply:step": (GET, everybody(302)),
    "apply:send-code": (POST, everybody(302)),
    "apply:left": (POST, everybody(204)),
    # What was sent is asked of nobody else, so nobody is asked: they are led back.
    "apply:ask": (GET, everybody(302)),
    "apply:take-back": (POST, everybody(302)),
    "apply:remind": (POST, everybody(302)),
    # Whoever holds this token is asked for one step; it was sent meanwhile.
    "apply:asked": (GET, everybody(200)),
    "apply:track": (GET, everybody(200)),
    "apply:enter-shop": (POST, everybody(409)),
    "apply:continue": (GET, everybody(200)),
    "apply:elsewhere": (GET, everybody(200)),
    # Its letters arrive: there is nothing to change.
    "apply:address": (GET, everybody(302)),
    "apply:withdraw": (GET, everybody(200)),
    # No line was asked for: there is nothing to withdraw.
    "apply:withdraw-credit": (GET, everybody(302)),
    # What still runs is not begun again.
    "apply:again": (POST, everybody(409)),
    "cabinet:home": (GET, signed_in(member=200, staff=404)),
    # Of another account's admin: a stranger to it finds nothing, whoever holds the letter sees it.
    "cabinet:request": (GET, signed_in(member=404, staff=404)),
    "cabinet:request-by-letter": (GET, everybody(200)),
    "cabinet:catalogue": (GET, signed_in(member=200, staff=404)),
    "cabinet:company": (GET, signed_in(member=200, staff=404)),
    # Mallory is an admin, of her own account, which has none.
    "cabinet:sign-on": (GET, signed_in(member=200, staff=404)),
    "cabinet:withdraw-credit": (GET, signed_in(member=302, staff=404)),
    "cabinet:switch": (POST, signed_in(member=404, staff=404)),
    "desk:queue": (GET, signed_in(member=404, staff=200, elsewhere=200)),
    "desk:help": (GET, signed_in(member=404, staff=404, associate=200, admin=200)),
    # Empty forms: whoever may help is told what is missing.
    "desk:help-write": (POST, signed_in(member=404, staff=404, associate=422, admin=422)),
    # Nobody else is asked for what was answered already.
    "desk:colleague": (GET, signed_in(member=404, staff=404, associate=200, admin=200)),
    "desk:colleague-back": (POST, signed_in(member=404, staff=404, associate=302, admin=302)),
    "desk:colleague-remind": (POST, signed_in(member=404, staff=404, associate=302, admin=302)),
    "desk:help-call": (POST, signed_in(member=404, staff=404, associate=422, admin=422)),
    "desk:withdraw": (GET, signed_in(member=404, staff=404, associate=200, admin=200)),
    # What was sent is filled in by nobody: they are led to the application.
    "desk:fill": (GET, signed_in(member=404, staff=404, associate=302, admin=302)),
    "desk:fill-step": (GET, signed_in(member=404, staff=404, associate=302, admin=302)),
    "desk:fill-code": (POST, signed_in(member=404, staff=404, associate=302, admin=302)),
    "desk:new": (GET, signed_in(member=404, staff=404, associate=200, admin=200, elsewhere=200)),
    "desk:drafts": (GET, signed_in(member=404, staff=200, elsewhere=200)),
    "desk:application": (GET, signed_in(member=404, staff=200)),
    "desk:drawing": (GET, signed_in(member=404, staff=200)),
    # An empty form: whoever may decide is told what is missing, the others that they may not.
    "desk:decide": (POST, signed_in(member=404, staff=302, associate=422, admin=422)),
    "desk:retry": (POST, signed_in(member=404, staff=302)),
    # Whoever decides is led to an application, or back to the queue.
    "desk:take-next": (
        POST,
        signed_in(member=404, staff=404, associate=302, admin=302, elsewhere=302),
    ),
    # Who may not decide is told so; nobody is named to hand it to.
    "desk:claim": (POST, signed_in(member=404, staff=302)),
    "desk:give-back": (POST, signed_in(member=404, staff=302)),
    "desk:hand-over": (POST, signed_in(member=404, staff=302)),
    "desk:promises": (GET, signed_in(member=404, staff=200, elsewhere=200)),
    "desk:calendars": (
        GET,
        signed_in(member=404, staff=404, regional_admin=302, admin=302, elsewhere=302),
    ),
    "desk:calendar": (GET, signed_in(member=404, staff=404, regional_admin=200, admin=200)),
    # An empty form: whoever keeps the calendar is told what is missing.
    "desk:calendar-week": (POST, signed_in(member=404, staff=404, regional_admin=422, admin=422)),
    "desk:calendar-day": (POST, signed_in(member=404, staff=404, regional_admin=422, admin=422)),
    "desk:calendar-forget": (POST, signed_in(member=404, staff=404)),
    # Who sells does not say who is one customer.
    "desk:merge": (GET, who_merges(200, elsewhere=200)),
    "desk:merge-pair": (GET, who_merges(200)),
    # Two who work for two customers: they are told so, every time.
    "desk:correct": (GET, signed_in(member=404, staff=404, associate=200, admin=200)),
    "desk:merge-do": (POST, who_merges(302)),
    "desk:merge-dismiss": (POST, who_merges(302)),
    "desk:merge-reopen": (POST, who_merges(302)),
    "desk:merged": (GET, who_merges(200)),
    "desk:merge-undo": (POST, who_merges(302)),
    "desk:api-keys": (
        GET,
        signed_in(member=404, staff=404, regional_admin=200, admin=200, elsewhere=200),
    ),
    "desk:api-key-revoke": (
        POST,
        signed_in(member=404, staff=404, regional_admin=302, admin=302),
    ),
    "desk:webhooks": (
        GET,
        signed_in(member=404, staff=404, regional_admin=200, admin=200, elsewhere=200),
    ),
    "desk:webhook-again": (
        POST,
        signed_in(member=404, staff=404, regional_admin=302, admin=302),
    ),
    "desk:systems": (GET, signed_in(member=404, staff=200, elsewhere=200)),
    # Both units ask the same systems here.
    "desk:ask": (POST, who_asks(302)),
    # An empty form names no ERP: whoever may choose one is told so.
    "desk:choose-erp": (POST, who_keeps(302)),
    # An empty form names our own shop, which is the unit's.
    "desk:choose-shop": (POST, who_keeps(302)),
    "desk:shop-again": (
        POST,
        signed_in(member=404, staff=404, associate=302, regional_admin=302, admin=302),
    ),
    "desk:ask-mail": (POST, who_asks(302)),
    "desk:turn": (
        POST,
        signed_in(member=404, staff=404, associate=422, admin=422, elsewhere=422),
    ),
    "desk:imports": (
        GET,
        signed_in(
            member=404, staff=404, associate=200, regional_admin=200, admin=200, elsewhere=200
        ),
    ),
    "desk:import-run": (
        GET,
        signed_in(member=404, staff=404, associate=200, regional_admin=200, admin=200),
    ),
    # An associate is told, in words, that they may not.
    "desk:import-start": (
        POST,
        signed_in(member=404, staff=404, associate=302, regional_admin=302, admin=302),
    ),
    # Nothing waits for that repair: all are led back to the queue, or told so.
    "desk:failures": (GET, signed_in(member=404, staff=302, elsewhere=302)),
    "desk:repair": (POST, signed_in(member=404, staff=302, elsewhere=302)),
    "desk:repair-run": (GET, signed_in(member=404, staff=200)),
    "desk:outbox": (GET, signed_in(member=404, staff=200, elsewhere=200)),
    "desk:letter": (GET, signed_in(member=404, staff=200)),
    "desk:letter-html": (GET, signed_in(member=404, staff=200)),
    "desk:send-again": (POST, signed_in(member=404, staff=404, associate=302, admin=302)),
    "desk:letterheads": (GET, who_keeps(302, elsewhere=302)),
    "desk:letterhead": (GET, who_keeps(200)),
    "desk:letterhead-html": (GET, who_keeps(200)),
    "desk:doors": (GET, who_keeps(200, elsewhere=200)),
    # The one that is looked at is ours; opened is none: the form is empty.
    "desk:sign-on": (GET, who_keeps(200, elsewhere=200)),
    "desk:sign-on-open": (POST, who_keeps(404, elsewhere=404)),
    "desk:sign-on-one": (GET, who_keeps(200)),
    # An empty form, and a shop that there is not.
    "desk:shop-open": (POST, who_keeps(404, elsewhere=404)),
    "desk:shop-close": (POST, who_keeps(404, elsewhere=404)),
    "desk:second-factor": (POST, who_keeps(302)),
    "desk:journeys": (
        GET,
        signed_in(member=404, staff=200, manager=404, associate=404, elsewhere=200),
    ),
    "desk:notices": (GET, signed_in(member=404, staff=200, manager=404, elsewhere=200)),
    "desk:notice": (GET, signed_in(member=404, staff=200, manager=404)),
    "desk:notice-html": (GET, signed_in(member=404, staff=200, manager=404)),
}

# They take keys and no sessions: no form has a token for them.
OF_PROGRAMS = {name for name in ADDRESSES if name.startswith("api")}
STEPS = {
    "desk:correct": "confirm_company",
    "desk:fill-step": "give_contact",
    "desk:colleague": "confirm_company",
}
# Pages that are also posted to.
ALSO_POSTED = (
    "desk:api-keys",
    "desk:sign-on-one",
    "cabinet:sign-on",
    "account_login",
    "account_request_login_code",
    "account_confirm_login_code",
    "account_signup",
    "mfa_login_webauthn",
    "mfa_authenticate",
    "account_reauthenticate",
    "mfa_add_webauthn",
    "mfa_activate_totp",
    "mfa_view_recovery_codes",
    "apply:step",
    "apply:ask",
    "apply:asked",
    "apply:continue",
    "apply:address",
    "apply:elsewhere",
    "apply:withdraw",
    "apply:withdraw-credit",
    "cabinet:withdraw-credit",
    "desk:withdraw",
    "desk:correct",
    "desk:colleague",
    "desk:letterhead",
    "desk:fill-step",
    "desk:new",
    "cabinet:request",
    "cabinet:request-by-letter",
)


class World:
    """A house with an application that waits for a review, and everybody at its doors."""

    def __init__(self):
        self.sessions = {}
        unit = furnish(name=uuid4().hex)
        elsewhere = BusinessUnit.objects.create(
            code="elsewhere",
            name="Elsewhere",
            country="BR",
            currency="BRL",
            language="pt-br",
            sender="ola@elsewhere.example",
            erp=unit.erp,
            registry=unit.registry,
        )
        cnpj = next(invented_numbers(status="suspended"))
        self.alice = Applicant(cnpj=cnpj).come_to("track").wait()
        self.application = self.alice.application
        self.message = Message.objects.filter(application_id=self.application.pk).latest("id")
        Message.objects.filter(pk=self.message.pk).update(is_secret=False, html="<p>Hello</p>")
        self.ours = become_customer(unit)
        self.in_shop = ShopCustomer.objects.create(
            account=self.ours.account,
            shop="shop-br",
            state=ShopCustomer.State.REFUSED,
            changed_at=timezone.now(),
        )
        self.import_run = ImportRun.objects.create(
            business_unit=unit.code,
            status=ImportRun.Status.DONE,
            started_at=timezone.now(),
            moved_at=timezone.now(),
        )
        self.key = ApiKey.objects.create(
            name="Rico's shop",
            business_units=[unit.code],
            scopes=["journeys:read"],
            prefix="atrio_abcdefgh",
            digest=b"digest",
            created_at=timezone.now(),
            window_at=timezone.now(),
        )
        endpoint = Endpoint.objects.create(
            key=self.key, url="https://rico.example/", events=[], created_at=timezone.now()
        )
        self.delivery = EventDelivery.objects.create(
            endpoint=endpoint,
            event_id=uuid4(),
            type="ping",
            body="{}",
            status=EventDelivery.Status.FAILED,
            created_at=timezone.now(),
        )
        self.sign_on = Provider.objects.create(
            account_id=self.ours.account.pk,
            name="Ventorim",
            issuer="https://127.0.0.1:1",
            client_id="atrio",
            is_on=True,
            created_at=timezone.now(),
        )
        mallory = become_customer(unit, "mallory@marupanga.example", company="Marupanga S.A.")
        staff = {role: hire(unit, f"{role}@nordlicht.example", role) for role in STAFF}
        staff["elsewhere"] = hire(elsewhere, "mallory@elsewhere.example", *STAFF)
        self.pair = Pair.objects.create(
            kind="contact",
            one_id=Contact.objects.get(account=self.ours.account).pk,
            other_id=Contact.objects.get(account=mallory.account).pk,
            business_unit=unit.code,
            score=0.5,
            verdict="maybe",
        )
        self.merge = Merge.objects.create(
            kind="account",
            business_unit=unit.code,
            kept_id=self.ours.account.pk,
            dropped_id=uuid4(),
            merged_at=timezone.now(),
            undo_until=timezone.now() + timedelta(days=1),
        )
        self.repair_run = RepairRun.objects.create(
            system=unit.erp,
            call="erp.create_customer",
            error_code="invalid",
            by_id=staff["associate"].id,
            by_label="Associate",
            started_at=timezone.now(),
        )
        RepairItem.objects.create(
            run=self.repair_run,
            application=self.application,
            call=Call.objects.filter(application=self.application).latest("id"),
        )
        self.asked = AccessRequest.objects.create(
            application=self.application,
            account_id=self.ours.account.pk,
            company=self.application.title,
            name="Alice Prado",
            email="alice@ventorim.example",
            asked_at=timezone.now(),
        )
        self.delegation = Delegation.objects.create(
            application=self.application,
            step=self.application.steps.get(element="confirm_company"),
            name="Dana Roth",
            email="dana@ventorim.example",
            asked_by_kind="applicant",
            asked_by_id=str(self.application.pk),
            asked_by_label="Alice Prado",
            asked_at=timezone.now(),
            valid_until=timezone.now() + timedelta(days=14),
        )
        self.users = {"member": mallory.user.pk} | {name: who.id for name, who in staff.items()}

    def browser(self, visitor):
        """Return a browser of one of the visitors, with a session of its own."""
        browser = Browser(headers={"accept-language": "en"})
        if visitor != "stranger":
            if visitor not in self.sessions:
                self.sessions[visitor] = self.come_in(visitor)
            cookies, session = self.sessions[visitor]
            # Coming in takes fifteen statements, and most tests want a browser for every address.
            own = SessionStore(session_key=uuid4().hex)
            own.update(session)
            own.save(must_create=True)
            browser.cookies.load(cookies | {settings.SESSION_COOKIE_NAME: own.session_key})
        return browser

    def come_in(self, visitor):
        """Sign in, or begin to apply; return the cookies, and what the session holds."""
        if visitor == "applicant":
            client = Applicant(email="mallory@marupanga.example").come_to("enter_tax_id").client
        else:
            client = Browser().come_in(User.objects.get(pk=self.users[visitor]))
        return {name: it.value for name, it in client.cookies.items()}, dict(client.session.items())

    def address(self, name, **other):
        """Return the address of that name, with what is ours in it."""
        known = {
            "token": self.alice.token,
            "letter": access_token_for(self.asked.pk, self.ours.user.pk),
            "request_id": self.asked.pk,
            "element": "give_contact",
            "application_id": self.application.pk,
            "step": STEPS.get(name, "review"),
            "call_id": Call.objects.filter(application=self.application).latest("id").pk,
            "message_id": self.message.pk,
            "pair_id": self.pair.pk,
            "merge_id": self.merge.pk,
            "run_id": (self.repair_run if name == "desk:repair-run" else self.import_run).pk,
            "key": "0123456789abcdef0123",
            "route": "erp",
            "code": "registry-br",
            "pack": "company_br",
            "name": "welcome",
            "unit": "nordlicht-br",
            "accent": "08756c",
            "journey": "company_br",
            "account_id": self.ours.account.pk,
            "key_id": self.key.pk,
            "endpoint_id": self.delivery.endpoint_id,
            "delivery_id": self.delivery.pk,
            "factor_id": 1,
            "shop_id": "no-such-shop",
            "row_id": self.in_shop.pk,
            "sign_in_id": uuid4(),
            "provider_id": self.sign_on.pk,
            "handle": "made-up",
        } | other
        if name == "apply:asked" and "token" not in other:
            known["token"] = delegate_token_for(self.application.pk, self.delegation.pk)
        return reverse(name, kwargs={key: known[key] for key in parameters(name)})

    def says(self, name):
        """Return what is posted there, right where that is possible for everybody."""
        return {
            "apply:start": {"pack": "company_br"},
            "cabinet:switch": {
                "entity": str(LegalEntity.objects.get(account=self.ours.account).pk)
            },
            "desk:import-start": {"unit": "nordlicht-br"},
            "demo_sign_in": {"email": "mallory@marupanga.example"},
        }.get(name, {})


def patterns(inside=None, namespace=""):
    """Go through every address the resolver knows, as (name, pattern)."""
    for entry in (inside or get_resolver()).url_patterns:
        if hasattr(entry, "url_patterns"):
            yield from patterns(entry, f"{namespace}{entry.namespace}:" if entry.namespace else "")
        else:
            yield f"{namespace}{entry.name}", entry.pattern


def parameters(name):
    """Return what has to be filled into an address."""
    return next(pattern for known, pattern in patterns() if known == name).converters


WITH_TOKEN = [name for name in ADDRESSES if {"token", "letter"} & parameters(name).keys()]
POSTED = [
    name for name, (method, _) in ADDRESSES.items() if method == POST and name not in OF_PROGRAMS
]


def contents():
    """Return what every table holds: which rows, and who wrote each."""
    be_nobody()
    with connection.cursor() as cursor:
        cursor.execute(
            " union all ".join(
                f"select '{table}', coalesce(string_agg(concat(ctid, xmin), ' ' order by ctid), '')"
                f' from "{table}"'
                for table in connection.introspection.table_names(cursor)
            )
        )
        return dict(cursor)


def changed(before):
    """Return the tables that hold something else now."""
    now = contents()
    return {table for table, digest in before.items() if now[table] != digest}
