"""Ask the package `holidays`, in a process of its own: `python -m atrio.seller.holidays_apart`.

The package loads every country it knows, half a second and 44 MB for eleven dates. No process that
serves people keeps that; the answer is written down and asked for once a year and place.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from typing import Any

PACKAGE = "holidays"
# Our languages as the package names them; what a country is not told in, it tells in English.
_LANGUAGES = {
    "en": "en_US",
    "de": "de",
    "pt-br": "pt_BR",
    "fr": "fr",
    "es": "es",
    "ru": "ru",
}
_PATIENCE = 30  # seconds


def ask_apart(country: str, subdivision: str, year: int) -> dict[str, Any]:
    """Return the answer of another process: what `answer` says.

    Raises OSError, subprocess.SubprocessError.
    """
    asked = [sys.executable, "-m", __name__, country, subdivision, str(year)]
    told = subprocess.run(  # noqa: S603  # our own program; what it is told are codes
        asked, capture_output=True, check=True, timeout=_PATIENCE
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def answer(country: str, subdivision: str, year: int) -> dict[str, Any]:
    """Return the parts of a country that have holidays of their own, and the days with their names.

    A country that the package does not know has none; a part that it does not know has the
    country's.
    """
    import holidays

    places = holidays.list_supported_countries(include_aliases=False)
    days: dict[str, dict[str, str]] = {}
    parts = sorted(places.get(country, ()))
    if country in places:
        for language, theirs in _LANGUAGES.items():
            found = holidays.country_holidays(
                country,
                subdiv=subdivision if subdivision in parts else None,
                years=[year],
                language=theirs,
            )
            for on, name in found.items():
                days.setdefault(on.isoformat(), {})[language] = name
    return {"parts": parts, "days": days}


def package_version() -> str:
    """Return which edition of the package answers here."""
    return version(PACKAGE)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(answer(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
