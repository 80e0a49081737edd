"""How the tests' connection to the simulated SAP is set up."""

from __future__ import annotations

from atrio.connectors.sap import SapErp

SECRET = "open&sesame=ç"
OPTIONS = {
    "user": "ATRIO",
    "client": "100",
    "sales_organization": "BR01",
    "distribution_channel": "10",
    "division": "00",
    "company_code": "BR01",
    "currency": "BRL",
    "credit_segment": "1000",
    "language": "PT",
    "list_price_customer": "10000",
    "price_groups": {"Varejo": "R1", "Atacado": "W1"},
    "payment_terms": {"À vista": "0001", "30 dias": "NT30", "28/56 dias": "Z856"},
    "product_groups": {"LI": "Iluminação"},
    # Nothing here takes long but what is meant to be waited for in vain.
    "read_seconds": 1,
    "total_seconds": 6,
}


def connect(url, secret=SECRET, transport=None, **more):
    """Make a connector, with other options where they are given."""
    options = {**OPTIONS, **more}
    return SapErp(base_url=url, secret=secret, options=options, transport=transport)
