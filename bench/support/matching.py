"""`python -m bench.support.matching compare COUNT`, or `… look_up COUNT`: with so many customers.

Every fiftieth customer is written down twice, the second time with a slip of the pen and without
a tax number. One line of JSON tells the customers a second whose keys and pairs were made and how
many of those doubles were found, or the milliseconds of lookups.
"""

import json
import sys
import time
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from atrio.kernel.actors import SYSTEM  # noqa: E402
from atrio.kernel.database import acting_as  # noqa: E402
from atrio.parties.matching.keeping import keep_keys  # noqa: E402
from atrio.parties.matching.lookup import digests  # noqa: E402
from atrio.parties.matching.queries import possible_matches  # noqa: E402
from atrio.parties.matching.reading import subjects_of  # noqa: E402
from atrio.parties.matching.records import PartyRecord, Place  # noqa: E402
from atrio.parties.models import Account, Contact, LegalEntity, MatchKey, Pair  # noqa: E402

DOUBLE_EVERY, LOOKUPS = 50, 200
_SYLLABLES = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "al", "or")]
_TRADES = ("Materiais Elétricos Ltda", "Instalações Ltda", "Ferragens S.A.", "Comércio Ltda")


def company(number: int) -> dict[str, Any]:
    """Return the company of a number, always the same."""
    chance = Random(number)
    name = "".join(chance.choices(_SYLLABLES, k=3)).title()
    other = "".join(chance.choices(_SYLLABLES, k=2)).title()
    return {
        "name": f"{name} {other} {chance.choice(_TRADES)}",
        "address": {
            "street": f"Rua {''.join(chance.choices(_SYLLABLES, k=3)).title()}",
            "number": str(chance.randint(1, 2000)),
            "postal_code": f"{chance.randint(1_000_000, 99_999_999):08}",
            "city": "".join(chance.choices(_SYLLABLES[:20], k=2)).title(),
        },
        "phone": f"+5511{chance.randint(30_000_000, 39_999_999)}",
    }


def slip(text: str, number: int) -> str:
    """Return the text with two neighbouring letters of its first word in the wrong order."""
    at = 1 + number % 4
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def fill(first: int, last: int) -> None:
    """Write the customers of these numbers, and the doubles among them."""
    accounts, entities, contacts = [], [], []
    now = timezone.now()
    for number in range(first, last + 1):
        one = company(number)
        is_double = number % DOUBLE_EVERY == 0
        ids = [_id(number)] + ([_id(number, of="double")] if is_double else [])
        for pk in ids:
            name = one["name"] if pk == ids[0] else slip(one["name"], number)
            accounts.append(Account(id=pk, name=name, business_unit="br", opened_at=now))
            mail = f"contato@{pk.hex}.example"
            contacts.append(
                Contact(id=pk, account_id=pk, name="Alice", email=mail, phone=one["phone"])
            )
        tax_id = {"country": "BR", "tax_id_kind": "br_cnpj", "tax_id": f"{number:014}"}
        entities.append(
            LegalEntity(
                id=ids[0],
                account_id=ids[0],
                legal_name=one["name"],
                address=one["address"],
                **tax_id,
            )
        )
    for rows in (accounts, entities, contacts):
        rows[0].__class__.objects.bulk_create(rows, batch_size=5_000)


def _id(number: int, *, of: str = "customer") -> UUID:
    return UUID(int=number << 8 | (of == "double"))


def lookups(last: int) -> list[float]:
    """Return the milliseconds of each of some lookups of misspelt companies."""
    taken = []
    for number in islice(range(1, last, max(last // LOOKUPS, 1)), LOOKUPS):
        one = company(number)
        record = PartyRecord(
            kind="company", names=(slip(one["name"], number),), address=Place(**one["address"])
        )
        began = time.perf_counter()
        with acting_as(SYSTEM):
            found = possible_matches(by=SYSTEM, record=record)
        taken.append(1000 * (time.perf_counter() - began))
        assert _id(number) in {one.account.pk for one in found}, record
    return taken


def compare_all(last: int) -> dict[str, Any]:
    """Let there be so many customers, with their keys and the pairs among them."""
    first = LegalEntity.objects.count()
    fill(first + 1, last)
    began = time.perf_counter()
    while keep_keys():
        pass
    seconds = time.perf_counter() - began
    doubles = range(DOUBLE_EVERY, last + 1, DOUBLE_EVERY)
    pairs = set(Pair.objects.values_list("one_id", "other_id"))
    found = sum((_id(n), _id(n, of="double")) in pairs for n in doubles)
    return {
        "customers_a_second": (last - first) / seconds,
        "doubles_found": found / len(doubles),
        "pairs": len(pairs),
    }


def look_up(last: int) -> dict[str, Any]:
    """Let there be so many customers, the new ones with nothing but keys, and look some up."""
    first = LegalEntity.objects.count()
    if last > first:
        fill(first + 1, last)
        new = Account.objects.filter(needs_keys=True).values_list("pk", flat=True)
        subjects = subjects_of(list(new))
        MatchKey.objects.bulk_create(
            (
                MatchKey(key=key, subject_id=subject.id, account_id=subject.account.pk)
                for subject in subjects
                for key in digests(subject.record)
            ),
            batch_size=5_000,
        )
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    lookups(last)  # the first ones read what is on disk
    return {"milliseconds": lookups(last)}


if __name__ == "__main__":
    what = {"compare": compare_all, "look_up": look_up}[sys.argv[1]]
    print(json.dumps(what(int(sys.argv[2]))))
