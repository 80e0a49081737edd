"""Let an application's clocks follow its steps, in the transaction that moves these.

Which clocks run stands in the application's own row (`Application.clocks`), which every use case
has read and writes anyway: as long as no clock starts, stops or ends, this asks nothing. There
stands as well when each is due, and beside it the first of these (`promised_at`), by which the
queue is in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from atrio.engine.calendars import AROUND_THE_CLOCK, Calendar
from atrio.engine.expressions import holds
from atrio.journeys.promises import ACCESS, Promises, Terms
from atrio.kernel.rows import insert_all, update_row
from atrio.onboarding.case import Case
from atrio.onboarding.models import Promise, Step
from atrio.onboarding.promises import rules
from atrio.onboarding.promises.rules import PERSON, STEP
from atrio.seller.calendars import working_calendar

# With this call done we owe nothing more for the access: to look at the prices is the customer's.
_GIVES_ACCESS = "shop.open_access"
_ENDED: Mapping[str, str] = {
    Promise.Status.KEPT: "promise.kept",
    Promise.Status.BROKEN: "promise.kept_late",
    Promise.Status.CANCELLED: "promise.cancelled",
}


def tick_promises(case: Case, *, is_reopened: bool) -> None:
    """Start, pause, let go on and end the clocks as the case's steps now stand.

    To be called when the case has come to rest, before it is saved. What ends without a step of
    its own, as the application itself is over, ends in the background; of that nothing is left
    to press an application that goes on all the same.
    """
    promises, clocks = case.journey.pack.promises, _Clocks(case)
    if is_reopened:
        clocks.forget_ended()
    if case.is_new:
        clocks.give(ACCESS, promises.access, at=case.application.first_page_at)
    _follow_steps(case, promises, clocks)
    for terms in promises.named.values():
        _follow(case, terms, clocks)
    clocks.save()


def hand_to(case: Case, element: str, *, person_id: UUID | None, person: str = "") -> None:
    """Note that somebody has taken a step, or given it back (None): their own clock runs.

    To be called before the case is saved.
    """
    clocks = _Clocks(case)
    clocks.end(PERSON + element, is_kept=False)
    _hand(clocks, element, case.journey.pack.promises, case.now, person_id, person)
    clocks.save()


def is_ours(step: Step) -> bool:
    """Say whether a step is one that an associate answers."""
    return step.kind == "user" and step.lane == "associate"


def _hand(
    clocks: _Clocks,
    element: str,
    promises: Promises,
    now: datetime,
    person_id: UUID | None,
    person: str,
) -> None:
    clocks.name(STEP + element, person, person_id)
    if person_id is not None and promises.person:
        clocks.give(PERSON + element, promises.person, at=now)
        clocks.name(PERSON + element, person, person_id)


def _follow_steps(case: Case, promises: Promises, clocks: _Clocks) -> None:
    for step in case.closed:
        if step.target == _GIVES_ACCESS and step.outcome == "completed":
            clocks.owe_no_more(ACCESS)
        of_step, of_person = STEP + step.element, PERSON + step.element
        if not clocks.ran_out_with_somebody(of_step):
            is_ours_to_name = step.by_kind == "staff"
            clocks.name(
                of_step,
                step.by_label if is_ours_to_name else "",
                UUID(step.by_id) if is_ours_to_name else None,
            )
        is_answered = step.outcome != "undone"
        clocks.end(of_step, is_kept=is_answered)
        # Answered by somebody else: whoever had it has neither kept it nor broken it.
        clocks.end(of_person, is_kept=is_answered and clocks.is_with(of_person, step.by_id))
    application = case.application
    for step in case.new_steps:
        if step.task_id not in case.open_steps:
            continue
        if terms := promises.steps.get(step.element):
            clocks.give(STEP + step.element, terms, at=case.now)
        if application.owner is not None and is_ours(step):  # it is theirs as it opens
            owner = application.owner
            _hand(clocks, step.element, promises, case.now, owner.pk, str(owner))


def _follow(case: Case, terms: Terms, clocks: _Clocks) -> None:
    """Let a named promise follow the steps that give it, keep it and make it pause."""
    done = {step.element for step in case.closed if step.outcome == "completed"}
    if terms.starts_at in done and (not terms.when or holds(terms.when, case.tree)):
        clocks.give(terms.name, terms, at=case.now)
    if not done.isdisjoint(terms.kept_by):
        clocks.end(terms.name)
    heard = {step.element for step in case.closed if step.outcome.startswith("received:")}
    if not heard.isdisjoint(terms.withdrawn_by):
        clocks.end(terms.name, is_kept=False)
    if terms.pauses_for_customer:
        clocks.pause(terms.name, owed=_owed(case.open_steps.values()))


def _owed(steps: Iterable[Step]) -> str:
    """Return the step that waits for the customer, "" if none does."""
    owed = (step.element for step in steps if step.kind == "user" and step.lane == "customer")
    return next(owed, "")


class _Clocks:
    """The clocks of a case: which run is known, their rows are read when one of them changes."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._known = case.application.clocks  # name → id, the step it waits for, when it is due
        self._new: list[Promise] = []
        self._changed: dict[UUID, Promise] = {}
        self._rows: dict[str, Promise] = {}
        self._is_read = False

    def give(self, name: str, terms: Terms, *, at: datetime) -> None:
        """Start a clock; one of this name that runs goes on as it was."""
        if name in self._known:
            return
        application = self._case.application
        promise = Promise(
            application=application, business_unit=application.business_unit, name=name
        )
        rules.give(promise, terms, calendar=self._calendar(terms.counted_on), at=at)
        self._rows[name] = promise
        self._new.append(promise)
        self._known[name] = {"id": str(promise.pk), "owed": "", "due": _told(promise)}
        if name != ACCESS:  # which every application has
            self._tell("promise.given", promise)

    def end(self, name: str, *, is_kept: bool = True) -> None:
        """End a clock if it runs."""
        promise = self._row(name)
        if promise is not None:
            calendar = self._calendar(promise.counted_on)
            rules.end(promise, calendar=calendar, at=self._case.now, is_kept=is_kept)
            self._changed[promise.pk] = promise
            self._tell(_ENDED[promise.status], promise)
        self._known.pop(name, None)

    def is_with(self, name: str, person_id: str) -> bool:
        """Say whether a clock runs in this person's hands."""
        promise = self._row(name)
        return promise is not None and str(promise.person_id) == person_id

    def ran_out_with_somebody(self, name: str) -> bool:
        """Say whether a clock has run out in somebody's hands, and so not in another's."""
        promise = self._row(name)
        if promise is None or promise.person_id is None or promise.due_at is None:
            return False
        return self._case.now > promise.due_at

    def pause(self, name: str, *, owed: str) -> None:
        """Let a clock stand still while the customer owes a step, and go on when they do not."""
        known = self._known.get(name)
        if known is None or known["owed"] == owed:
            return
        promise = self._row(name)
        if promise is None:
            return
        calendar, now = self._calendar(promise.counted_on), self._case.now
        if promise.paused_since is not None and owed:
            promise.paused_for = owed  # another step than before: it waits all the same
        elif promise.paused_since is not None:
            rules.run_from(promise, calendar=calendar, at=now)
            self._tell("promise.resumed", promise)
        elif rules.pause(promise, step=owed, calendar=calendar, at=now):
            self._tell("promise.paused", promise, step=owed)
        known["owed"], known["due"] = owed, _told(promise)
        self._changed[promise.pk] = promise

    def owe_no_more(self, name: str) -> None:
        """Let a clock run on that measures what is the customer's to do."""
        if name in self._known:
            self._known[name]["due"] = ""

    def forget_ended(self) -> None:
        """Leave out what has ended in the background."""
        self._read()
        for name in self._known.keys() - self._rows.keys():
            del self._known[name]

    def name(self, name: str, person: str, person_id: UUID | None = None) -> None:
        """Say in whose hands a clock is."""
        promise = self._row(name)
        if promise is not None and (promise.person, promise.person_id) != (person[:120], person_id):
            promise.person, promise.person_id = person[:120], person_id
            self._changed[promise.pk] = promise

    def save(self) -> None:
        """Write what has changed; what has ended first, for its name may run anew."""
        new = {promise.pk for promise in self._new}
        for key in sorted(self._changed.keys() - new):
            update_row(self._changed[key], *rules.CHANGING)
        insert_all(self._new)
        if any("due" not in known for known in self._known.values()):
            self._read()  # kept before the deadlines stood there
            for name, known in self._known.items():
                known.setdefault("due", _told(self._rows[name]) if name in self._rows else "")
        self._case.application.promised_at = rules.first_due(self._known)

    def _row(self, name: str) -> Promise | None:
        """Return a clock that runs; all that do are read, and locked, with the first."""
        if name in self._known and name not in self._rows:
            self._read()
        return self._rows.get(name) if name in self._known else None

    def _read(self) -> None:
        if self._is_read:
            return
        ids = [known["id"] for known in self._known.values()]
        # One that has ended in the background is over, whatever the application knows of it.
        rows = Promise.objects.select_for_update().filter(pk__in=ids, ended_at=None)
        self._rows = {row.name: row for row in rows.order_by("pk")} | self._rows
        self._is_read = True

    def _calendar(self, counted_on: str) -> Calendar:
        if counted_on == "always":
            return AROUND_THE_CLOCK
        return working_calendar(self._case.application.business_unit)

    def _tell(self, what: str, promise: Promise, *, step: str = "") -> None:
        due = promise.due_at.isoformat() if promise.due_at else ""
        self._case.tell(what, step=step, promise=promise.name, due=due)


def _told(promise: Promise) -> str:
    """Return when a promise is due as the application keeps it, "" while it stands still."""
    return promise.due_at.isoformat() if promise.due_at else ""
