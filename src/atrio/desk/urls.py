"""The desk's addresses."""

from __future__ import annotations

from django.urls import path

from atrio.desk import application, faults, outbox, queue

app_name = "desk"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("applications/<uuid:application_id>/", application.application, name="application"),
    path("applications/<uuid:application_id>/blueprint.bpmn", application.drawing, name="drawing"),
    path(
        "applications/<uuid:application_id>/steps/<slug:step>/decide",
        application.decide,
        name="decide",
    ),
    path(
        "applications/<uuid:application_id>/calls/<uuid:call_id>/retry",
        application.retry,
        name="retry",
    ),
    path("systems/", faults.faults, name="faults"),
    path("systems/<slug:route>/", faults.turn, name="turn"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<uuid:message_id>/", outbox.letter, name="letter"),
    path("outbox/<uuid:message_id>/html", outbox.letter_html, name="letter-html"),
]
