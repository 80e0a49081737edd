"""What our people did for an applicant, as the applicant reads it: who, how, and when."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from atrio.onboarding.actions.withdraw_on_word import HOW
from atrio.onboarding.helping import Heard, Helped, help_shown_to_customer
from atrio.onboarding.queries import Application, journey_of
from atrio.seller.queries import business_unit


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done."""

    title: str
    text: str = ""
    advice: str = ""


def helped(application: Application) -> list[Line]:
    """Return what was done, newest first; asks the database only if anything was."""
    if application.helped_at is None:
        return []
    unit = business_unit(application.business_unit)
    zone, house = ZoneInfo(unit.time_zone), unit.brand or unit.name
    return [
        _line(one, application, zone=zone, house=house, sender=unit.sender)
        for one in help_shown_to_customer(application)
    ]


def _line(
    one: Helped, application: Application, *, zone: ZoneInfo, house: str, sender: str
) -> Line:
    told = {
        "who": one.who,
        "house": house,
        "at": date_format(localtime(one.at, zone), "SHORT_DATETIME_FORMAT"),
    }
    if one.kind in {"withdrew", "no_credit"}:
        return _withdrawn(one, told, sender=sender)
    if one.kind == "wrote":
        return Line(_("%(who)s of %(house)s wrote to you on %(at)s") % told, one.text)
    if one.call_at:
        told["at"] = date_format(localtime(one.call_at, zone), "SHORT_DATETIME_FORMAT")
        return Line(_("%(who)s of %(house)s calls you on %(at)s") % told)
    if one.kind == "called":
        return Line(_("%(who)s of %(house)s tried to call you on %(at)s") % told)
    if one.channel == "telephone":
        title = _("%(who)s of %(house)s filled this in for you by telephone on %(at)s") % told
    elif one.channel == "api":
        title = _("The program “%(who)s” sent this to %(house)s for you on %(at)s") % told
    else:
        title = _("%(who)s of %(house)s filled this in for you at the counter on %(at)s") % told
    advice = (
        _("If something is wrong, write to %(sender)s.") % {"sender": sender}
        if application.submitted_at
        else _("Look through it: you can change everything until it is sent.")
    )
    return Line(title, _steps(one, application), advice)


def _withdrawn(one: Helped, told: dict[str, str], *, sender: str) -> Line:
    """Say at whose word it was done, and what somebody does who never said it."""
    told = told | {"said_by": one.said_by, "how": str(HOW[Heard(one.channel)])}
    if one.kind == "withdrew":
        title = _(
            "%(who)s of %(house)s withdrew the application on %(at)s: %(said_by)s told us %(how)s"
        )
        advice = _("That was not you? Begin again, or write to %(sender)s.")
    else:
        title = _(
            "%(who)s of %(house)s withdrew the request for a credit line on %(at)s:"
            " %(said_by)s told us %(how)s"
        )
        advice = _("That was not you? Write to %(sender)s.")
    return Line(title % told, advice=advice % {"sender": sender})


def _steps(one: Helped, application: Application) -> str:
    journey, language = journey_of(application), get_language() or "en"
    texts = [journey.step_text(step, language) for step in one.steps]
    return ", ".join(text.name for text in texts if text)
