"""Which language a page is read in: the reader's own, at the desk one that the desk speaks."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils.translation import activate, get_language
from django.utils.translation.trans_real import get_supported_language_variant as variant_of
from django.utils.translation.trans_real import parse_accept_lang_header

_DESK = "/desk/"


class LanguageMiddleware(LocaleMiddleware):
    """Django's choice by cookie and browser; at the desk, the best of those that it speaks."""

    def process_request(self, request: HttpRequest) -> None:
        """Switch to the language for the rest of the request."""
        super().process_request(request)
        offered = languages_at(request)
        if get_language() not in offered:
            activate(_next_best(request, offered))
            request.LANGUAGE_CODE = get_language() or settings.LANGUAGE_CODE


def languages_at(request: HttpRequest) -> list[str]:
    """Return the languages that the page asked for is offered in."""
    if request.path_info.startswith(_DESK):
        return list(settings.DESK_LANGUAGES)
    return [code for code, _name in settings.LANGUAGES]


def _next_best(request: HttpRequest, offered: list[str]) -> str:
    """Return the first language of the browser that is offered, English without any."""
    for accepted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            found = variant_of(accepted)
        except LookupError:
            continue
        if found in offered:
            return found
    return settings.LANGUAGE_CODE
