"""How the demonstration's connections to the simulated SAP are set up, one for each country.

docs/connectors/sap.md says what each option means.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atrio.site.machine.goods import groups_for_sap

_EVERYWHERE = {
    "user": "ATRIO",
    "client": "100",
    "distribution_channel": "10",
    "division": "00",
}
OPTIONS: Mapping[str, Any] = {
    **_EVERYWHERE,
    "sales_organization": "BR01",
    "company_code": "BR01",
    "currency": "BRL",
    "credit_segment": "1000",
    "language": "PT",
    "list_price_customer": "10000",
    "price_groups": {"Varejo": "R1", "Atacado": "W1"},
    "payment_terms": {"À vista": "0001", "30 dias": "NT30", "28/56 dias": "Z856"},
    "product_groups": groups_for_sap("PT"),
}
GERMAN: Mapping[str, Any] = {
    **_EVERYWHERE,
    "sales_organization": "DE01",
    "company_code": "DE01",
    "currency": "EUR",
    "credit_segment": "2000",
    "language": "DE",
    "list_price_customer": "10001",
    "price_groups": {"Handwerk": "R1", "Großhandel": "W1"},
    "payment_terms": {"Sofort": "0001", "30 Tage": "NT30", "28/56 Tage": "Z856"},
    "product_groups": groups_for_sap("DE"),
}
RUSSIAN: Mapping[str, Any] = {
    **_EVERYWHERE,
    "sales_organization": "RU01",
    "company_code": "RU01",
    "currency": "RUB",
    "credit_segment": "3000",
    "language": "RU",
    "list_price_customer": "10002",
    "price_groups": {"Розница": "R1", "Опт": "W1"},
    "payment_terms": {"Сразу": "0001", "30 дней": "NT30", "28/56 дней": "Z856"},
    "product_groups": groups_for_sap("RU"),
}
