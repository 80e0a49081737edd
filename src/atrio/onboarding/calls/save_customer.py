"""crm.save_customer: the CRM hears of the customer, the person, and that they belong together."""

from __future__ import annotations

from atrio.kernel.errors import OutsideFailure
from atrio.onboarding.calls import Answer, Question, call
from atrio.onboarding.calls._customer import account_of, address_of, email_of, name_of, tax_id_of
from atrio.outside.actions import link
from atrio.outside.connections import open_crm
from atrio.outside.ports import (
    Crm,
    CrmAccount,
    CrmAccountDraft,
    CrmContact,
    CrmContactDraft,
    CrmDuplicate,
    TaxId,
)
from atrio.parties.queries import contact_with


@call("crm.save_customer", asks="crm", needs_somebody=True)
def save_customer(question: Question) -> Answer:
    """Save company and person, into the records the CRM has of them, and link the two.

    A link that had ended is made active again: whoever came here is let in by now.
    """
    crm = open_crm(question.asked)
    account = _save_account(crm, _account_draft(question), tax_id_of(question))
    contact = _save_contact(crm, _contact_draft(question, account), account)
    # What the import ties a contact to as well: the person's place at this company.
    place = crm.save_link(
        account=account.id,
        contact=contact.id,
        roles=[role] if (role := str(question.facts.get("contact.role") or "")) else [],
    )
    for kind, object_id, outside_id in (
        ("account", account_of(question), account.id),
        ("contact", contact_with(account_of(question), email_of(question)).pk, place.id),
    ):
        link(
            connection=question.asked,
            kind=kind,
            object_id=object_id,
            outside_id=outside_id,
            now=question.now,
        )
    return Answer()


def _save_account(crm: Crm, draft: CrmAccountDraft, tax_id: TaxId | None) -> CrmAccount:
    there = crm.find_accounts(tax_id) if tax_id else []
    if ours := next((one for one in there if one.reference == draft.reference), None):
        return ours
    if len(there) > 1:
        numbers = ", ".join(account.id for account in there)
        raise OutsideFailure(f"The CRM has this company several times: {numbers}", code="duplicate")
    if there:
        return crm.save_account(draft, into=there[0].id)
    try:
        return crm.save_account(draft)
    except CrmDuplicate as alike:
        if tax_id and any(account.tax_id == tax_id for account in alike.accounts):
            raise
        # Alike by name and no more: another company that is called much the same.
        return crm.save_account(draft, despite_duplicates=True)


def _save_contact(crm: Crm, draft: CrmContactDraft, account: CrmAccount) -> CrmContact:
    there = crm.find_contacts(draft.email)
    if ours := next((one for one in there if one.reference == draft.reference), None):
        return ours
    if there:
        here = {one.contact.id for one in crm.links(account=account.id)}
        nearest = next((one for one in there if one.id in here), there[0])
        if not nearest.reference:
            return crm.save_contact(draft, into=nearest.id)
        # Known to us as somebody at another account: one person in the CRM, and one link more.
        return nearest
    try:
        return crm.save_contact(draft)
    except CrmDuplicate:
        # Alike by name, for nobody has this address: a namesake.
        return crm.save_contact(draft, despite_duplicates=True)


def _account_draft(question: Question) -> CrmAccountDraft:
    facts = question.facts
    return CrmAccountDraft(
        reference=str(account_of(question)),
        name=str(facts.get("company.trade_name") or name_of(question)),
        tax_id=tax_id_of(question),
        phone=str(facts.get("contact.phone") or ""),
        customer_number=str(facts.get("erp.customer_number") or ""),
        address=address_of(question),
    )


def _contact_draft(question: Question, account: CrmAccount) -> CrmContactDraft:
    return CrmContactDraft(
        reference=str(contact_with(account_of(question), email_of(question)).pk),
        name=str(question.facts.get("contact.name") or ""),
        email=email_of(question),
        phone=str(question.facts.get("contact.phone") or ""),
        account=account.id,
    )
