"""The catalogue is a mirror of the ERP's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from atrio.kernel.errors import OutsideFailure
from atrio.kernel.queue.registry import JOBS
from atrio.outside.models import Connection
from atrio.trade.actions import mirror_catalogue
from atrio.trade.models import Article
from tests.parties.customers import erp_of, make_unit

pytestmark = pytest.mark.django_db


def offer(unit, articles):
    """Let the unit's ERP have so many articles from now on."""
    Connection.objects.filter(code=unit.erp).update(options={"articles": articles})


def test_takes_over_every_article_with_its_price():
    unit = make_unit(articles=30)

    theirs = {article.number: article for article in erp_of(unit).articles()}
    ours = Article.objects.get(number="A-0007")
    assert Article.objects.filter(erp=unit.erp, is_for_sale=True).count() == 30
    assert (ours.name, ours.category) == (theirs["A-0007"].name, theirs["A-0007"].category)
    assert ours.list_price == theirs["A-0007"].list_price


def test_mirroring_again_changes_articles_and_makes_none():
    unit = make_unit(articles=5)
    Article.objects.filter(number="A-0003").update(name="An old name", words="an old name")
    ids = set(Article.objects.values_list("pk", flat=True))

    mirror_catalogue(erp=unit.erp, now=timezone.now())

    assert set(Article.objects.values_list("pk", flat=True)) == ids
    renewed = Article.objects.get(number="A-0003")
    assert renewed.name != "An old name"
    assert "a-0003" in renewed.words


def test_an_article_the_erp_no_longer_offers_stays_and_is_not_for_sale():
    unit = make_unit(articles=5)
    offer(unit, 4)

    mirror_catalogue(erp=unit.erp, now=timezone.now() + timedelta(seconds=1))

    assert not Article.objects.get(number="A-0005").is_for_sale
    assert Article.objects.get(number="A-0004").is_for_sale


def test_an_article_that_comes_back_is_for_sale_again():
    unit = make_unit(articles=5)
    for articles in (4, 5):
        offer(unit, articles)
        mirror_catalogue(erp=unit.erp, now=timezone.now())

    assert Article.objects.get(number="A-0005").is_for_sale


def test_an_erp_that_offers_nothing_at_all_does_not_empty_the_shop():
    unit = make_unit(articles=5)
    offer(unit, 0)

    with pytest.raises(OutsideFailure) as refused:
        mirror_catalogue(erp=unit.erp, now=timezone.now())

    assert refused.value.code == "empty"
    assert Article.objects.filter(is_for_sale=True).count() == 5


def test_a_catalogue_cut_short_changes_nothing():
    unit = make_unit(articles=5)
    erp_of(unit).break_next("articles", "no_answer")

    JOBS["trade.mirror_catalogues"].function()

    assert Article.objects.filter(is_for_sale=True).count() == 5
