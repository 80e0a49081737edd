"""Who may come to which page of the desk: the one table, by the names of its addresses.

The guards of the views read it, and the house does not start with an address that is not in it.
What somebody may do on a page, the use case behind it says; it names the same roles, which stand
beside it. For anybody else who works here such a page does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping

from atrio.enrolment.queries import MAY_LOOK
from atrio.integrators.queries import MAY_KEEP_KEYS
from atrio.notices.actions import MAY_SEND_AGAIN
from atrio.onboarding.actions.choose_erp import MAY_CHOOSE_ERP
from atrio.onboarding.actions.decide_step import MAY_DECIDE
from atrio.onboarding.actions.help_customer import MAY_HELP
from atrio.parties.merging.rules import MAY_MERGE
from atrio.seller.actions import MAY_KEEP_CALENDARS, MAY_KEEP_DOORS, MAY_KEEP_PAPER
from atrio.sign_on.queries import MAY_KEEP_SIGN_ON
from atrio.trade.shops.actions import MAY_CHOOSE_SHOP, MAY_TRY_AGAIN

Roles = tuple[str, ...]

EVERYBODY: Roles = ("associate", "manager", "process_owner", "regional_admin", "admin")
MAY_SEE_JOURNEYS: Roles = ("process_owner", "regional_admin", "admin")
MAY_PREVIEW: Roles = ("process_owner", "associate", "regional_admin", "admin")
MAY_TURN: Roles = ("admin", "associate")

ROLES: Mapping[str, Roles] = {
    "queue": EVERYBODY,
    "take-next": MAY_DECIDE,
    "application": EVERYBODY,
    "drawing": EVERYBODY,
    "claim": EVERYBODY,
    "give-back": EVERYBODY,
    "hand-over": EVERYBODY,
    "decide": EVERYBODY,
    "retry": EVERYBODY,
    "correct": MAY_DECIDE,
    "help": MAY_HELP,
    "help-write": MAY_HELP,
    "help-call": MAY_HELP,
    "colleague": MAY_HELP,
    "colleague-back": MAY_HELP,
    "colleague-remind": MAY_HELP,
    "withdraw": MAY_HELP,
    "fill": MAY_HELP,
    "fill-step": MAY_HELP,
    "fill-code": MAY_HELP,
    "new": MAY_HELP,
    "drafts": EVERYBODY,
    "promises": EVERYBODY,
    "calendars": MAY_KEEP_CALENDARS,
    "calendar": MAY_KEEP_CALENDARS,
    "calendar-week": MAY_KEEP_CALENDARS,
    "calendar-day": MAY_KEEP_CALENDARS,
    "calendar-forget": MAY_KEEP_CALENDARS,
    "merge": MAY_MERGE,
    "merge-pair": MAY_MERGE,
    "merge-do": MAY_MERGE,
    "merge-dismiss": MAY_MERGE,
    "merge-reopen": MAY_MERGE,
    "merged": MAY_MERGE,
    "merge-undo": MAY_MERGE,
    "imports": MAY_LOOK,
    "import-start": MAY_LOOK,
    "import-run": MAY_LOOK,
    "systems": EVERYBODY,
    "api-keys": MAY_KEEP_KEYS,
    "api-key-revoke": MAY_KEEP_KEYS,
    "webhooks": MAY_KEEP_KEYS,
    "webhook-again": MAY_KEEP_KEYS,
    "ask-mail": EVERYBODY,
    "choose-erp": MAY_CHOOSE_ERP,
    "choose-shop": MAY_CHOOSE_SHOP,
    "shop-again": MAY_TRY_AGAIN,
    "ask": EVERYBODY,
    "turn": MAY_TURN,
    "failures": EVERYBODY,
    "repair": EVERYBODY,
    "repair-run": EVERYBODY,
    "outbox": EVERYBODY,
    "letter": EVERYBODY,
    "letter-html": EVERYBODY,
    "send-again": MAY_SEND_AGAIN,
    "letterheads": MAY_KEEP_PAPER,
    "letterhead": MAY_KEEP_PAPER,
    "letterhead-html": MAY_KEEP_PAPER,
    "sign-on": MAY_KEEP_SIGN_ON,
    "sign-on-open": MAY_KEEP_SIGN_ON,
    "sign-on-one": MAY_KEEP_SIGN_ON,
    "doors": MAY_KEEP_DOORS,
    "shop-open": MAY_KEEP_DOORS,
    "shop-close": MAY_KEEP_DOORS,
    "second-factor": MAY_KEEP_DOORS,
    "journeys": MAY_SEE_JOURNEYS,
    "notices": MAY_PREVIEW,
    "notice": MAY_PREVIEW,
    "notice-html": MAY_PREVIEW,
}
