"""23. Every URL × every role × another account's ids → 403/404, same size and time.

What everybody is answered at every address stands in `tests/site/world.py` and is tried by
`tests/site/test_urls.py`. Here: whoever asks for what belongs to others learns nothing from the
answer, not even that it is there. Time is what a busy machine says; what takes it is the same when
the same number of statements is asked.
"""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.site.world import ADDRESSES, World, parameters

# What names a row of somebody's. A link's token is signed: what nobody has signed is nowhere.
IDS = {
    "application_id",
    "request_id",
    "call_id",
    "message_id",
    "pair_id",
    "merge_id",
    "run_id",
    "account_id",
    "key_id",
    "endpoint_id",
    "delivery_id",
    "row_id",
}
OF_SOMEBODY = [
    name
    for name in ADDRESSES
    if IDS & parameters(name).keys() and not {"token", "letter"} & parameters(name).keys()
]
# Those to whom nothing of the house's one application, account and unit belongs.
OTHERS = ("member", "elsewhere")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TOKEN = re.compile(r'(csrfmiddlewaretoken" value|csrf-token" content|nonce)="[^"]*"|nonce-[^\']*')


@pytest.fixture
def world(db, settings):
    settings.ATRIO_FAULT_PROXY = "http://127.0.0.1:1"
    return World()


def answered(browser, method, address, said):
    """Return what an outsider could compare: status, headers and size, and what it took."""
    # What a process keeps for half a minute may end between two answers on a busy machine.
    caches["process"].clear()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = getattr(browser, method)(address, said)
    page = TOKEN.sub("", UUID.sub("", answer.content.decode()))
    where = UUID.sub("", answer.headers.get("Location", ""))
    return answer.status_code, where, sorted(answer.headers), len(page), len(asked)


@pytest.mark.parametrize("visitor", OTHERS)
def test_what_belongs_to_others_is_answered_as_what_is_not_there(world, visitor):
    told_apart = {}
    for name in OF_SOMEBODY:
        nowhere = {one: uuid4() for one in IDS & parameters(name).keys()}
        for method in ("get", "post"):
            theirs, nothing = (
                answered(world.browser(visitor), method, address, world.says(name))
                for address in (world.address(name), world.address(name, **nowhere))
            )
            if theirs != nothing:
                told_apart[method, name] = (theirs, nothing)

    assert len(OF_SOMEBODY) > 30
    assert told_apart == {}
