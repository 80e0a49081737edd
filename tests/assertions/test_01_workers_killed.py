"""1. A worker is killed at every step boundary: all finish, with one ERP account each.

Whatever way they come: new, known to the ERP alone, to the CRM, or to an admin of their company.
"""

from __future__ import annotations

import pytest

from atrio.notices.models import Message
from atrio.onboarding.models import AccessRequest, Application, Call
from atrio.outside.connections import open_erp
from atrio.outside.models import Link
from atrio.parties.models import Account, Membership
from atrio.trade.models import CreditLine
from tests.assertions.cast import LIMIT, Cast, tax_id_of
from tests.assertions.dooms import doom, dooms_left, moments_of
from tests.waiting import eventually

pytestmark = [pytest.mark.tryton, pytest.mark.database]

WITH_CREDIT = {"customer_served", "crm_told", "credit_open"}
WITHOUT_CREDIT = {"customer_served", "crm_told", "without_credit"}


@pytest.fixture
def cast(house, real_erp, crm, processes):
    for _ in range(2):
        # One job at a time: a death meets its own application and nobody else's.
        processes.worker(module="tests.assertions.doomed_worker", threads=1)
    return Cast(house, erp=real_erp, crm=crm, folder=processes.folder)


def test_every_application_survives_a_kill_at_any_boundary(cast, processes):
    new, late, old = cast.newcomer(), cast.newcomer_at_a_busy_hour(), cast.customer_of_old()
    go_through(cast, [new, late, old])
    cast.let_them_be_known([new, late])
    contact, colleague = cast.contact_on_file(), cast.colleague()
    doomed_new = doomed(cast.newcomer, all_boundaries(processes, new), processes)
    doomed_late = doomed(cast.newcomer_at_a_busy_hour, put_off(processes, late), processes)
    doomed_old = doomed(
        cast.customer_of_old,
        [
            *boundaries(processes, old, "create_customer", since="to-fail"),
            *boundaries(processes, old, "assess_control", "join_account"),
        ],
        processes,
    )
    go_through(cast, [contact, colleague, *doomed_new, *doomed_late, *doomed_old])
    cast.let_them_be_known(doomed_new)
    known = ("find_customer", "assess_control", "join_account")
    doomed_contacts = doomed(
        cast.contact_on_file, boundaries(processes, contact, *known), processes
    )
    asked = ("ask_admin", "admin_decides")
    doomed_colleagues = doomed(cast.colleague, boundaries(processes, colleague, *asked), processes)
    go_through(cast, [*doomed_contacts, *doomed_colleagues])

    assert dooms_left(processes.folder) == []
    newcomers, old_ones = [new, late, *doomed_new, *doomed_late], [old, *doomed_old]
    for applicant in newcomers:
        assert_served(applicant, cast, ends=WITH_CREDIT)
        assert_credit_was_granted_once(applicant)
    for applicant in [*old_ones, contact, colleague, *doomed_contacts, *doomed_colleagues]:
        assert_served(applicant, cast, ends=WITHOUT_CREDIT)
    for applicant in [colleague, *doomed_colleagues]:
        request = AccessRequest.objects.get(application=applicant.pk)
        assert Message.objects.filter(key__startswith=f"access:{request.pk}:").count() == 1
    assert Account.objects.count() == len(newcomers) + len(old_ones)


def boundaries(processes, applicant, *elements, since=""):
    """Return the boundaries a worker came to at the elements, all or from the first `since` on."""
    moments = dict.fromkeys(moments_of(processes.folder, applicant.pk))
    found = [(element, moment) for element, moment in moments if element in elements]
    assert {element for element, _moment in found} == set(elements)
    names = [moment for _element, moment in found]
    return found[names.index(since) if since else 0 :]


def all_boundaries(processes, applicant):
    """Return every boundary a worker came to, of calls and of what follows them."""
    elements = {element for element, _moment in moments_of(processes.folder, applicant.pk)}
    calls = Call.objects.filter(application=applicant.pk).values_list("step__element", flat=True)
    assert elements > set(calls)
    return boundaries(processes, applicant, *elements)


def put_off(processes, applicant):
    """Return the boundaries of a call that is to be made later."""
    return boundaries(processes, applicant, "create_customer", since="to-postpone")[:2]


def doomed(make, boundaries, processes):
    """Return applicants in whose background work a worker dies at each of the boundaries.

    As few as there may be: each element kills it once for each of them.
    """
    fates = []
    for element, moment in boundaries:
        fate = next((fate for fate in fates if element not in fate), None)
        if fate is None:
            fates.append(fate := {})
        fate[element] = moment
    applicants = [make() for _ in fates]
    for applicant, fate in zip(applicants, fates, strict=True):
        for element, moment in fate.items():
            doom(processes.folder, applicant.pk, element, moment)
    return applicants


def go_through(cast, applicants):
    """Let all of them submit and be decided on, until nothing more is to happen."""
    for applicant in applicants:
        assert applicant.answer("enter_tax_id").ok
    for applicant in applicants:
        eventually(lambda one=applicant: one.open_elements == {"confirm_company"}, within=90)
        applicant.submit()

    def are_all_over():
        unfinished = Application.objects.filter(status="open").defer("state")
        for application in unfinished:
            cast.decide(application)
        return not unfinished

    eventually(are_all_over, within=300)  # eighty deaths take their time on a busy machine


def assert_served(applicant, cast, *, ends):
    application = applicant.application
    assert application.status == "done"
    assert set(application.ends) == ends
    account = application.account_id
    assert cast.erp.customers(applicant.number) == linked("erp-br", account)
    seats = Membership.objects.filter(account=account, user__email=applicant.email)
    assert seats.count() == 1
    calls = Call.objects.filter(application=application).exclude(error_code="existing_customer")
    assert set(calls.values_list("status", flat=True)) == {"done"}
    assert Message.objects.filter(to=applicant.email, notice="welcome").count() == 1
    (company,) = cast.crm.find_accounts(tax_id_of(applicant))
    (person,) = cast.crm.find_contacts(applicant.email)
    assert [link.is_active for link in cast.crm.links(contact=person.id)] == [True]
    assert [company.id] == linked("crm-br", account)


def assert_credit_was_granted_once(applicant):
    application = applicant.application
    line = open_erp("erp-br").read_credit_line(application.reference)
    assert line.limit == CreditLine.objects.get(account=application.account_id).limit == LIMIT
    assert Message.objects.filter(to=applicant.email, notice="credit_granted").count() == 1


def linked(connection, account_id):
    """Return the one number by which a system knows an account."""
    links = Link.objects.filter(connection__code=connection, object_id=account_id)
    return list(links.values_list("outside_id", flat=True))
