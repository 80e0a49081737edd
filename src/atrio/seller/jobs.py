"""What our own side does in the background: keep the public holidays written down."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from atrio.kernel.events import announce
from atrio.kernel.queue import job
from atrio.seller.calendars import places_kept
from atrio.seller.events import CalendarChanged
from atrio.seller.public_holidays import ask_if_outdated, write_down


@job("seller.keep_holidays", every=timedelta(minutes=10))
def keep_holidays() -> None:
    """Write down this year's holidays and the next one's, before anybody is promised anything.

    What a newer edition of the package tells otherwise moves what is due.
    """
    year = timezone.now().year
    for (country, subdivision), units in places_kept().items():
        for each in (year, year + 1):
            fresh = ask_if_outdated(country, subdivision, each)
            if fresh is None:
                continue
            with transaction.atomic():
                if write_down(fresh):
                    for unit in units:
                        announce(CalendarChanged(unit))
