"""Addresses of the applicant's screens. The token is the applicant's key, and never logged."""

from __future__ import annotations

from django.urls import path

from atrio.apply import (
    address,
    again,
    asked,
    delegating,
    elsewhere,
    landing,
    mailbox,
    steps,
    track,
    withdraw,
)

app_name = "apply"
urlpatterns = [
    path("", landing.show, name="landing"),
    path("left/", landing.left, name="landing-left"),
    path("apply/start/", landing.start, name="start"),
    path("apply/continue/", elsewhere.resume, name="continue"),
    path("apply/<str:token>/", steps.resume, name="resume"),
    path("apply/<str:token>/step/<slug:element>/", steps.step, name="step"),
    path("apply/<str:token>/step/<slug:element>/code/", steps.send_code, name="send-code"),
    path("apply/<str:token>/step/<slug:element>/left/", steps.left, name="left"),
    path("apply/<str:token>/step/<slug:element>/ask/", delegating.ask, name="ask"),
    path("apply/<str:token>/step/<slug:element>/ask/back/", delegating.take_back, name="take-back"),
    path("apply/<str:token>/step/<slug:element>/ask/remind/", delegating.remind, name="remind"),
    # A delegate's token is another one than an applicant's, and opens nothing but this.
    path("asked/<str:token>/", asked.asked, name="asked"),
    path("apply/<str:token>/mail/", mailbox.show, name="mailbox"),
    path("apply/<str:token>/track/", track.show, name="track"),
    path("apply/<str:token>/address/", address.change, name="address"),
    path("apply/<str:token>/elsewhere/", elsewhere.elsewhere, name="elsewhere"),
    path("apply/<str:token>/withdraw/", withdraw.withdraw, name="withdraw"),
    path(
        "apply/<str:token>/withdraw/credit/", withdraw.withdraw_credit_line, name="withdraw-credit"
    ),
    path("apply/<str:token>/again/", again.again, name="again"),
    path("apply/<str:token>/shop/", track.enter_shop, name="enter-shop"),
]
