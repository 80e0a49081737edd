"""Where the browser for the browser tests is, and how to get one.

`python -m tests.chromium` makes sure that there is one, by the means at hand.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PATIENCE = 600  # seconds for each way of getting one
_HELP = """\
No Chromium or Chrome was found, and it could not be installed. Any one of these helps:
    .venv/bin/python -m playwright install chromium
    the package `chromium` of your distribution
    ATRIO_CHROMIUM=/path/to/chrome"""


def find_chromium() -> Path | None:
    """Return the program to start: the one that is named, the system's, or Playwright's own."""
    if named := os.environ.get("ATRIO_CHROMIUM"):
        return Path(named)
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return own if own.exists() else None


def install_chromium() -> None:
    """Install a browser: Playwright's own, else the distribution's if we may."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        attempts += [["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]]
    for command in attempts:
        print("Looking for a browser:", *command, flush=True)
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(command, check=False, timeout=_PATIENCE, stdin=subprocess.DEVNULL)
        if find_chromium():
            return


def main() -> None:
    """Make sure that there is a browser, or say what to do and fail."""
    if find_chromium() is None:
        install_chromium()
    found = find_chromium()
    if found is None or not found.exists():
        sys.exit(_HELP)


if __name__ == "__main__":
    main()
