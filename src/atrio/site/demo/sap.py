"""How the demonstration's connection to the simulated SAP is set up."""

from __future__ import annotations

from atrio.site.machine.goods import groups_for_sap

# As the simulator has been set up; docs/connectors/sap.md says what each means.
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
    "product_groups": groups_for_sap(),
}
