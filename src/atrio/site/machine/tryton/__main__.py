"""Make the snapshot that the present lock and seed ask for, if it is not there."""

from __future__ import annotations

import sys

from atrio.site.machine.programs import MachineError
from atrio.site.machine.tryton.server import Snapshot

try:
    Snapshot.of_this_seed()
except MachineError as error:
    sys.exit(str(error))
