"""What an application has brought about, as the tables tell it."""

from __future__ import annotations

from django.db import connection

from atrio.notices.models import Message
from atrio.onboarding.models import Call, Fact, Step
from tests.waiting import eventually

# What one submission of each step brings about, however often it is sent.
EFFECTS = {
    "enter_tax_id": {"closed": 1, "facts": 1, "calls": 1, "jobs": 1},
    "confirm_company": {"closed": 1, "facts": 5},
    # While they look for their code, we look who is known.
    "give_contact": {"closed": 1, "facts": 5, "letters": 1, "calls": 1, "jobs": 2},
    "prove_email": {"closed": 1, "facts": 1},
    # The risk table decides at once, and its decision is facts.
    "check_and_submit": {"closed": 2, "facts": 8, "calls": 1, "jobs": 1},
}
_JOBS = """
    select count(*) from pgqueuer
    where convert_from(payload, 'utf8')::jsonb ->> 'call_id' = any(%s)
       or convert_from(payload, 'utf8')::jsonb ->> 'message_id' = any(%s)
"""
_UNDER_WAY = """
    select from pgqueuer
    where status = 'picked' or (status = 'queued' and execute_after <= now())
"""


def rows(query, *arguments):
    """Return the rows of a query as the tables' owner sees them."""
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return cursor.fetchall()


def counted(applicant):
    """Count what there is of this applicant's, and the jobs that wait for them."""
    steps = Step.objects.filter(application=applicant.pk)
    calls = Call.objects.filter(application=applicant.pk)
    letters = Message.objects.filter(application_id=applicant.pk)
    ids = [[str(row.pk) for row in found] for found in (calls, letters)]
    ((jobs,),) = rows(_JOBS, *ids)
    return {
        "closed": steps.exclude(closed_at=None).count(),
        "facts": Fact.objects.filter(application=applicant.pk).count(),
        "calls": len(calls),
        "letters": len(letters),
        "jobs": jobs,
    }


def new(applicant, *, since):
    """Return by how much each count has grown."""
    now = counted(applicant)
    return {name: now[name] - since[name] for name in now if now[name] != since[name]}


def come_to_rest(*, within=60):
    """Wait until nothing is under way and nothing is due: what waits then, waits for its time."""
    eventually(lambda: not rows(_UNDER_WAY), within=within)
