"""Mirror the catalogue, ask for personal prices. The network is used outside any transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from atrio.kernel.errors import OutsideFailure
from atrio.kernel.queue import later
from atrio.outside.actions import asking
from atrio.outside.connections import connection_row, open_erp
from atrio.outside.ports import ErpArticle, PriceQuestion
from atrio.outside.queries import linked_id
from atrio.parties.models import Account
from atrio.trade.models import Article, PersonalPrice
from atrio.trade.queries import PAGE_SIZE, articles_of, erp_of, stale_articles
from atrio.trade.rules import plain, search_words

# A customer is looking at the page: their prices go before mirrors and letters.
SOON = 10
_MIRRORED = (
    "name",
    "description",
    "category",
    "unit",
    "list_price",
    "currency",
    "words",
    "is_for_sale",
    "mirrored_at",
)


def mirror_catalogue(*, erp: str, now: datetime) -> int:
    """Take over the whole catalogue of one ERP (the code of its connection); return its size.

    What the ERP no longer offers stays, not for sale: orders and prices point to it. Raises
    OutsideFailure("empty") when it offers nothing at all: the shop is not emptied by a mistake.
    """
    articles = [_article(erp, article, now) for article in open_erp(erp).articles()]
    if not articles:
        raise OutsideFailure(f"{erp} has no article for sale", code="empty")
    with transaction.atomic():
        Article.objects.bulk_create(
            articles,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["erp", "number"],
            update_fields=_MIRRORED,
        )
        Article.objects.filter(erp=erp, mirrored_at__lt=now).update(is_for_sale=False)
    return len(articles)


def _article(erp: str, article: ErpArticle, now: datetime) -> Article:
    name, category = article.name[:200], article.category[:120]
    return Article(
        erp=erp,
        number=article.number,
        name=name,
        description=article.description,
        category=category,
        unit=article.unit[:40],
        list_price=article.list_price,
        currency=article.currency,
        words=plain(f"{article.number} {name} {category}"),
        is_for_sale=True,
        mirrored_at=now,
    )


def ask_for_prices(*, account_id: UUID, search: str, category: str, page: int) -> None:
    """Queue the question for the prices that are missing on one page of an account's catalogue.

    However often the page is looked at meanwhile, one question waits.
    """
    words = " ".join(search_words(search))
    looked_at = hashlib.sha256(f"{words}\n{category}\n{page}".encode()).hexdigest()[:16]
    later(
        "trade.refresh_prices",
        once=f"{account_id}:{looked_at}",
        priority=SOON,
        account_id=account_id,
        search=words,
        category=category,
        page=page,
    )


def fetch_first_prices(*, account_id: UUID, now: datetime) -> int:
    """Ask for the prices of the catalogue's first page; return how many there are."""
    account = Account.objects.get(pk=account_id)
    erp = erp_of(account)
    return _fetch(account, erp, list(articles_of(erp)[:PAGE_SIZE]), now)


def fetch_missing_prices(
    *, account_id: UUID, search: str, category: str, page: int, now: datetime
) -> int:
    """Ask for the prices on one page of the catalogue that are not fresh; return how many came."""
    account = Account.objects.get(pk=account_id)
    missing = stale_articles(account, search=search, category=category, page=page, now=now)
    if not missing:
        return 0
    erp = erp_of(account)
    with asking(connection=connection_row(erp), operation="erp.prices", key=str(account_id)):
        return _fetch(account, erp, missing, now)


def _fetch(account: Account, erp: str, articles: Sequence[Article], now: datetime) -> int:
    connection = connection_row(erp)
    customer = linked_id(connection=connection, kind="account", object_id=account.pk)
    if customer is None:
        raise OutsideFailure(f"{account} has no customer number in {connection}", code="not_linked")
    # `now` is taken before the question, so no price is said to be younger than it is.
    questions = [PriceQuestion(article.number) for article in articles]
    answers = {price.article: price for price in open_erp(connection).prices(customer, questions)}
    prices = [
        PersonalPrice(
            account=account,
            article=article,
            amount=answers[article.number].amount if article.number in answers else None,
            currency=answers[article.number].currency
            if article.number in answers
            else article.currency,
            as_of=now,
        )
        # In one order for everybody: two pages that overlap do not wait for each other in turn.
        for article in sorted(articles, key=lambda article: article.pk)
    ]
    PersonalPrice.objects.bulk_create(
        prices,
        update_conflicts=True,
        unique_fields=["account", "article"],
        update_fields=["amount", "currency", "as_of"],
    )
    return len(answers)
