"""What we ask of systems we do not run, and the frozen values in which they answer.

A connector is a class that fulfils one of these protocols. Every method may raise
`OutsideBusy` (a later try may work), `NoAnswer` (sent, nothing came back: only a search may
tell whether it was done) or `OutsideFailure` (a person must look).
"""

from atrio.outside.ports.crm import (
    Crm,
    CrmAccount,
    CrmAccountDraft,
    CrmContact,
    CrmContactDraft,
    CrmDuplicate,
    CrmLink,
)
from atrio.outside.ports.erp import (
    CreditLine,
    CustomerDraft,
    Erp,
    ErpArticle,
    ErpContact,
    ErpCustomer,
    Price,
    PriceQuestion,
    Receipt,
    spellings,
)
from atrio.outside.ports.registry import CompanyRecord, CompanyStatus, Registry
from atrio.outside.ports.shop import Shop, ShopCompany, ShopCompanyDraft, ShopState
from atrio.outside.ports.sms import Sms, SmsDraft, SmsReceipt, SmsState
from atrio.outside.ports.values import Answering, PostalAddress, TaxId, domain_of

__all__ = [
    "Answering",
    "CompanyRecord",
    "CompanyStatus",
    "CreditLine",
    "Crm",
    "CrmAccount",
    "CrmAccountDraft",
    "CrmContact",
    "CrmContactDraft",
    "CrmDuplicate",
    "CrmLink",
    "CustomerDraft",
    "Erp",
    "ErpArticle",
    "ErpContact",
    "ErpCustomer",
    "PostalAddress",
    "Price",
    "PriceQuestion",
    "Receipt",
    "Registry",
    "Shop",
    "ShopCompany",
    "ShopCompanyDraft",
    "ShopState",
    "Sms",
    "SmsDraft",
    "SmsReceipt",
    "SmsState",
    "TaxId",
    "domain_of",
    "spellings",
]
