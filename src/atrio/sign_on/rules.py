"""Pure rules: mail domains, and what of them somebody may claim."""

from __future__ import annotations

import re

from atrio.parties.rules import is_of_everybody

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])", re.ASCII)


def domain_of(email: str) -> str:
    """Return what stands behind the last @ of an address, in small letters."""
    return email.rpartition("@")[2].strip().lower()


def read_domain(typed: str) -> str:
    """Return a mail domain as it is kept, "" for what is none that a company could have alone."""
    domain = typed.strip().lower().removeprefix("@").rstrip(".")
    if len(domain) > 200 or not _DOMAIN.fullmatch(domain) or is_of_everybody(domain):
        return ""
    return domain
