"""`python -m bench.support.mixed_faults PORT TARGET SHARE`: a system on a mixed bad day.

So large a share of the requests fails, each in one of all the ways there are.
"""

from __future__ import annotations

import secrets
import sys
from random import Random

from aiohttp import web

from atrio.outside.faults.knobs import Knobs
from atrio.outside.faults.proxy import LONGEST_HOLD, Faults, app_with

ROUTE = "system"
WAYS = {
    "refused": Knobs(down=True),
    "500": Knobs(error_rate=1, error_status=500),
    "429": Knobs(error_rate=1, error_status=429),
    "hung": Knobs(latency=LONGEST_HOLD),
    "done, then silent": Knobs(execute_then_timeout=1),
    "done, then garbage": Knobs(garbage=1),
    "done, then a byte a second": Knobs(slow_drip=1),
}


class MixedFaults(Faults):
    """Knobs that are turned anew for every request."""

    def __init__(self, target: str, *, share: float) -> None:
        # Not for secrets: the same bad day every time, as far as the requests come in one order.
        super().__init__(
            {ROUTE: target},
            state=None,
            token=secrets.token_hex(),
            random=Random(30),
        )
        self._share = share

    def knobs_for(self, name: str, text: str) -> Knobs:
        """Draw what goes wrong with this request."""
        if name != ROUTE or not self.happens(self._share):
            return Knobs()
        return self.random.choice(list(WAYS.values()))


if __name__ == "__main__":
    port, target, share = sys.argv[1:4]
    web.run_app(
        app_with(MixedFaults(target, share=float(share))),
        host="127.0.0.1",
        port=int(port),
        handler_cancellation=True,
        shutdown_timeout=1,
        print=None,
    )
