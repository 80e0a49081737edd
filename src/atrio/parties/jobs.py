"""Background work of parties: look at whoever has changed."""

from __future__ import annotations

from datetime import timedelta

from atrio.kernel.queue import job
from atrio.parties.matching.keeping import keep_keys


@job("parties.keep_match_keys", every=timedelta(minutes=1))
def keep_match_keys() -> None:
    """Make the keys and probable pairs of all that has changed anew, batch by batch."""
    while keep_keys():
        pass
