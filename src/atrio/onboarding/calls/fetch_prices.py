"""trade.fetch_prices: the customer's own prices for what the shop shows first."""

from __future__ import annotations

from atrio.onboarding.calls import Answer, Question, call
from atrio.onboarding.calls._customer import account_of
from atrio.trade.actions import fetch_first_prices


@call("trade.fetch_prices", asks="erp")
def fetch_prices(question: Question) -> Answer:
    """Ask the ERP for the prices of the catalogue's first page: the shop opens with them."""
    fetch_first_prices(account_id=account_of(question), now=question.now)
    return Answer()
