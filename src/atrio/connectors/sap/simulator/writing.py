"""What happens when rows are written: numbers are given, codes checked, a customer made."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import phonenumbers

from atrio.connectors.sap.simulator.customizing import Customizing
from atrio.connectors.sap.simulator.errors import ApiError, Remark, no_property, no_row
from atrio.connectors.sap.simulator.schema import SETS, EntitySet, Navigation, Row
from atrio.connectors.sap.simulator.store import ETAG, Key, Store
from atrio.connectors.sap.simulator.values import blank, validated

_FIRST_PARTNER = 1_000_000
_FOREVER = "/Date(253402214400000)/"
_CUSTOMERS = {"FLCU00", "FLCU01"}
_MALFORMED = "/IWFND/CM_MGW/016"


@dataclass
class System:
    """Rows, what consultants have set up, and what tests turn."""

    store: Store
    customizing: Customizing = field(default_factory=Customizing)
    locked: Counter[str] = field(default_factory=Counter)  # set → how many writes meet a lock
    numbers_come_later: bool = False  # the customer's, in the answer to a creation

    def create(self, table: EntitySet, body: Mapping[str, Any]) -> tuple[Row, list[Remark]]:
        """Create a row with all that hangs on it; raises ApiError and then has done nothing."""
        if not table.is_creatable:
            raise ApiError(405, "/IWBEP/CM_MGW_RT/021", f"{table.name} cannot be created")
        remarks: list[Remark] = []
        with self.store.transaction():
            self._meet_lock(table)
            row = self._insert(table, body, {}, remarks)
            if table.name == "A_BusinessPartner":
                self._make_customer(row, body, remarks)
        if table.name == "A_BusinessPartner" and self.numbers_come_later:
            return {**row, "Customer": ""}, remarks
        return self.store.row(table.name, self._key(table, row)) or row, remarks

    def change(self, table: EntitySet, key: Key, body: Mapping[str, Any], etag: str) -> Row:
        """Change some fields of a row that is still the one with this etag; raises ApiError."""
        before = self.store.row(table.name, key)
        if before is None:
            raise no_row(table.name)
        if not etag:
            message = "The Data Service Request is required to be conditional."
            raise ApiError(428, "005056A509B11EE3AEB5B3CDAF31E1F5", message)
        if etag not in ("*", before[ETAG]):
            message = "Precondition failed"
            raise ApiError(412, "/IWBEP/CM_MGW_RT/076", message)
        navigations = set(body) & set(table.navigations)
        if navigations:
            raise no_property(table.name, min(navigations))
        with self.store.transaction():
            self._meet_lock(table)
            after = before | validated(table, body, creates=False)
            self.customizing.check(table.name, after)
            return self.store.put(table.name, after)

    def _insert(
        self,
        table: EntitySet,
        body: Mapping[str, Any],
        inherited: Mapping[str, Any],
        remarks: list[Remark],
    ) -> Row:
        own = {name: value for name, value in body.items() if name not in table.navigations}
        row = blank(table) | validated(table, {**own, **inherited}, creates=True)
        self._number(table, row, remarks)
        self.customizing.check(table.name, row)
        missing = [name for name in table.keys if row[name] in ("", None) and name != "Person"]
        if missing:
            message = f"Property '{missing[0]}' is a key and must not be empty"
            raise ApiError(400, _MALFORMED, message, field=missing[0])
        if self.store.row(table.name, self._key(table, row)):
            message = f"An entry of {table.name} with this key exists already"
            raise ApiError(400, "R1/286", message)
        kept = self.store.put(table.name, row)
        for name, way in table.navigations.items():
            if name in body and name != "to_Customer":
                self._insert_below(name, way, body[name], kept, remarks)
        return kept

    def _insert_below(
        self, name: str, way: Navigation, said: object, above: Row, remarks: list[Remark]
    ) -> None:
        inherited = {theirs: above[ours] for theirs, ours in way.joins.items()}
        for one in inline(name, said, is_many=way.is_many):
            self._insert(SETS[way.target], one, {**inherited, **way.only}, remarks)

    def _make_customer(self, row: Row, body: Mapping[str, Any], remarks: list[Remark]) -> None:
        """Make the customer that a partner with such a role is, under the partner's number."""
        roles = self.store.where("A_BusinessPartnerRole", BusinessPartner=row["BusinessPartner"])
        said = list(inline("to_Customer", body.get("to_Customer") or [], is_many=False))
        if not _CUSTOMERS & {one["BusinessPartnerRole"] for one in roles}:
            if said:
                message = "A customer needs the role of one"
                raise ApiError(400, "CVI_EI/018", message, field="to_Customer")
            return
        number = row["BusinessPartner"]
        customers = SETS["A_Customer"]
        self._insert(customers, said[0] if said else {}, {"Customer": number}, remarks)
        self.store.put("A_BusinessPartner", {**row, "Customer": number})

    def _number(self, table: EntitySet, row: Row, remarks: list[Remark]) -> None:
        """Give a row the numbers and dates that SAP gives."""
        if table.name == "A_BusinessPartner":
            self._number_partner(row, remarks)
        elif table.name == "A_BusinessPartnerAddress":
            row["AddressID"] = str(self.store.next_serial("address"))
        elif "OrdinalNumber" in table.keys and not row["OrdinalNumber"]:
            others = self.store.where(table.name, AddressID=row["AddressID"], Person=row["Person"])
            row["OrdinalNumber"] = f"{len(others) + 1:03}"
        elif table.name == "A_BusinessPartnerContact" and not row["RelationshipNumber"]:
            row["RelationshipNumber"] = str(self.store.next_serial("relation"))
        for name in {"ValidityEndDate"} & set(table.keys):
            row[name] = row[name] or _FOREVER
        if table.name == "A_AddressHomePageURL":
            row["ValidityStartDate"] = row["ValidityStartDate"] or _today()
        if table.name == "A_AddressPhoneNumber":
            row["InternationalPhoneNumber"] = _international(row)
        if table.name == "CreditManagementAccount":
            self._complete_account(row)

    def _number_partner(self, row: Row, remarks: list[Remark]) -> None:
        if row["BusinessPartner"]:
            message = "Number assignment is internal"
            raise ApiError(400, "R1/238", message, field="BusinessPartner")
        named = "LastName" if row["BusinessPartnerCategory"] == "1" else "OrganizationBPName1"
        if row["BusinessPartnerCategory"] not in ("1", "2") or not row[named]:
            raise ApiError(400, "R1/502", f"Enter {named}", field=named)
        number = str(
            self.store.next_serial("partner", first=_FIRST_PARTNER, taken="A_BusinessPartner")
        )
        row["BusinessPartner"] = number
        row["CreationDate"] = _today()
        if row["BusinessPartnerCategory"] == "1":
            row["PersonNumber"] = number
        ours = row["BusinessPartnerIDByExtSystem"]
        if ours and self.store.where("A_BusinessPartner", BusinessPartnerIDByExtSystem=ours):
            text = f"External BP number {ours} has already been assigned"
            remarks.append(Remark("R1/451", text))

    def _complete_account(self, row: Row) -> None:
        if not self.store.row("A_BusinessPartner", (row["BusinessPartner"],)):
            raise no_row("CreditManagementBusinessPartner")
        roles = self.store.where("A_BusinessPartnerRole", BusinessPartner=row["BusinessPartner"])
        if "UKM000" not in {one["BusinessPartnerRole"] for one in roles}:
            message = f"Business partner {row['BusinessPartner']} has no role UKM000"
            raise ApiError(400, "UKM_MASTER_DATA/016", message)
        segment = row["CreditSegment"]
        row["CreditSegmentCurrency"] = self.customizing.credit_segments.get(segment, "")

    def _meet_lock(self, table: EntitySet) -> None:
        if self.locked[table.name] > 0:
            self.locked[table.name] -= 1
            raise ApiError(400, "MC/601", "Object requested is currently locked by user BARBARA")

    @staticmethod
    def _key(table: EntitySet, row: Row) -> Key:
        return tuple(row[name] for name in table.keys)


def inline(name: str, said: object, *, is_many: bool) -> Sequence[Mapping[str, Any]]:
    """Return the rows that stand inside another one; raises ApiError for what are none."""
    found = said
    if is_many and isinstance(said, Mapping):
        found = said.get("results")
    elif not is_many and isinstance(said, Mapping):
        found = [said]
    if isinstance(found, list) and all(isinstance(one, Mapping) for one in found):
        return found
    raise ApiError(400, _MALFORMED, f"'{name}' holds no entries", field=name)


def _international(row: Row) -> str:
    """Return a number as it is dialled from abroad, "" for what is none."""
    try:
        parsed = phonenumbers.parse(row["PhoneNumber"], row["DestinationLocationCountry"] or None)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _today() -> str:
    return f"/Date({int(time.time()) // 86_400 * 86_400_000})/"
