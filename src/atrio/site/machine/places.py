"""Where things lie: the source, its clone, and the folder for everything that runs."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
CLONE = SOURCE.parents[1]


def state_folder() -> Path:
    """Return the folder for data, logs and secrets of whoever runs the machine.

    It is `var` in the clone. Root and an ordinary user may run one after the other in the same
    clone: root in somebody else's clone gets a folder of its own, and a user who may not write
    to root's clone keeps the state at home.
    """
    folder = CLONE / "var"
    if os.geteuid() == 0 and CLONE.stat().st_uid != 0:
        return folder / "root"
    if not os.access(folder if folder.exists() else CLONE, os.W_OK):
        home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
        return home / "atrio" / hashlib.sha256(str(CLONE).encode()).hexdigest()[:10]
    return folder
