"""The org's duplicate rules, and how their findings are sent.

Salesforce's own rules compare fuzzily and are configured by administrators; these compare exactly
and stand for any of them. What they have in common with the real ones is the shape of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from atrio.connectors.salesforce.simulator.schema import Row, Value, attributes

_SAID = "Use one of these records?"


@dataclass(frozen=True, slots=True)
class Match:
    """The records of a table that a rule holds to be the one that was to be written."""

    table: str
    rule: str
    rows: tuple[Row, ...]


def find_match(table: str, row: Row, others: Sequence[Row]) -> Match | None:
    """Return what the table's rule finds among other rows, None for nothing."""
    if table == "Account":
        found = [other for other in others if _is_same_company(row, other)]
        rule = "Standard_Account_Duplicate_Rule"
    elif table == "Contact":
        found = [other for other in others if _same(row["Email"], other["Email"])]
        rule = "Standard_Contact_Duplicate_Rule"
    else:
        return None
    return Match(table, rule, tuple(found)) if found else None


def _is_same_company(row: Row, other: Row) -> bool:
    """Compare two companies: by CNPJ, or by name and postal code together."""
    if _same(_plain(row.get("CNPJ__c")), _plain(other["CNPJ__c"])):
        return True
    place = "BillingPostalCode"
    return _same(row.get("Name"), other["Name"]) and _same(row.get(place), other[place])


def _same(one: Value, other: Value) -> bool:
    return bool(one and other) and str(one).casefold() == str(other).casefold()


def _plain(number: Value) -> str:
    return re.sub(r"\W", "", str(number or ""))


def sent(match: Match, *, may_save: bool, has_details: bool, misspelt: bool) -> dict[str, Any]:
    """Return the finding as it is sent; `misspelt` as the documentation's sample has it."""
    records = [
        {
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {
                "attributes": attributes(match.table, row),
                "Id": row["Id"],
                **({"Name": row["Name"]} if has_details else {}),
            },
        }
        for row in match.rows
    ]
    result = {
        "allowSave": may_save,
        "duplicateRule": match.rule,
        "duplicateRuleEntityType": match.table,
        "errorMessage": _SAID,
        "matchResults": [
            {
                "entityType": match.table,
                "errors": [],
                "matchEngine": "ExactMatchEngine",
                "matchRecords": records,
                "rule": match.rule.replace("Duplicate_Rule", "Match_Rule"),
                "size": len(records),
                "success": True,
            }
        ],
    }
    return {
        "message": _SAID,
        "errorCode": "DUPLICATES_DETECTED",
        "fields": [],
        "duplicateResut" if misspelt else "duplicateResult": result,
    }
