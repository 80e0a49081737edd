"""The shop: articles with the prices of one's own company."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from atrio.cabinet.access import MemberRequest, for_members
from atrio.cabinet.frame import show
from atrio.cabinet.words import money, unit
from atrio.parties.actions import note_first_price
from atrio.trade.actions import ask_for_prices
from atrio.trade.queries import CataloguePage, Offer, catalogue_page, erp_of, price_freshness

# The page asks again after these seconds, then every half minute: soon at first, since most
# answers take a second, and politely when the ERP does not answer at all.
_ASK_AGAIN_AFTER = (1, 1, 2, 3, 5, 10)
_EVERY = 30
_TINTS = 6  # as many as the style sheet has


@require_safe
@for_members
def show_catalogue(request: MemberRequest) -> HttpResponse:
    """Show one page of the catalogue; prices that are missing are asked for in the background."""
    query, category = request.GET.get("q", ""), request.GET.get("category", "")
    account, now = request.seat.account, timezone.now()
    found = catalogue_page(
        by=request.actor,
        account_id=account.pk,
        erp=erp_of(account, unit=request.seat.unit),
        search=query,
        category=category,
        number=request.GET.get("page", 1),
        now=now,
    )
    if found.stale:
        ask_for_prices(
            account_id=account.pk, search=query, category=category, page=found.page.number
        )
    if found.has_prices and account.first_price_at is None:
        note_first_price(by=request.actor, account_id=account.pk, now=now)
    context = {
        "query": query,
        "categories": _categories(found, query, category),
        "freshness": _freshness(found),
        "articles": _articles(found),
        "pages": _pages(found, query, category),
        "ask_again": _ask_again(request, found) if found.stale else None,
        "empty": _empty(query, category),
    }
    return show(request, "cabinet/catalogue.html", context, here="catalogue")


def _address(*, q: str = "", category: str = "", page: int = 1, asked: int = 0) -> str:
    """Return the address of a page of the catalogue, without what goes without saying."""
    said = {"q": q, "category": category, "page": page if page > 1 else "", "asked": asked or ""}
    words = urlencode({name: value for name, value in said.items() if value})
    return reverse("cabinet:catalogue") + (f"?{words}" if words else "")


def _categories(found: CataloguePage, query: str, category: str) -> list[dict[str, Any]]:
    everything = {
        "name": _("Everything"),
        "url": _address(q=query),
        "count": sum(one.count for one in found.categories),
        "is_current": not category,
    }
    return [
        everything,
        *(
            {
                "name": one.name,
                "url": _address(q=query, category=one.name),
                "count": one.count,
                "is_current": one.name == category,
            }
            for one in found.categories
            if one.name
        ),
    ]


def _freshness(found: CataloguePage) -> dict[str, str]:
    """Say how old the prices on the page are, and how old they may become."""
    seconds = int(price_freshness().total_seconds())
    if seconds % 60:
        limit = ngettext("%d second", "%d seconds", seconds) % seconds
    else:
        limit = ngettext("%d minute", "%d minutes", seconds // 60) % (seconds // 60)
    if found.as_of is None:
        return {"text": _("Your prices come from the ERP and are never older than %s.") % limit}
    at = time_format(localtime(found.as_of), "TIME_FORMAT")
    return {
        "text": _("Your prices, from the ERP, at %(time)s; never older than %(limit)s.")
        % {"time": at, "limit": limit}
    }


def _articles(found: CataloguePage) -> list[dict[str, Any]]:
    tints = {one.name: place % _TINTS for place, one in enumerate(found.categories)}
    return [_article(offer, tints.get(offer.article.category, 0)) for offer in found.offers]


def _article(offer: Offer, tint: int) -> dict[str, Any]:
    article, amount = offer.article, offer.amount
    is_cheaper = (
        amount is not None and offer.currency == article.currency and amount < article.list_price
    )
    return {
        "number": article.number,
        "name": article.name,
        "text": article.category,
        "unit": unit(article.unit),
        "mark": article.number.partition("-")[0][:3],
        "tint": tint,
        "is_asked_for": offer.as_of is None,
        "price": "" if amount is None else money(amount, offer.currency),
        "list_price": money(article.list_price, article.currency) if is_cheaper else "",
    }


def _pages(found: CataloguePage, query: str, category: str) -> dict[str, str]:
    page = found.page

    def address(number: int) -> str:
        return _address(q=query, category=category, page=number)

    return {
        "text": _("%(first)s–%(last)s of %(total)s")
        % {"first": page.start_index(), "last": page.end_index(), "total": page.paginator.count},
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


def _ask_again(request: MemberRequest, found: CataloguePage) -> dict[str, Any]:
    """Say when the page looks again for the prices on their way, and what it says meanwhile."""
    asked = request.GET.get("asked", "")[:3]
    times = min(int(asked), len(_ASK_AGAIN_AFTER)) if asked.isdecimal() else 0
    is_slow = times == len(_ASK_AGAIN_AFTER)
    return {
        "seconds": _EVERY if is_slow else _ASK_AGAIN_AFTER[times],
        "url": _address(
            q=request.GET.get("q", ""),
            category=request.GET.get("category", ""),
            page=found.page.number,
            asked=times + 1,
        ),
        "text": _(
            "The ERP does not answer at the moment. We keep asking, and your prices appear here "
            "by themselves."
        )
        if is_slow
        else _("Asking the ERP for your prices…"),
        "is_slow": is_slow,
    }


def _empty(query: str, category: str) -> dict[str, str]:
    if query or category:
        return {
            "icon": "search",
            "title": _("Nothing found"),
            "text": _("Try fewer words, or only a part of the article's number."),
            "url": reverse("cabinet:catalogue"),
            "action": _("Show everything"),
        }
    return {
        "icon": "package",
        "title": _("The shelves are being filled"),
        "text": _("The catalogue comes from the ERP and is on its way. Please look in again soon."),
    }
