"""The invented customers, as a sales team of some years has kept them."""

from __future__ import annotations

from stdnum.br import cnpj

from atrio.connectors.salesforce.simulator.org import Org
from atrio.connectors.salesforce.simulator.schema import Row
from atrio.outside.invented_base import BaseCustomer, invented_base


def fill(org: Org) -> None:
    """Put the base into an empty org; one that holds anything is left as it is."""
    if org.rows("Account"):
        return
    customers = [customer for customer in invented_base() if customer.is_in_crm]
    accounts = [_put_account(org, place, customer) for place, customer in enumerate(customers)]
    contacts: dict[str, str] = {}
    for is_direct in (True, False):
        for account, customer in zip(accounts, customers, strict=True):
            for contact in customer.contacts:
                person = contact.person
                if contact.is_direct is not is_direct:
                    continue
                if person.key not in contacts:
                    first, _, last = person.name.partition(" ")
                    values: Row = {"FirstName": first, "LastName": last, "Phone": person.phone}
                    filed: Row = {"AccountId": account if is_direct else None}
                    email: Row = {"Email": person.email or None}
                    contacts[person.key] = org.put("Contact", values | filed | email)
                org.put(
                    "AccountContactRelation",
                    {
                        "AccountId": account,
                        "ContactId": contacts[person.key],
                        "IsActive": contact.is_active,
                        "IsDirect": is_direct,
                        "Roles": contact.role or None,
                    },
                )


def _put_account(org: Org, place: int, customer: BaseCustomer) -> str:
    """Put all records of a company, and return the id of the first, which has its people."""
    address = customer.address
    number = customer.tax_id.number if customer.tax_id else None
    # Some people type the number with its punctuation.
    number = cnpj.format(number) if number and place % 2 else number
    row: Row = {
        "Website": f"https://www.{customer.domain}/" if place % 3 else customer.domain,
        "Phone": customer.phone,
        "AccountNumber": customer.number or None,
        "CNPJ__c": number,
        "BillingStreet": f"{address.street}, {address.number}",
        "BillingCity": address.city,
        "BillingPostalCode": address.postal_code,
        "BillingState": address.region,
        "BillingCountry": address.country,
    }
    first, *_doubles = [org.put("Account", {**row, "Name": name}) for name in customer.crm_names]
    return first
