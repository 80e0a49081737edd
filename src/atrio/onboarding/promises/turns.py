"""Who had the turn for how long while a promise ran."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from atrio.onboarding import rules
from atrio.onboarding.models import Application, Step
from atrio.outside.models import Delivery


def split(
    application: Application,
    *,
    start: datetime,
    end: datetime,
    steps: Iterable[Step],
    deliveries: Sequence[Delivery],
) -> rules.ClockSplit:
    """Split the time from `start` to `end` into the customer's, ours and outside systems'.

    Before the first step and after the application is done it is the customer's.
    """
    customer = [
        rules.Span(step.opened_at, step.closed_at)
        for step in steps
        if step.kind == "user" and step.lane == "customer"
    ]
    customer.append(rules.Span(application.first_page_at, application.created_at))
    if application.status == Application.Status.DONE and application.finished_at:
        customer.append(rules.Span(application.finished_at, end))
    outside = [rules.Span(delivery.sent_at, delivery.answered_at) for delivery in deliveries]
    return rules.split_clock(start=start, end=end, customer=customer, outside=outside)
