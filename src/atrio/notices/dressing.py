"""A message's words on a business unit's letterhead, as HTML mail."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from atrio.notices.letterhead import Letterhead, logo_of
from atrio.notices.markup import plain_as_html

LOGO = "cid:logo"  # how the HTML speaks of the picture that travels with it
_WHOLE = ("<!doctype", "<html")


def as_html(*, subject: str, text: str, html: str, language: str, head: Letterhead) -> str:
    """Return a message as a page of HTML.

    `html` is what stands on the paper, already escaped; without it the text does, escaped here.
    A page that is whole already is left as it is.
    """
    if html.lstrip().lower().startswith(_WHOLE):
        return html
    with override(language):
        body = html or plain_as_html(text, open_=_("Open"))
        return render_to_string(
            "notices/letter.html",
            {
                "subject": subject,
                "body": body,
                "language": language,
                "head": head,
                "logo": LOGO if logo_of(head.logo) else "",
            },
        )
