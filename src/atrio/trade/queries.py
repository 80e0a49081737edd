"""Read the catalogue with one account's own prices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from uuid import UUID

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet

from atrio.kernel.actors import Actor
from atrio.outside.queries import erp_serving
from atrio.parties.models import Account
from atrio.seller.models import BusinessUnit
from atrio.seller.queries import business_unit
from atrio.trade.models import Article, CreditLine, PersonalPrice
from atrio.trade.rules import search_words

PAGE_SIZE = 24


@dataclass(frozen=True, slots=True)
class Category:
    """A category of what is for sale, and how many articles are in it."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Offer:
    """An article as one account sees it.

    `as_of` None means that no fresh price is known yet; with it, `amount` None means that the
    ERP has no price for this account.
    """

    article: Article
    amount: Decimal | None
    currency: str
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """One page of offers. `stale` are the articles whose price is missing or too old to show."""

    page: Page[Article]
    offers: list[Offer]
    categories: list[Category]
    stale: list[UUID]

    @property
    def as_of(self) -> datetime | None:
        """Return when the oldest price on the page was asked for."""
        return min((offer.as_of for offer in self.offers if offer.as_of), default=None)

    @property
    def has_prices(self) -> bool:
        """Say whether at least one article is shown with its price."""
        return any(offer.amount is not None for offer in self.offers)


def price_freshness() -> timedelta:
    """Return for how long a price may be shown without asking the ERP again."""
    return timedelta(seconds=settings.ATRIO_PRICE_FRESHNESS_SECONDS)


def erp_of(account: Account, *, unit: BusinessUnit | None = None) -> str:
    """Return the code of the connection to the ERP that serves the account."""
    unit = unit or business_unit(account.business_unit)
    return erp_serving(account.pk, unit=unit)


def articles_of(erp: str, *, search: str = "", category: str = "") -> QuerySet[Article]:
    """Return what one ERP has for sale, with every word of `search` in number, name or category."""
    found = Article.objects.filter(erp=erp, is_for_sale=True)
    if category:
        found = found.filter(category=category.replace("\0", ""))
    found = reduce(
        lambda rows, word: rows.filter(words__contains=word), search_words(search), found
    )
    return found.order_by("name", "id")


def categories_of(erp: str) -> list[Category]:
    """Return the categories of what one ERP has for sale, with how much is in each."""
    rows = Article.objects.filter(erp=erp, is_for_sale=True).order_by()
    counted = rows.values_list("category").annotate(count=Count("id")).order_by("category")
    return [Category(name, count) for name, count in counted]


def prices_visible_to(by: Actor) -> QuerySet[PersonalPrice]:
    """Return the personal prices this actor may see: a member's own accounts'."""
    if by.kind == "member":
        return PersonalPrice.objects.filter(account_id__in=by.accounts)
    return PersonalPrice.objects.none()


def credit_line_of(by: Actor, account_id: UUID) -> CreditLine | None:
    """Return the credit line of a member's own account, with what was asked for; None if none."""
    if by.kind != "member" or account_id not in by.accounts:
        return None
    return CreditLine.objects.filter(account_id=account_id).first()


def catalogue_page(
    *,
    by: Actor,
    account_id: UUID,
    erp: str,
    search: str = "",
    category: str = "",
    number: int | str = 1,
    now: datetime,
) -> CataloguePage:
    """Return one page of an ERP's catalogue with the account's own prices that are fresh enough.

    For an account that is not the actor's there are no prices.
    """
    page = _page(articles_of(erp, search=search, category=category), number)
    shown = list(page.object_list)
    fresh = {
        price.article_id: price
        for price in prices_visible_to(by).filter(
            account_id=account_id, article__in=shown, as_of__gt=now - price_freshness()
        )
    }
    return CataloguePage(
        page=page,
        offers=[_offer(article, fresh.get(article.pk)) for article in shown],
        categories=categories_of(erp),
        stale=[article.pk for article in shown if article.pk not in fresh],
    )


def _page(articles: QuerySet[Article], number: int | str) -> Page[Article]:
    return Paginator(articles, PAGE_SIZE).get_page(number)


def _offer(article: Article, price: PersonalPrice | None) -> Offer:
    if price is None:
        return Offer(article, None, article.currency, None)
    return Offer(article, price.amount, price.currency, price.as_of)


def stale_articles(
    account: Account, *, search: str, category: str, page: int, now: datetime
) -> list[Article]:
    """Return the articles on one page of an account's catalogue whose price is not fresh.

    For the background, which is told what a customer looks at.
    """
    shown = list(_page(articles_of(erp_of(account), search=search, category=category), page))
    fresh = PersonalPrice.objects.filter(
        account=account, article__in=shown, as_of__gt=now - price_freshness()
    )
    known = set(fresh.values_list("article_id", flat=True))
    return [article for article in shown if article.pk not in known]
