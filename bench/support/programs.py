"""`python -m bench.support.programs URL ROUNDS`: programs and people before the house's door.

One line of JSON says how many milliseconds each request took: those of a program that begins an
application, reads it and answers its first step, and the two with which somebody signs in.
"""

import json
import os
import re
import sys
import time
from collections import defaultdict
from itertools import islice
from typing import Any

import django
import httpx
import psycopg

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.utils import timezone  # noqa: E402

from atrio.identity.actions import ensure_user  # noqa: E402
from atrio.integrators.actions import make_key  # noqa: E402
from atrio.integrators.rules import SCOPES  # noqa: E402
from atrio.outside.invented import invented_numbers  # noqa: E402
from atrio.seller.queries import staff_actor  # noqa: E402
from atrio.site.demo.personas import STAFF  # noqa: E402

WARM_UP = 5
_CODE = 'select text from notices_message where "to" = %s order by id desc limit 1'
_PATTERN = re.compile(r"\b[A-Z]{4}-[A-Z]{4}\b")
Took = defaultdict[str, list[float]]


def a_key() -> str:
    """Return a key for the API, for it may ask 600 times a minute."""
    admin = next(one for one in STAFF if "admin" in one.roles)
    user = get_user_model().objects.get(email=admin.email)
    by = staff_actor(user.pk, admin.name)
    assert by is not None
    units, now = by.business_units, timezone.now()
    return make_key(by=by, name="Bench", business_units=units, scopes=SCOPES, now=now)[1]


def ask_by_api(url: str, rounds: int, took: Took) -> None:
    """Begin so many applications, read each one, its status and its step, and answer that."""
    numbers = list(islice(invented_numbers(start=700_000), rounds))
    headers = {"authorization": f"Bearer {a_key()}"}
    with httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=60) as http:

        def ask(what: str, method: str, path: str, body: Any = None) -> Any:
            key = {"idempotency-key": f"{path}:{time.time_ns()}".replace("/", ".")}
            began = time.perf_counter()
            answer = http.request(method, path, json=body, headers=key)
            took[what].append(1000 * (time.perf_counter() - began))
            answer.raise_for_status()
            return answer.json()

        for number in numbers:
            begun = ask("begin", "POST", "/applications", {"journey": "company_br"})
            path = f"/applications/{begun['id']}"
            ask("read application", "GET", path)
            ask("status", "GET", f"{path}/status")
            ask("read step", "GET", f"{path}/steps/enter_tax_id")
            answers = {"answers": {"company.tax_id": number}}
            ask("submit step", "POST", f"{path}/steps/enter_tax_id", answers)


def sign_in(url: str, rounds: int, took: Took) -> None:
    """Let so many people sign in by a code, each from their own place: there are limits."""
    emails = [f"buyer-{number}@ventorim.example" for number in range(rounds)]
    for email in emails:
        ensure_user(email=email, name="Alice Prado", language="en")
    with psycopg.connect(os.environ["BENCH_ADMINISTRATOR"], autocommit=True) as outside:
        for number, email in enumerate(emails):
            place = f"127.0.{1 + number // 250}.{1 + number % 250}"
            transport = httpx.HTTPTransport(local_address=place)
            with httpx.Client(base_url=url, transport=transport, timeout=60) as http:
                http.get("/sign-in/")
                _send(http, took, "sign-in: address", "/sign-in/", email=email)
                row = outside.execute(_CODE, [email]).fetchone()
                found = _PATTERN.search(row[0]) if row else None
                assert found, row
                _send(http, took, "sign-in: code", "/sign-in/code/", code=found[0])


def _send(http: httpx.Client, took: Took, what: str, path: str, **said: str) -> None:
    said["csrfmiddlewaretoken"] = http.cookies["csrftoken"]
    began = time.perf_counter()
    answer = http.post(path, data=said)
    took[what].append(1000 * (time.perf_counter() - began))
    assert answer.status_code == 302, (what, answer.status_code)


def main(url: str, rounds: int) -> None:
    """Ask, and print what each took."""
    took: Took = defaultdict(list)
    ask_by_api(url, rounds + WARM_UP, took)
    sign_in(url, rounds + WARM_UP, took)
    print(json.dumps({what: found[WARM_UP:] for what, found in took.items()}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
