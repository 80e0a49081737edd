"""What becomes of imprints when two of ours become one: they tell what came of a record then."""

from __future__ import annotations

from atrio.enrolment.models import Imprint
from atrio.parties.merging.references import refers

refers(Imprint, "object_id", to="account", how="stays", where={"kind": "account"})
refers(Imprint, "object_id", to="contact", how="stays", where={"kind": "contact"})
