"""The desk's addresses."""

from __future__ import annotations

from django.urls import path

from atrio.desk import (
    application,
    calendars,
    correction,
    drafts,
    filling,
    help,  # noqa: A004 (nobody asks for Python's help here)
    imports,
    journeys,
    letterheads,
    merge,
    notices,
    outbox,
    ownership,
    promises,
    queue,
    systems,
)

app_name = "desk"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("next", ownership.take_next, name="take-next"),
    path("applications/<uuid:application_id>/", application.application, name="application"),
    path("applications/<uuid:application_id>/blueprint.bpmn", application.drawing, name="drawing"),
    path("applications/<uuid:application_id>/claim", ownership.claim, name="claim"),
    path("applications/<uuid:application_id>/give-back", ownership.release, name="give-back"),
    path("applications/<uuid:application_id>/hand-over", ownership.hand, name="hand-over"),
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
    path(
        "applications/<uuid:application_id>/correct/<slug:step>/",
        correction.correct,
        name="correct",
    ),
    path("applications/<uuid:application_id>/help/", help.help_, name="help"),
    path("applications/<uuid:application_id>/help/write", help.write, name="help-write"),
    path("applications/<uuid:application_id>/help/call", help.called, name="help-call"),
    path("applications/<uuid:application_id>/fill/", filling.fill, name="fill"),
    path("applications/<uuid:application_id>/fill/<slug:step>/", filling.step, name="fill-step"),
    path(
        "applications/<uuid:application_id>/fill/<slug:step>/code", filling.code, name="fill-code"
    ),
    path("new/", filling.begin, name="new"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("promises/", promises.promises, name="promises"),
    path("calendars/", calendars.calendars, name="calendars"),
    path("calendars/<slug:unit>/", calendars.calendar, name="calendar"),
    path("calendars/<slug:unit>/week", calendars.set_week, name="calendar-week"),
    path("calendars/<slug:unit>/days", calendars.add_day, name="calendar-day"),
    path("calendars/<slug:unit>/days/forget", calendars.forget_day, name="calendar-forget"),
    path("duplicates/", merge.pairs, name="merge"),
    path("duplicates/<uuid:pair_id>/", merge.pair, name="merge-pair"),
    path("duplicates/<uuid:pair_id>/merge", merge.merge, name="merge-do"),
    path("duplicates/<uuid:pair_id>/dismiss", merge.dismiss, name="merge-dismiss"),
    path("duplicates/<uuid:pair_id>/reopen", merge.reopen, name="merge-reopen"),
    path("duplicates/merged/<uuid:merge_id>/", merge.merged, name="merged"),
    path("duplicates/merged/<uuid:merge_id>/undo", merge.undo, name="merge-undo"),
    path("imports/", imports.imports, name="imports"),
    path("imports/start", imports.start, name="import-start"),
    path("imports/<uuid:run_id>/", imports.import_run, name="import-run"),
    path("systems/", systems.systems, name="systems"),
    path("systems/mail-server/ask", systems.ask_mail, name="ask-mail"),
    path("systems/<slug:code>/ask", systems.ask, name="ask"),
    path("systems/<slug:route>/", systems.turn, name="turn"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<uuid:message_id>/", outbox.letter, name="letter"),
    path("outbox/<uuid:message_id>/html", outbox.letter_html, name="letter-html"),
    path("outbox/<uuid:message_id>/again", outbox.again, name="send-again"),
    path("letterheads/", letterheads.letterheads, name="letterheads"),
    path("letterheads/<slug:unit>/", letterheads.letterhead, name="letterhead"),
    path("letterheads/<slug:unit>/html", letterheads.letterhead_html, name="letterhead-html"),
    path("journeys/", journeys.journeys, name="journeys"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<slug:pack>/<slug:name>/", notices.notice, name="notice"),
    path("notices/<slug:pack>/<slug:name>/html", notices.notice_html, name="notice-html"),
]
