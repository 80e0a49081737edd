"""What the shop keeps: its articles, who is in it, and what was ordered."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from atrio.site.sample_shop.sign_in import Customer, Going

# Whoever stays longer comes by the house again, which knows whether they may.
VISIT_SECONDS = 30 * 60
MOST_VISITS = 10_000
MOST_OF_ONE = 999


@dataclass(frozen=True, slots=True)
class Article:
    """An article, with a price for each price group; "" is the group of all others."""

    number: str
    names: Mapping[str, str]  # by language
    prices: Mapping[str, Decimal]

    def price_for(self, group: str) -> Decimal:
        """Return what a customer of a price group pays for one."""
        return self.prices.get(group, self.prices[""])


@dataclass
class Visit:
    """One browser in the shop; without a customer it is on its way in."""

    until: float
    going: Going | None = None
    customer: Customer | None = None
    basket: dict[str, int] = field(default_factory=dict)
    form_key: str = field(default_factory=lambda: secrets.token_urlsafe(16))


@dataclass(frozen=True, slots=True)
class Order:
    """What an account has ordered."""

    number: str
    account: str
    legal_entity: str
    lines: Mapping[str, int]
    total: str


class Visits:
    """Who is in the shop, by what their browser carries."""

    def __init__(self) -> None:
        self._visits: dict[str, Visit] = {}

    def begin(self, visit: Visit) -> str:
        """Keep a visit and return what the browser is to carry, which nobody can guess."""
        now = time.monotonic()
        over = [key for key, one in list(self._visits.items()) if one.until < now]
        for key in over or list(self._visits)[: len(self._visits) - MOST_VISITS + 1]:
            self._visits.pop(key, None)
        key = secrets.token_urlsafe(32)
        self._visits[key] = visit
        return key

    def get(self, key: str) -> Visit | None:
        """Return the visit of a browser, None if it has none or it is over."""
        found = self._visits.get(key)
        return found if found and found.until > time.monotonic() else None

    def end(self, key: str) -> None:
        """Forget a visit."""
        self._visits.pop(key, None)


class Orders:
    """The shop's orders, in a file if there is one."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        kept = json.loads(file.read_text()) if file and file.exists() else []
        self._orders = [Order(**one) for one in kept]

    def place(
        self, customer: Customer, lines: Mapping[str, int], articles: Mapping[str, Article]
    ) -> Order:
        """Order what is in a basket, at the customer's prices."""
        prices = {number: articles[number].price_for(customer.price_group) for number in lines}
        total = sum((prices[number] * count for number, count in lines.items()), Decimal(0))
        with self._lock:
            order = Order(
                number=f"P-{len(self._orders) + 1001}",
                account=customer.account,
                legal_entity=customer.legal_entity,
                lines=dict(lines),
                total=str(total),
            )
            self._orders.append(order)
            self._save()
        return order

    def of(self, account: str) -> list[Order]:
        """Return an account's orders, the newest first."""
        return [order for order in reversed(self._orders) if order.account == account]

    def _save(self) -> None:
        if self._file is None:
            return
        fresh = self._file.with_suffix(".new")
        rows = [{name: getattr(one, name) for name in Order.__slots__} for one in self._orders]
        fresh.write_text(json.dumps(rows))
        fresh.replace(self._file)


def articles_in(file: Path) -> dict[str, Article]:
    """Read the articles of the shop, by number."""
    return {
        row["number"]: Article(
            number=row["number"],
            names=row["names"],
            prices={group: Decimal(price) for group, price in row["prices"].items()},
        )
        for row in json.loads(file.read_text(encoding="utf-8"))
    }
