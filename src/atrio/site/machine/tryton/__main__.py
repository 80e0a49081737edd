"""Make the snapshot that the present lock and seed ask for: `… FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from atrio.site.machine.programs import MachineError
from atrio.site.machine.tryton.server import Snapshot

try:
    Snapshot.of_this_seed(Path(sys.argv[1]))
except MachineError as error:
    sys.exit(str(error))
