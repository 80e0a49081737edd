"""Credit limits: the account of a business partner in one credit segment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from atrio.connectors.sap.odata import FOREVER, Gateway, as_date, date_of, etag_of, key
from atrio.kernel.errors import OutsideFailure

SERVICE = "API_CRDTMBUSINESSPARTNER"
_ACCOUNT = "CreditManagementAccount"
# Currencies whose smallest unit is not a hundredth.
_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "KWD": 3, "BHD": 3, "OMR": 3, "TND": 3}


@dataclass(frozen=True, slots=True)
class Limit:
    """How much a business partner may owe in one credit segment."""

    amount: Decimal
    currency: str


class CreditAccounts:
    """The credit accounts of one segment."""

    def __init__(self, gateway: Gateway, *, segment: str, currency: str) -> None:
        """Take the segment; limits of accounts that are made by us are in this currency."""
        self._gateway = gateway
        self._segment = segment
        self._currency = currency

    def read(self, partner: str) -> Limit | None:
        """Return the partner's limit, None if it has none or no longer."""
        row = self._gateway.row(SERVICE, self._path(partner))
        if row is None:
            return None
        until = date_of(row["CreditLimitValidityEndDate"])
        if until and until < datetime.now(UTC):
            return None
        amount = Decimal(row["CreditLimitAmount"])
        # An amount of nothing may mean that nobody has said anything.
        if not amount and not row["CreditLimitIsZero"]:
            return None
        return Limit(amount, row["CreditSegmentCurrency"])

    def refuse(self, limit: Limit) -> None:
        """Raise OutsideFailure("invalid") for a limit that cannot be kept; asks nobody."""
        if limit.currency != self._currency:
            raise OutsideFailure(f"SAP's limits are in {self._currency}", code="invalid")
        digits = _DIGITS.get(limit.currency, 2)
        if limit.amount != round(limit.amount, digits):
            raise OutsideFailure(
                f"An amount of {limit.currency} has {digits} decimals", code="invalid"
            )

    def write(self, partner: str, limit: Limit) -> None:
        """Give the partner this limit, for as long as nobody says otherwise."""
        values = {
            "CreditLimitAmount": str(limit.amount),
            "CreditLimitIsZero": not limit.amount,
            "CreditLimitValidityEndDate": as_date(FOREVER),
        }
        row = self._gateway.row(SERVICE, self._path(partner))
        if row is not None:
            self._gateway.change(SERVICE, self._path(partner), values, etag=etag_of(row))
            return
        account = {
            "BusinessPartner": partner,
            "CreditSegment": self._segment,
            "CreditSegmentCurrency": limit.currency,
        }
        self._gateway.create(SERVICE, _ACCOUNT, {**account, **values})

    def probe(self) -> None:
        """Ask for one account; raises OutsideFailure if the service is not there for us."""
        self._gateway.rows(SERVICE, _ACCOUNT, top=1, select="BusinessPartner,CreditSegment")

    def _path(self, partner: str) -> str:
        return key(_ACCOUNT, BusinessPartner=partner, CreditSegment=self._segment)
