"""Codes that prove an address: sent, checked, limited."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from atrio.kernel.errors import Refused
from atrio.kernel.rows import insert_all, update_row
from atrio.notices.actions import Draft, send_message
from atrio.onboarding import rules
from atrio.onboarding.case import Case, NewFact
from atrio.onboarding.models import EmailProof, Fact

# The fact that says who typed the code. Nobody writes it while customers do so themselves.
PROOF_BY = "proof.by"
_CUSTOMER, _SOMEBODY_ELSE = "customer", "associate"


class CodeWrong(Refused):
    """The code is not the one we sent, or no longer valid."""


class CodeTooSoon(Refused):
    """A code has just been sent, or too many have been."""


def send_code(case: Case, *, field: str) -> None:
    """Send a new code to the address in `field`. Raises CodeTooSoon beyond the limits."""
    send_code_to(case, str(case.facts[field]))


def send_code_to(case: Case, email: str) -> None:
    """Send a new code to an address. Raises CodeTooSoon beyond the limits."""
    application = case.application
    _see_that_it_is_not_too_soon(application.pk, email, now=case.now)
    code = rules.new_code()
    proof = EmailProof(
        application=application,
        email=email,
        sent_at=case.now,
        valid_until=case.now + rules.CODE_LIFE,
    )
    proof.digest = _digest(proof, code)
    insert_all([proof])
    notice = case.journey.notice(
        "code",
        application.language,
        case.tree,
        unit=application.business_unit,
        code=code,
        minutes=str(rules.CODE_LIFE.seconds // 60),
        reference=application.reference,
    )
    send_message(
        Draft(
            key=f"code:{proof.pk}",
            notice="code",
            to=email,
            language=application.language,
            subject=notice.subject,
            text=notice.text,
            html=notice.html,
            is_secret=True,
            application_id=application.pk,
            business_unit=application.business_unit,
        ),
        now=case.now,
    )
    case.tell("code.sent", step=application.current_step)


# Over other people's applications as well, in one trip: the function counts past their rows'
# security, and tells no more than this.
_SENT = "select of_application, to_address, last_at from onboarding_codes_sent(%s, %s, %s)"


def _see_that_it_is_not_too_soon(application_id: UUID, email: str, *, now: datetime) -> None:
    """Return if one more code may go to an address. Raises CodeTooSoon.

    In the same words for either limit: nobody learns that somebody else applies with an address.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SENT, [application_id, email, now - timedelta(hours=1)])
        of_application, to_address, last_at = cursor.fetchone()
    if of_application >= rules.CODES_PER_HOUR or to_address >= rules.CODES_TO_ADDRESS:
        raise CodeTooSoon(_("We have sent several codes already. Please try again in an hour."))
    if last_at is not None and now - last_at < rules.CODE_PAUSE:
        raise CodeTooSoon(_("We have just sent a code. It may take half a minute to arrive."))


def check_code(case: Case, *, field: str, code: str) -> bool:
    """Say whether `code` is the latest one sent to the address in `field`, and count the try."""
    return is_code_sent_to(case, str(case.facts[field]), code)


def is_code_sent_to(case: Case, email: str, code: str) -> bool:
    """Say whether `code` is the latest one sent to an address, and count the try."""
    proof = (
        EmailProof.objects.filter(application=case.application, email=email).order_by("-id").first()
    )
    if proof is None or proof.valid_until < case.now or proof.tries >= rules.CODE_TRIES:
        return False
    proof.tries += 1
    given = _digest(proof, "".join(code.split()))
    is_right = rules.same_digest(given, proof.digest)
    proof.proved_at = case.now if is_right else None
    proof.typed_by = case.by.kind
    update_row(proof, "tries", "proved_at", "typed_by")
    return is_right


def proved_by(case: Case, *, field: str) -> str:
    """Return what kind of actor has typed a code for the very address that stands in `field` now.

    "" if nobody has. The applicant's own word counts before that of one of ours.
    """
    typed = (
        EmailProof.objects.filter(application=case.application, email=str(case.facts[field]))
        .exclude(proved_at=None)
        .values_list("typed_by", flat=True)
    )
    return min(typed, default="")


def is_proved(case: Case, *, field: str) -> bool:
    """Say whether the very address that stands in `field` now is proved."""
    return bool(proved_by(case, field=field))


def who_proved(case: Case, typed_by: str) -> list[NewFact]:
    """Return what is to be kept of who typed the code, if it is not what is held.

    A code that one of ours typed, or a program sent, shows that letters arrive. It never shows
    that somebody speaks for a customer we know: whoever types it may have talked it out of its
    reader. Tables know one word for both.
    """
    who = _CUSTOMER if typed_by == "applicant" else _SOMEBODY_ELSE
    if case.facts.get(PROOF_BY, _CUSTOMER) == who:
        return []
    return [NewFact(PROOF_BY, who, Fact.Origin.SYSTEM, Fact.Status.VERIFIED)]


def _digest(proof: EmailProof, code: str) -> str:
    return rules.code_digest(code, secret=settings.SECRET_KEY, salt=proof.pk.hex)
