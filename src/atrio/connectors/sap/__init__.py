"""SAP S/4HANA: business partners, articles, prices and credit limits over OData v2.

What it relies on, and what of that is proved, stands in docs/connectors/sap.md. The simulator
beside it keeps what is written to it and is as strict as the services' metadata.
"""

from atrio.connectors.sap.erp import SapErp

__all__ = ["SapErp"]
