"""How the tests' connection to the simulated SAP is set up."""

from __future__ import annotations

from atrio.connectors.sap import SapErp
from atrio.site.demo.sap import OPTIONS as DEMO

SECRET = "open&sesame=ç"
OPTIONS = {
    **DEMO,
    "product_groups": {"LI": "Iluminação"},
    # Nothing here takes long but what is meant to be waited for in vain.
    "read_seconds": 1,
    "total_seconds": 6,
}


def connect(url, secret=SECRET, transport=None, **more):
    """Make a connector, with other options where they are given."""
    options = {**OPTIONS, **more}
    return SapErp(base_url=url, secret=secret, options=options, transport=transport)
