"""Short lines for the person at the terminal: what is ready, what died, what to do."""

from __future__ import annotations

import os
import sys
from typing import TextIO

_GREEN, _RED, _BOLD, _FAINT = "32", "31", "1", "2"


class Status:
    """Writes lines with a mark and a name; in colour where the terminal shows it."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._colourful = stream.isatty() and "NO_COLOR" not in os.environ

    def good(self, name: str, text: str) -> None:
        """Say that something worked."""
        self._line(self._in(_GREEN, "✓"), name, text)

    def bad(self, name: str, text: str) -> None:
        """Say that something failed."""
        self._line(self._in(_RED, "✗"), name, text)

    def note(self, text: str) -> None:
        """Say something that stands for itself."""
        print(text, file=self._stream, flush=True)

    def title(self, text: str) -> None:
        """Begin a new part."""
        self.note("\n" + self._in(_BOLD, text))

    def _line(self, mark: str, name: str, text: str) -> None:
        self.note(f"  {mark} {name:<18} {self._in(_FAINT, text)}")

    def _in(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colourful else text
