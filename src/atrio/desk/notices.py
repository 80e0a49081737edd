"""Notices before they are sent: each per language, brand and channel, with an example's people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from atrio.desk.access import StaffRequest, for_staff
from atrio.desk.frame import show
from atrio.desk.sandbox import framed, framing, with_logo
from atrio.desk.words import HEARD
from atrio.journeys.journey import Journey
from atrio.journeys.previews import Preview, brands, preview
from atrio.journeys.queries import compiled, latest_release, version_of
from atrio.kernel.errors import NotFound
from atrio.notices.dressing import as_html
from atrio.notices.letterhead import Letterhead, letterhead_of
from atrio.notices.rules import sms_parts
from atrio.seller.actions import MAY_KEEP_PAPER
from atrio.seller.queries import own_units

if TYPE_CHECKING:
    from atrio.seller.models import BusinessUnit

# What a sender lends, as an example of it.
_LENT = {
    "code": "123456",
    "minutes": "10",
    "reference": "K7M2-9QXA",
    "helper": "Carla",
    "who": "Alice Prado",
    "colleague": "Dana Roth",
    "words": "…",
}


@dataclass(frozen=True, slots=True)
class _Look:
    """One notice as somebody chose to look at it."""

    journey: Journey
    name: str
    language: str
    unit: BusinessUnit
    units: list[BusinessUnit]

    @property
    def head(self) -> Letterhead:
        return letterhead_of(self.unit.code)

    def preview(self) -> Preview:
        lent = {**_LENT, "link": f"{settings.PUBLIC_URL}/apply/…/", **self._said()}
        return preview(
            self.journey, self.name, language=self.language, unit=self.unit.code, lent=lent
        )

    def _said(self) -> dict[str, str]:
        """Return what is said in the reader's language: a step, a day to come, how we heard."""
        asked = [e.id for e in self.journey.elements("user") if e.lane == "customer"]
        step = self.journey.step_text(asked[-1], self.language) if asked else None
        with override(self.language):
            day = date_format(timezone.localdate() + timedelta(days=3), "DATE_FORMAT")
            how = str(HEARD["telephone"])
        return {"step": step.name if step else "", "day": day, "how": how}

    def url(self, page: str = "desk:notice", **other: str) -> str:
        chosen = {"language": self.language, "unit": self.unit.code} | other
        return f"{reverse(page, args=[self.journey.pack.name, self.name])}?{urlencode(chosen)}"


@require_safe
@for_staff
def notices(request: StaffRequest) -> HttpResponse:
    """List the notices of the journeys that one's own business units offer."""
    packs = sorted({pack for unit in own_units(request.actor) for pack in unit.journeys})
    may_change = request.actor.has_role(*MAY_KEEP_PAPER)
    context = {
        "releases": [_release(pack) for pack in packs],
        "letterheads": reverse("desk:letterheads") if may_change else "",
        "empty": {
            "icon": "mail",
            "title": _("No notices"),
            "text": _("Your business units offer no journey yet."),
        },
    }
    return show(request, "desk/notices.html", context, here="outbox")


@require_safe
@framing
@for_staff
def notice(request: StaffRequest, pack: str, name: str) -> HttpResponse:
    """Show one notice as its readers would get it."""
    look = _look(request, pack, name)
    found = look.preview()
    context: dict[str, Any] = {
        "notice": {
            "name": name,
            "subject": found.notice.subject,
            "from": look.head.sender,
            "text": found.notice.text,
            "html_url": look.url("desk:notice-html"),
            "language": look.language,
            "example": found.example(get_language() or "en"),
            "is_told": found.is_told,
            "sms": found.notice.sms,
            "sms_from": look.head.sms_sender,
            "sms_parts": _parts(found.notice.sms),
        },
        "languages": [
            {
                "url": look.url(language=code),
                "text": _language(code),
                "is_current": code == look.language,
            }
            for code in look.journey.pack.languages
        ],
        "brands": [
            {
                "url": look.url(unit=unit.code),
                "text": unit.name,
                "is_current": unit == look.unit,
                "has_own_words": unit.code in set(brands(look.journey, name)),
            }
            for unit in look.units
        ],
    }
    return show(request, "desk/notice.html", context, here="outbox")


@require_safe
@framed
@for_staff
def notice_html(request: StaffRequest, pack: str, name: str) -> HttpResponse:
    """Return the letter alone, for the frame in its page."""
    look = _look(request, pack, name)
    found = look.preview().notice
    page = as_html(
        subject=found.subject,
        text=found.text,
        html=found.html,
        language=look.language,
        head=look.head,
    )
    return HttpResponse(with_logo(page, look.head.logo))


def _release(pack: str) -> dict[str, Any]:
    release = latest_release(pack)
    journey, language = compiled(release), get_language() or "en"
    written = journey.texts[journey.language(language)].sections.get("notices", {})
    return {
        "title": journey.pack.title(language),
        "version": _("Release %(number)s") % {"number": version_of(release)},
        "languages": ", ".join(_language(code) for code in journey.pack.languages),
        "notices": [
            {
                "url": reverse("desk:notice", args=[pack, name]),
                "name": name,
                "subject": written[name]["subject"],
                "by_sms": bool(written[name].get("sms")),
            }
            for name in journey.notices
        ],
    }


def _look(request: StaffRequest, pack: str, name: str) -> _Look:
    """Return the notice that is asked for. Raises NotFound for what one's units do not say."""
    units = [unit for unit in own_units(request.actor) if pack in unit.journeys]
    if not units:
        raise NotFound(_("There is no such page."))
    chosen = request.GET.get("unit", "")
    unit = next((unit for unit in units if unit.code == chosen), units[0])
    journey = compiled(latest_release(pack, unit.code))
    if name not in journey.notices:
        raise NotFound(_("There is no such page."))
    wanted = request.GET.get("language", "") or (get_language() or "en")
    return _Look(
        journey=journey,
        name=name,
        language=journey.language(wanted),
        unit=unit,
        units=units,
    )


def _language(code: str) -> str:
    return str(dict(settings.LANGUAGES).get(code, code))


def _parts(text: str) -> str:
    parts = sms_parts(text)
    return ngettext("%(number)s part", "%(number)s parts", parts) % {"number": parts}
