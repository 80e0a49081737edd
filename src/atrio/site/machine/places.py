"""Where things lie: the source, its clone, and the folder for everything that runs."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
CLONE = SOURCE.parents[1]


def state_folder() -> Path:
    """Return the folder for data, logs and secrets: ATRIO_VAR, else the one of this clone."""
    named = os.environ.get("ATRIO_VAR")
    return Path(named).absolute() if named else _folder_of_this_clone()


def snapshot_folder() -> Path:
    """Return the folder of the ERP's snapshots, which are the same for every beginning."""
    return _folder_of_this_clone() / "tryton"


def _folder_of_this_clone() -> Path:
    """Return `var` in the clone, or a place of this user's own.

    Root and an ordinary user may run one after the other in the same clone: root in somebody
    else's clone gets a folder below, and a user who may not write to root's clone stays at home.
    """
    folder = CLONE / "var"
    if os.geteuid() == 0 and CLONE.stat().st_uid != 0:
        return folder / "root"
    if not os.access(folder if folder.exists() else CLONE, os.W_OK):
        home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
        return home / "atrio" / hashlib.sha256(str(CLONE).encode()).hexdigest()[:10]
    return folder
