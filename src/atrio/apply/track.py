"""Where an application stands; the page follows by itself."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from atrio.apply.access import for_applicant, place_of, proved_in_session, reader
from atrio.apply.address import returned
from atrio.apply.delegating import drawn, owed
from atrio.apply.helped import helped
from atrio.apply.leaving import ways_out
from atrio.identity.actions import let_in
from atrio.identity.queries import users_by_email
from atrio.kernel.actors import Actor
from atrio.kernel.errors import Refused
from atrio.kernel.live.tickets import application_key, live_address
from atrio.onboarding import queries
from atrio.onboarding.actions import note_view
from atrio.onboarding.delegations import Owed, step_left_to
from atrio.onboarding.promises.queries import PromiseView
from atrio.onboarding.tokens import token_for
from atrio.onboarding.tracking import Milestone, Tracker, tracker
from atrio.seller.queries import business_unit

# A browser without scripts asks again after so many seconds.
REFRESH = 3
ASKED_BY_SCRIPT = "HX-Request"
_ENDED = {
    "withdrawn": (
        gettext_lazy("You have withdrawn your application"),
        gettext_lazy(
            "Nothing more happens with it. Should you change your mind, begin again: we fill in "
            "what you have told us."
        ),
    ),
    "on_word": (
        gettext_lazy("Your application is withdrawn"),
        gettext_lazy("Nothing more happens with it. You can begin again whenever you like."),
    ),
    "expired": (
        gettext_lazy("This application has ended"),
        gettext_lazy(
            "It had been waiting for you for a long time. Begin again whenever you like: we fill "
            "in what you have told us."
        ),
    ),
}
_WITH_A_PERSON = frozenset({"associate", "admin"})


class ShopNotOpen(Refused):
    """The application has not come to an open shop, or never will."""


@require_safe
@for_applicant
def show(request: HttpRequest, by: Actor) -> HttpResponse:
    """Show the way to the shop; once a step waits for the applicant again, go there."""
    application = queries.get_application(by=by)
    token = token_for(application.pk)
    others = owed(application, now=timezone.now())
    step = step_left_to(application, others)
    is_part = ASKED_BY_SCRIPT in request.headers
    if step is not None:
        address = reverse("apply:step", kwargs={"token": token, "element": step.element})
        if is_part:
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)
    if not is_part:
        where = place_of(application, step="tracker")
        note_view(by=by, where=where, now=timezone.now(), application=application)
    view = tracker(application, language=reader(), now=timezone.now())
    unit = business_unit(application.business_unit)
    with timezone.override(ZoneInfo(unit.time_zone)):
        context = {
            "application": application,
            "tracker": _drawn(view, token)
            | _waiting(view, others)
            | {"returned": returned(request, application)},
            "helped": [] if is_part else helped(application),
            "refresh": 0 if application.finished_at else REFRESH,
        }
        return render(request, "apply/_tracker.html" if is_part else "apply/tracker.html", context)


@require_POST
@for_applicant
def enter_shop(request: HttpRequest, by: Actor) -> HttpResponse:
    """Let the applicant into the open shop: at once if this browser typed the code."""
    application = queries.get_application(by=by)
    if application.account_id is None:
        raise ShopNotOpen(_("The shop is not open yet."))
    email = queries.proved_email(application)
    # Another address may have been proved since, in another browser: it lets nobody in here.
    if email and request.session.get(proved_in_session(application.pk)) == email:
        user = users_by_email([email]).get(email.lower())
        if user:
            return let_in(request, user, how="code", to=reverse("cabinet:catalogue"))
    return redirect("account_login")


def _drawn(view: Tracker, token: str) -> dict[str, Any]:
    """Return the tracker in words, as its template takes it."""
    outcome = view.outcome
    if outcome and outcome.is_good:
        title, text = outcome.title, outcome.text
    elif outcome:
        title, text = outcome.title, ""
    elif view.application.status in _ENDED:
        how = "on_word" if view.is_on_word else view.application.status
        title, text = map(str, _ENDED[how])
    elif view.application.submitted_at is None:
        title, text = _("One moment, please"), _("We are asking the public register.")
    elif view.application.waiting_on in _WITH_A_PERSON:
        title = _("Somebody looks at your application")
        text = _("You can close this page: we write to you.")
    else:
        title, text = _("We are opening your shop"), _("You can watch, or close this page.")
    return {
        "title": title,
        "text": text,
        "steps": [_line(milestone, view) for milestone in view.milestones],
        "url": ""
        if view.application.finished_at
        else reverse("apply:track", kwargs={"token": token}),
        "live": live_address([application_key(view.application.pk)]),
        "object": (
            reverse("apply:step", kwargs={"token": token, "element": view.optional_step})
            if view.optional_step
            else ""
        ),
        "shop": (
            reverse("apply:enter-shop", kwargs={"token": token})
            if outcome and outcome.is_good
            else ""
        ),
        "again": (
            reverse("apply:again", kwargs={"token": token})
            if view.application.status in _ENDED
            else ""
        ),
        "leaving": ways_out(view.application),
        "slow": _slow(view),
        "promises": [_promised(promise) for promise in view.promises],
        "withdraw_credit": (
            reverse("apply:withdraw-credit", kwargs={"token": token})
            if view.may_withdraw_credit
            else ""
        ),
        "without_credit": _without_credit(view),
        "declined": outcome.text if outcome and not outcome.is_good else "",
        "clock": _clock(view) if outcome and outcome.is_good else None,
    }


def _waiting(view: Tracker, others: list[Owed]) -> dict[str, Any]:
    """Return whom the application waits for, if for somebody who was asked by the applicant."""
    now = timezone.now()
    cards = [drawn(one, view.application, now=now) for one in others]
    asked = [one for one in others if one.is_asked]
    if not asked or view.outcome:
        return {"owed": cards}
    return {
        "owed": cards,
        "title": _("Waiting for %s") % asked[0].delegation.name,
        "text": _("This page goes on by itself. You can close it and come back by its address."),
    }


def _line(milestone: Milestone, view: Tracker) -> dict[str, Any]:
    state: str = "running" if milestone.state == "now" else milestone.state
    # Whether one of ours or the company's own admin has it is nothing to tell a stranger.
    if milestone.state == "now" and view.application.waiting_on in _WITH_A_PERSON:
        state = "waiting"
    words = {
        "done": _("done"),
        "running": _("runs now"),
        "waiting": _("with our team"),
        "next": _("comes next"),
    }
    who = {"us": _("we"), "outside": _("another system"), "customer": _("you")}
    return {
        "state": state,
        "state_text": words[state],
        "title": milestone.title,
        "who": "" if milestone.state == "done" else who[milestone.who],
        "at": milestone.at if milestone.state == "done" else None,
        "when": milestone.at,
    }


def _slow(view: Tracker) -> str:
    if view.outcome or not view.is_delayed:
        return ""
    if view.application.waiting_on == "associate":
        return _(
            "This takes longer than we promised. A person is looking at it and will write to you; "
            "you need not do anything."
        )
    return _(
        "One of the systems we work with is slow right now. Your application is safe; we go on "
        "by ourselves and write to you."
    )


def _promised(promise: PromiseView) -> str:
    """Say kindly by when we answer, or why it takes longer."""
    about = {"promise": promise.title}
    if promise.paused_since:
        about["step"] = promise.paused_for
        return _("%(promise)s: we go on as soon as we have your answer to “%(step)s”.") % about
    if promise.due_at is None or (promise.left and promise.left.total_seconds() < 0):
        return (
            _(
                "%(promise)s: this takes us longer than we promised. We are working on it and "
                "write to you; you need not do anything."
            )
            % about
        )
    about["day"] = date_format(timezone.localtime(promise.due_at), "DATE_FORMAT")
    return _("%(promise)s: you will hear from us by %(day)s.") % about


def _without_credit(view: Tracker) -> str:
    at = view.credit_withdrawn_at
    if at is None:
        return ""
    day = date_format(timezone.localtime(at), "DATE_FORMAT")
    return _("The request for a credit line was withdrawn on %(day)s. You pay at once.") % {
        "day": day
    }


def _clock(view: Tracker) -> dict[str, str]:
    """Return whose time it was, as minutes and seconds."""
    seconds = {name: getattr(view.clock, name) for name in ("customer", "ours", "outside", "total")}
    return {name: f"{int(took) // 60}:{int(took) % 60:02}" for name, took in seconds.items()}
