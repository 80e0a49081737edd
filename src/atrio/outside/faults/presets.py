"""Bad days by name: what the knobs of a route look like in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from atrio.outside.faults.knobs import Knobs

PRESETS: Mapping[str, Knobs] = {
    "well": Knobs(),
    "slow": Knobs(latency=4, jitter=2),
    "shaky": Knobs(error_rate=0.5),
    # One writing is carried out and its answer lost; what comes after it works. The words are
    # those of Tryton, of Salesforce and of Adobe Commerce.
    "executes": Knobs(execute_then_timeout=1, only="create|/sobjects/|super_user_id", times=1),
    "garbage": Knobs(garbage=1),
    "drip": Knobs(slow_drip=20),
    "down": Knobs(down=True),
}


def preset_of(knobs: Knobs) -> str:
    """Return the name of the preset these knobs are, "" for none. A count may have run down."""
    if knobs.are_neutral:
        return "well"
    for name, preset in PRESETS.items():
        if replace(knobs, times=preset.times) == preset:
            return name
    return ""
