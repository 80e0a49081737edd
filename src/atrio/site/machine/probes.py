"""Looking whether something is ready, from outside."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path


def answers(url: str) -> bool:
    """Say whether a web server answers this address with anything but a server's error."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return error.code < 500
    except OSError:
        return False


class LogWatch:
    """Waits for a line in a log that is written on and on, life after life of one program."""

    def __init__(self, log: Path, line: str) -> None:
        self._log = log
        self._line = line.encode()
        self._start = 0

    def forget_the_past(self) -> None:
        """Look only at what is written from now on."""
        self._start = self._log.stat().st_size if self._log.exists() else 0

    def has_the_line(self) -> bool:
        """Say whether the line was written since."""
        if not self._log.exists():
            return False
        with self._log.open("rb") as stream:
            # A log that was begun anew is shorter than where we wanted to start.
            stream.seek(self._start if self._log.stat().st_size >= self._start else 0)
            return self._line in stream.read()
