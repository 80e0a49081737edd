"""Where things lie: the source, its clone, and the folder for everything that runs."""

from __future__ import annotations

import os
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
CLONE = SOURCE.parents[1]


def state_folder() -> Path:
    """Return the folder for data, logs and secrets of whoever runs the machine.

    Root has one of its own below it, so that root and an ordinary user can run one after the
    other in the same clone, neither tripping over files of the other.
    """
    folder = CLONE / "var"
    return folder / "root" if os.geteuid() == 0 and CLONE.stat().st_uid != 0 else folder
