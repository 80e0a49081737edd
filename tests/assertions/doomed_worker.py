"""`atrio worker`, brought back whenever it dies, that meets its dooms at every boundary of a step.

The patches live in this process alone. Each life is a fork of a process that has everything
imported, so that fifty deaths take seconds and not minutes.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
from dataclasses import replace

import django

django.setup()

from atrio.connectors.tryton import TrytonErp  # noqa: E402
from atrio.onboarding import actions  # noqa: E402
from atrio.onboarding.actions import answer_call  # noqa: E402
from atrio.onboarding.calls import CALLS  # noqa: E402
from atrio.onboarding.case import Case  # noqa: E402
from atrio.onboarding.models import Call  # noqa: E402
from atrio.site.cli import main  # noqa: E402
from tests.assertions.dooms import reach  # noqa: E402

at_work = threading.local()  # .on: (application, element) of this thread's call


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
    answer_call.advance_and_save = then("uncommitted")(answer_call.advance_and_save)
    Case.close = closing(Case.close)
    for name, registered in CALLS.items():
        CALLS[name] = replace(registered, handler=then("asked")(registered.handler))
    for name in ("find_customer", "create_customer", "read_customer", "prices"):
        operation = getattr(TrytonErp, name)
        setattr(TrytonErp, name, then(f"after-{name}")(operation))


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
live_again_and_again()
