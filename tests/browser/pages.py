"""Every page there is: by whom it is looked at, and where it is in `Places`, or its address."""

from __future__ import annotations

from typing import NamedTuple

from atrio.site.demo.personas import ALICE, STAFF
from tests.site.world import ADDRESSES, GET

NOBODY = ""
CARLA, _, INGRID, TOMAS = (person.email for person in STAFF)


class Page(NamedTuple):
    """A page: the name of its address, who looks, where it is, and in which state."""

    name: str
    email: str
    place: str
    state: str = ""


PAGES = [
    Page("apply:landing", NOBODY, "/"),
    Page("apply:continue", NOBODY, "/apply/continue/"),
    Page("apply:withdraw", NOBODY, "withdrawal"),
    Page("apply:withdraw-credit", NOBODY, "credit_withdrawal"),
    Page("apply:elsewhere", NOBODY, "elsewhere"),
    Page("apply:ask", NOBODY, "ask"),
    Page("apply:asked", NOBODY, "asked"),
    Page("apply:step", NOBODY, "first_step", "nothing known"),
    Page("apply:step", NOBODY, "proposed", "proposed by the register"),
    Page("apply:step", NOBODY, "contact", "contact"),
    Page("apply:step", NOBODY, "code", "code"),
    Page("apply:step", NOBODY, "summary", "summary"),
    Page("apply:track", NOBODY, "tracker", "under way"),
    Page("apply:track", NOBODY, "open_shop", "open shop"),
    Page("apply:mailbox", NOBODY, "mailbox"),
    Page("account_login", NOBODY, "/sign-in/"),
    Page("cabinet:home", ALICE.email, "/cabinet/"),
    Page("cabinet:catalogue", ALICE.email, "/cabinet/shop/"),
    Page("cabinet:catalogue", ALICE.email, "/cabinet/shop/?q=zzzz", "nothing found"),
    Page("cabinet:company", ALICE.email, "/cabinet/company/"),
    Page("cabinet:sign-on", ALICE.email, "/cabinet/company/sign-on/"),
    Page("cabinet:request", ALICE.email, "request"),
    Page("cabinet:request-by-letter", NOBODY, "request_by_letter"),
    Page("cabinet:withdraw-credit", ALICE.email, "/cabinet/credit/withdraw/"),
    Page("idp:oidc:authorization", ALICE.email, "/openid/authorize", "unknown shop"),
    Page("idp:oidc:logout", ALICE.email, "/openid/logout"),
    Page("desk:queue", CARLA, "/desk/"),
    Page("desk:queue", CARLA, "/desk/?q=nobody", "nothing found"),
    Page("desk:drafts", CARLA, "/desk/drafts/"),
    Page("desk:new", CARLA, "/desk/new/"),
    Page("desk:help", CARLA, "help"),
    Page("desk:fill-step", CARLA, "fill"),
    Page("desk:application", CARLA, "case", "customer"),
    Page("desk:application", CARLA, "review", "review"),
    Page("desk:colleague", CARLA, "colleague"),
    Page("desk:correct", CARLA, "correction"),
    Page("desk:withdraw", CARLA, "withdrawn_at_the_desk"),
    Page("desk:promises", CARLA, "/desk/promises/"),
    Page("desk:merge", CARLA, "/desk/duplicates/"),
    Page("desk:merge", CARLA, "/desk/duplicates/?view=merged", "made one"),
    Page("desk:merge-pair", CARLA, "pair"),
    Page("desk:merged", CARLA, "merged"),
    Page("desk:imports", CARLA, "/desk/imports/"),
    Page("desk:import-run", CARLA, "import_run"),
    Page("desk:systems", CARLA, "/desk/systems/", "associate"),
    Page("desk:systems", TOMAS, "/desk/systems/", "administrator"),
    Page("desk:failures", CARLA, "failures"),
    Page("desk:repair-run", CARLA, "repair_run"),
    Page("desk:outbox", CARLA, "/desk/outbox/"),
    Page("desk:letter", CARLA, "letter"),
    Page("desk:notices", CARLA, "/desk/notices/"),
    Page("desk:notice", CARLA, "/desk/notices/company_br/welcome/"),
    Page("desk:journeys", INGRID, "/desk/journeys/"),
    Page("desk:api-keys", TOMAS, "keys"),
    Page("desk:webhooks", TOMAS, "events"),
    Page("desk:doors", TOMAS, "doors"),
    Page("desk:sign-on", TOMAS, "/desk/doors/companies/"),
    Page("desk:sign-on-one", TOMAS, "company_sign_on"),
    Page("desk:calendar", TOMAS, "/desk/calendars/nordlicht-br/"),
    Page("desk:letterhead", TOMAS, "/desk/letterheads/nordlicht-br/"),
]

_OWN_SIGN_IN = "by somebody who signs in and sets up an app, in test_own_sign_in.py"
ELSEWHERE = {
    "apply:address": "by whoever proved the address that no longer works, in test_pages.py",
    "demo_mailbox": _OWN_SIGN_IN,
    "account_confirm_login_code": _OWN_SIGN_IN,
    "account_reauthenticate": _OWN_SIGN_IN,
    "mfa_authenticate": _OWN_SIGN_IN,
    "mfa_index": _OWN_SIGN_IN,
    "mfa_add_webauthn": _OWN_SIGN_IN,
    "mfa_activate_totp": _OWN_SIGN_IN,
    "mfa_view_recovery_codes": _OWN_SIGN_IN,
}
_DATA = "for programs"
_LEADS_ON = "it leads on to another page"
_FRAMED = "a letter as it is sent, in the frame of the page that shows it"
NO_PAGES = {
    "company_go": _LEADS_ON,
    "company_back": _LEADS_ON,
    "company_saml_in": _LEADS_ON,
    "company_metadata": _DATA,
    "company_sign_in": "for people of a company that signs in by itself: not looked at yet",
    "home": _LEADS_ON,
    "account_signup": _LEADS_ON,
    "account_request_login_code": "the address of account_login",
    "apply:resume": _LEADS_ON,
    "desk:calendars": _LEADS_ON,
    "desk:letterheads": _LEADS_ON,
    "desk:fill": _LEADS_ON,
    "desk:letter-html": _FRAMED,
    "desk:letterhead-html": _FRAMED,
    "desk:notice-html": _FRAMED,
    "brand": "a style sheet",
    "desk:drawing": "a blueprint, drawn on desk:application",
    "mfa_login_webauthn": "what a passkey is asked, for a script",
    "healthz": _DATA,
    "readyz": _DATA,
    "metrics": _DATA,
    "idp:oidc:configuration": _DATA,
    "idp:oidc:jwks": _DATA,
    "idp:oidc:userinfo": _DATA,
} | {
    name: _DATA
    for name, (method, _) in ADDRESSES.items()
    if name.startswith("api") and method == GET
}


def every_address():
    """Return the name of every address that is looked at, or that has a reason not to be."""
    looked_at = {page.name for page in PAGES}
    return looked_at | ELSEWHERE.keys() | NO_PAGES.keys()


def addresses_to_get():
    """Return the name of every address that something is got from."""
    return {name for name, (method, _) in ADDRESSES.items() if method == GET}
