"""Withdraw an application, or only a request for a credit line: asked once, then done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from atrio.apply.access import for_applicant, place_of
from atrio.kernel.actors import Actor
from atrio.onboarding import queries
from atrio.onboarding.actions import note_view, withdraw_application, withdraw_credit
from atrio.onboarding.actions.withdraw_application import (
    LONGEST_REASON,
    NothingToWithdraw,
    may_be_withdrawn,
)
from atrio.onboarding.actions.withdraw_credit import CreditGranted, NoCreditRequest
from atrio.onboarding.credit_requests import may_withdraw_credit
from atrio.onboarding.tokens import token_for


@require_http_methods(["GET", "HEAD", "POST"])
@for_applicant
def withdraw(request: HttpRequest, by: Actor) -> HttpResponse:
    """Say what it means to withdraw; posted to, do it."""
    application = queries.get_application(by=by)
    token = token_for(application.pk)
    if request.method == "POST":
        try:
            withdraw_application(by=by, reason=request.POST.get("reason", ""), now=timezone.now())
        except NothingToWithdraw as refused:
            messages.info(request, str(refused))
        return redirect("apply:resume", token=token)
    if not may_be_withdrawn(application):
        return redirect("apply:resume", token=token)
    where = place_of(application, step="withdrawal")
    note_view(by=by, where=where, now=timezone.now(), application=application)
    context = {"application": application, "token": token, "longest": LONGEST_REASON}
    return render(request, "apply/withdraw.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_applicant
def withdraw_credit_line(request: HttpRequest, by: Actor) -> HttpResponse:
    """Say what it means to do without a credit line; posted to, take the request back."""
    application = queries.get_application(by=by)
    token = token_for(application.pk)
    if request.method == "POST":
        try:
            withdraw_credit(by=by, now=timezone.now())
        except (NoCreditRequest, CreditGranted) as refused:
            messages.info(request, str(refused))
        return redirect("apply:track", token=token)
    if not may_withdraw_credit(application):
        return redirect("apply:track", token=token)
    where = place_of(application, step="credit_withdrawal")
    note_view(by=by, where=where, now=timezone.now(), application=application)
    context = {"application": application, "token": token}
    return render(request, "apply/withdraw_credit.html", context)
