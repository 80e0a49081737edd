"""`python -m bench.support.pages prepare`, then `… measure ROUNDS`: pages, from inside.

Prepared are a company that has become a customer and one that stands at a form. Measured are
the pages that people look at most, by Django's own handler: every middleware, view, query and
template, and no network; each in turns with a bare view that asks the database the same. One line
of JSON tells the milliseconds of both, and the statements.
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import django
import psycopg

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from atrio.onboarding.tokens import token_for  # noqa: E402
from atrio.outside.invented import invented_numbers  # noqa: E402
from atrio.site.demo.personas import STAFF  # noqa: E402
from bench.support.applicants import Applicant, play  # noqa: E402
from bench.support.bare import against_bare  # noqa: E402

AT_A_FORM = 500_000  # the number of the company that stays at its form
_STEP = "select current_step from onboarding_application where id = %s"
PATIENCE = 60.0  # seconds for the background to bring the register's answer
_EXAMPLES = """
    select (select application_id from onboarding_step
            where element = 'confirm_company' and closed_at is null order by opened_at limit 1),
           (select id from onboarding_application where status = 'done' limit 1),
           (select "to" from notices_message where notice = 'welcome' limit 1)
"""


def prepare() -> None:
    """Bring one company in, and another one to the form with the register's proposals."""
    play(count=1, at_once=1, first=1, until="served")
    waiting = Applicant(next(invented_numbers(start=AT_A_FORM)))
    until = time.monotonic() + PATIENCE
    with _administrator() as outside:
        while outside.execute(_STEP, [waiting.id]).fetchone() != ("confirm_company",):
            assert time.monotonic() < until, "the register's answer does not come"
            time.sleep(0.05)


def measure(rounds: int) -> dict[str, Any]:
    """Return milliseconds and statements of each page."""
    with _administrator() as outside:
        row = outside.execute(_EXAMPLES).fetchone()
    assert row is not None
    at_form, customer, email = row
    carla, nobody, alice = _browser(STAFF[0].email), _browser(""), _browser(email)
    return {
        "landing page": _time(nobody, "/", rounds),
        "form step": _time(nobody, f"{_apply(at_form)}/step/confirm_company/", rounds),
        "tracker": _time(nobody, f"{_apply(customer)}/track/", rounds),
        "queue": _time(carla, "/desk/", rounds),
        "application page": _time(carla, f"/desk/applications/{customer}/", rounds),
        "cabinet": _time(alice, "/cabinet/", rounds),
        "catalogue": _time(alice, "/cabinet/shop/", rounds),
    }


def _time(browser: Client, address: str, rounds: int) -> Mapping[str, Any]:
    for _ in range(10):
        assert browser.get(address).status_code == 200, address
    with CaptureQueriesContext(connection) as queries:
        browser.get(address)
    # Now, for the next request empties the log. Opening and closing a transaction asks nothing.
    said = [query["sql"] for query in queries]
    statements = sum(sql not in ("BEGIN", "COMMIT") for sql in said)
    milliseconds, bare = against_bare(browser, address, rounds)
    return {"milliseconds": milliseconds, "bare": bare, "statements": statements}


def _browser(email: str) -> Client:
    browser = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0], headers={"accept-language": "en"})
    if email:
        browser.force_login(get_user_model().objects.get(email=email))
    return browser


def _apply(application: UUID) -> str:
    return f"/apply/{token_for(application)}"


def _administrator() -> psycopg.Connection:
    return psycopg.connect(os.environ["BENCH_ADMINISTRATOR"], autocommit=True)


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare()
    else:
        print(json.dumps(measure(int(sys.argv[2]))))
