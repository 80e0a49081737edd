"""Companies, their shared catalogue and their credit in Adobe Commerce.

Our reference stands in the company's `reseller_id`. The shop does not keep that unique, and a
company is made of several requests: so every save begins with a search, and does what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx

from atrio.connectors.adobe_commerce.rest import Rest, Row
from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.ports import PostalAddress, ShopCompany, ShopCompanyDraft, ShopState

_PENDING, _APPROVED, _REJECTED, _BLOCKED = range(4)
_STATES: Mapping[int, ShopState] = {
    _PENDING: "waiting",
    _APPROVED: "open",
    _REJECTED: "blocked",
    _BLOCKED: "blocked",
}
# What a company is made with; its shared catalogue is assigned afterwards.
_DEFAULT_GROUP = 1
_UNKNOWN = "-"  # where the shop demands a value and we have none


class AdobeCommerceShop:
    """Fulfils the port `Shop`; the secret is an integration's access token.

    Options: `shared_catalogs` (our price groups → ids, with "" for list prices), `store`
    ("default"), `website_id` (1), those of `OutsideHttp`.
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret: str = "",
        options: Mapping[str, Any] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare to talk to the shop; nothing is sent yet."""
        options = options or {}
        self._catalogs = {str(k): int(v) for k, v in dict(options["shared_catalogs"]).items()}
        self._website = int(options.get("website_id", 1))
        self._groups: dict[int, int] = {}
        self._rest = Rest(
            base_url,
            token=secret,
            store=str(options.get("store", "default")),
            options=options,
            transport=transport,
        )

    def find_company(self, reference: str) -> ShopCompany | None:
        """Return the company with our reference."""
        row = self._with_reference(reference)
        return self._company(row, reference) if row else None

    def save_company(self, draft: ShopCompanyDraft) -> ShopCompany:
        """Make or change the company, then its catalogue, then its credit."""
        catalog = self._catalog(draft.price_group)
        row = self._with_reference(draft.reference)
        if row is None:
            admin = self._admin(draft)
            body = _company_of(draft) | {
                "super_user_id": admin,
                "customer_group_id": _DEFAULT_GROUP,
                "status": _PENDING,
            }
            row = _made(self._rest.write("POST", "/company/", {"company": body}))
        self._assign(row, catalog)
        self._allow(int(row["id"]), draft)
        # Opened last, when all else is as it should be, and blocked as surely.
        self._change(int(row["id"]), draft)
        found = self._rest.row(f"/company/{int(row['id'])}")
        if found is None:
            raise OutsideBusy("The company was saved and is not there")
        return self._company(found, draft.reference)

    def probe(self) -> None:
        """Read the shared catalogues that the options name."""
        for catalog in sorted(set(self._catalogs.values())):
            self._read_group(catalog)

    def _with_reference(self, reference: str) -> Row | None:
        found = self._rest.rows("/company", reseller_id=reference)
        # A search that was not understood would bring everybody.
        ours = [row for row in found if row.get("reseller_id") == reference]
        if len(ours) > 1:
            numbers = ", ".join(str(row["id"]) for row in ours)
            raise OutsideFailure(
                f"The shop has several companies for {reference}: {numbers}. One is to be kept,"
                " the others' reseller ids are to be emptied",
                code="duplicate",
            )
        return ours[0] if ours else None

    def _admin(self, draft: ShopCompanyDraft) -> int:
        """Return the shop's customer who is to be the admin; they belong to no company yet."""
        email = draft.admin_email
        website = str(self._website)
        known = self._rest.rows("/customers/search", email=email, website_id=website)
        if not known:
            first, last = _names(draft.admin_name)
            body = {
                "email": email,
                "firstname": first,
                "lastname": last,
                "website_id": self._website,
            }
            return int(_made(self._rest.write("POST", "/customers", {"customer": body}))["id"])
        more = known[0].get("extension_attributes") or {}
        company = (more.get("company_attributes") or {}).get("company_id")
        if company:
            raise OutsideFailure(f"In the shop {email} belongs to company {company}", code="taken")
        return int(known[0]["id"])

    def _change(self, company: int, draft: ShopCompanyDraft) -> None:
        """Write the company whole: what is left out would be emptied, its people's own as well."""
        before = self._rest.row(f"/company/{company}")
        if before is None:
            raise OutsideBusy("The company was found and is not there")
        kept = {name: value for name, value in before.items() if name != "extension_attributes"}
        status = _status(draft.state, before=int(before.get("status") or 0))
        body = kept | _company_of(draft) | {"id": company, "status": status}
        self._rest.write("PUT", f"/company/{company}", {"company": body})

    def _assign(self, row: Row, catalog: int) -> None:
        """Let the company see a shared catalogue, which moves it to that one's customer group."""
        if row.get("customer_group_id") != self._group(catalog):
            companies = {"companies": [{"id": int(row["id"])}]}
            self._rest.write("POST", f"/sharedCatalog/{catalog}/assignCompanies", companies)

    def _allow(self, company: int, draft: ShopCompanyDraft) -> None:
        """Give the company its credit limit; without one it is 0."""
        credit = self._credit(company)
        wanted = draft.credit_limit or Decimal(0)
        has = Decimal(str(credit.get("credit_limit") or 0))
        currency = draft.currency or str(credit["currency_code"])
        if (wanted, currency) == (has, credit["currency_code"]):
            return
        body = {
            "id": int(credit["id"]),
            "company_id": company,
            # A number in their JSON: cents are exact in it up to sums nobody owes.
            "credit_limit": float(wanted),
            "currency_code": currency,
        }
        path = f"/companyCredits/{int(credit['id'])}"
        self._rest.write("PUT", path, {"creditLimit": body})

    def _credit(self, company: int) -> Row:
        found = self._rest.row(f"/companyCredits/company/{company}")
        if found is None or not found.get("id"):
            raise OutsideFailure(f"Company {company} has no credit account", code="misconfigured")
        return found

    def _catalog(self, price_group: str) -> int:
        found = self._catalogs.get(price_group)
        if found is None:
            raise OutsideFailure(
                f"The options name no shared catalogue for {price_group or 'list prices'!r}",
                code="misconfigured",
            )
        return found

    def _group(self, catalog: int) -> int:
        """Return the customer group that stands for a shared catalogue, which never changes."""
        if catalog not in self._groups:
            self._groups[catalog] = self._read_group(catalog)
        return self._groups[catalog]

    def _read_group(self, catalog: int) -> int:
        found = self._rest.row(f"/sharedCatalog/{catalog}")
        if found is None:
            raise OutsideFailure(f"There is no shared catalogue {catalog}", code="misconfigured")
        return int(found["customer_group_id"])

    def _company(self, row: Row, reference: str) -> ShopCompany:
        credit = self._credit(int(row["id"]))
        limit = Decimal(str(credit.get("credit_limit") or 0))
        admin = self._rest.row(f"/customers/{int(row['super_user_id'])}") or {}
        groups: dict[int, str] = {}
        for name, number in self._catalogs.items():
            groups.setdefault(self._group(number), name)
        return ShopCompany(
            id=str(row["id"]),
            reference=reference,
            name=str(row["company_name"]),
            admin_email=str(admin.get("email", "")),
            state=_STATES[int(row.get("status") or 0)],
            price_group=groups.get(int(row["customer_group_id"]), ""),
            credit_limit=limit or None,
            currency=str(credit["currency_code"]) if limit else "",
            address=PostalAddress(
                street="\n".join(str(line) for line in row.get("street") or []),
                postal_code=str(row.get("postcode") or ""),
                city=str(row.get("city") or ""),
                country=str(row.get("country_id") or ""),
            ),
        )


def _status(state: ShopState, *, before: int) -> int:
    """Return the shop's number for a state: who was let in once does not wait again."""
    if state == "open":
        return _APPROVED
    if state == "waiting" and before == _PENDING:
        return _PENDING
    return _BLOCKED


def _company_of(draft: ShopCompanyDraft) -> Row:
    address = draft.address
    first = " ".join(filter(None, (address.street, address.number)))
    second = ", ".join(filter(None, (address.extra, address.district)))
    return {
        "company_name": draft.name,
        "legal_name": draft.legal_name,
        "company_email": draft.admin_email,
        "vat_tax_id": draft.tax_id.number if draft.tax_id else "",
        "reseller_id": draft.reference,
        # One line or two, as it takes them.
        "street": [first or second or _UNKNOWN, *([second] if first and second else [])],
        "city": address.city or _UNKNOWN,
        "country_id": address.country,
        "region": address.region or address.city or _UNKNOWN,
        "postcode": address.postal_code or _UNKNOWN,
        "telephone": draft.phone or _UNKNOWN,
    }


def _names(name: str) -> tuple[str, str]:
    """Return a first and a last name, which the shop wants of everybody."""
    first, _space, last = name.strip().rpartition(" ")
    return (first or last or _UNKNOWN), (last if first else _UNKNOWN)


def _made(answer: Any) -> Row:
    if not isinstance(answer, dict) or not answer.get("id"):
        raise OutsideBusy("The answer does not say what was made")
    return answer
