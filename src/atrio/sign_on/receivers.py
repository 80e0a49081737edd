"""How providers follow when customers are made one."""

from __future__ import annotations

from atrio.parties.merging.references import refers
from atrio.sign_on.models import Provider

refers(Provider, "account_id", to="account")
