"""`atrio worker`, brought back whenever it dies, that meets its dooms at every boundary of a step.

The patches live in this process alone. Each life is a fork of a process that has everything
imported and compiled, so that eighty deaths take seconds and not minutes.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
from dataclasses import replace
from importlib import import_module

import django

django.setup()

from django.db import connections  # noqa: E402

from atrio.connectors.salesforce import SalesforceCrm  # noqa: E402
from atrio.connectors.tryton import TrytonErp  # noqa: E402
from atrio.journeys.models import Release  # noqa: E402
from atrio.journeys.queries import compiled  # noqa: E402
from atrio.onboarding import actions  # noqa: E402
from atrio.onboarding.actions import answer_call  # noqa: E402
from atrio.onboarding.calls import CALLS  # noqa: E402
from atrio.onboarding.case import Case  # noqa: E402
from atrio.onboarding.models import AccessRequest, Call, Step  # noqa: E402
from atrio.site.cli import main  # noqa: E402
from atrio.site.commands import worker  # noqa: E402, F401
from tests.assertions.dooms import reach  # noqa: E402

OPERATIONS = {
    TrytonErp: (
        "find_customer",
        "create_customer",
        "read_customer",
        "prices",
        "set_credit_line",
        "read_credit_line",
    ),
    SalesforceCrm: (
        "find_accounts",
        "find_contacts",
        "links",
        "save_account",
        "save_contact",
        "save_link",
    ),
}
at_work = threading.local()  # .on: (application, element) of this thread's job


def note_where(call_id):
    call = Call.objects.select_related("step").get(pk=call_id)
    at_work.on = (call.application_id, call.step.element)


def then(moment, *, first=""):
    """Wrap a function of a call with the moment after it, and with one before it."""

    def wrap(function):
        @functools.wraps(function)
        def wrapped(*args, **kwargs):
            if first:
                reach(*at_work.on, first)
            result = function(*args, **kwargs)
            reach(*at_work.on, moment)
            return result

        return wrapped

    return wrap


def begin_call(begin):
    @functools.wraps(begin)
    def begun(*, call_id, now):
        note_where(call_id)
        reach(*at_work.on, "claimed")
        result = begin(call_id=call_id, now=now)
        reach(*at_work.on, "begun")
        return result

    return begun


def take_access_decision(take):
    take = then("taken", first="to-take")(take)

    @functools.wraps(take)
    def taken(*, request_id, now):
        asked = AccessRequest.objects.get(pk=request_id).application_id
        (step,) = Step.objects.filter(application=asked, lane="admin")
        at_work.on = (asked, step.element)
        take(request_id=request_id, now=now)

    return taken


def closing(close):
    @functools.wraps(close)
    def closed(self, step, outcome):
        # A call that has a job of its own says more by its own boundaries.
        here = (self.application.pk, step.element)
        if step.kind != "call" or here != getattr(at_work, "on", None):
            reach(self.application.pk, step.element, "closing")
        close(self, step, outcome)

    return closed


def doom_everything():
    actions.begin_call = begin_call(actions.begin_call)
    actions.finish_call = then("finished")(actions.finish_call)
    actions.postpone_call = then("postponed", first="to-postpone")(actions.postpone_call)
    actions.fail_call = then("failed", first="to-fail")(actions.fail_call)
    actions.take_access_decision = take_access_decision(actions.take_access_decision)
    # Its package has a function of this name.
    decide_access = import_module("atrio.onboarding.actions.decide_access")
    for module in (answer_call, decide_access):
        module.advance_and_save = then("uncommitted")(module.advance_and_save)
    Case.close = closing(Case.close)
    for name, registered in CALLS.items():
        CALLS[name] = replace(registered, handler=then("asked")(registered.handler))
    for connector, operations in OPERATIONS.items():
        for name in operations:
            setattr(connector, name, then(f"after-{name}")(getattr(connector, name)))


def learn_by_heart():
    """Compile what is published, and keep no connection that lives would share."""
    for release in Release.objects.values_list("pk", flat=True):
        compiled(release)
    connections.close_all()


def live_again_and_again():
    while True:
        child = os.fork()
        if child == 0:
            sys.argv = ["atrio", "worker", *sys.argv[1:]]
            main()
        _, status = os.waitpid(child, 0)
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            sys.exit(f"The worker ended with {status}")


doom_everything()
learn_by_heart()
live_again_and_again()
