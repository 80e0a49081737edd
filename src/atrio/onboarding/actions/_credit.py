"""Take a request for a credit line back: the process hears of it, and everything else goes on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from atrio.kernel.errors import Refused
from atrio.onboarding.actions._advance import advance_and_save
from atrio.onboarding.actions._ending import write_of_the_end
from atrio.onboarding.case import Case
from atrio.onboarding.promises.credit import WITHDRAWN, withdrawal_of_credit

ON_WORD = f"{WITHDRAWN}_on_word"


class NoCreditRequest(Refused):
    """Nobody waits for a decision on a credit line, or this journey cannot hear of it."""


class CreditGranted(Refused):
    """It was decided before: the credit line is being entered in the ERP, or may be there."""


def is_credit_withdrawn(case: Case) -> bool:
    """Say whether the request was taken back before: to say so again changes nothing."""
    return _event(case) is None and withdrawal_of_credit(case.application.pk) is not None


def take_back_credit(
    case: Case,
    *,
    notice: str = "",
    told: Mapping[str, str] = MappingProxyType({}),
    lent: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Tell the process that the request is withdrawn, save the case, and write to the applicant.

    The step of whoever was to decide goes away. Raises NoCreditRequest, CreditGranted.
    """
    event = _event(case)
    if event is None:
        raise _why_not(case)
    case.note_message(event, WITHDRAWN)
    case.tell("credit.withdrawn", step=event, **told)
    case.run.receive(event, case.tree, now=case.now)
    write_of_the_end(case, (notice, WITHDRAWN), lent)
    advance_and_save(case)


def _event(case: Case) -> str | None:
    return next((one.element for one in case.run.listeners if one.message == WITHDRAWN), None)


def _why_not(case: Case) -> Refused:
    if case.facts.get("credit.verdict") == "grant":
        return CreditGranted(
            _(
                "The credit line has been granted and is being entered in the ERP: it is too late"
                " to withdraw the request here. Tell us if it is not wanted any more."
            )
        )
    return NoCreditRequest(_("There is no request for a credit line to withdraw."))
