"""Salesforce: accounts, contacts, and who works where, over its REST API.

The simulator beside it keeps what is written to it and misbehaves as Salesforce is known to.
"""

from atrio.connectors.salesforce.crm import SalesforceCrm

__all__ = ["SalesforceCrm"]
