"""What people type into the search, and what they find."""

from __future__ import annotations

import pytest
from django.utils import timezone

from atrio.trade.models import Article
from atrio.trade.queries import articles_of
from atrio.trade.rules import plain, search_words


@pytest.fixture
def shelf(db):
    """An ERP with a few articles on sale."""
    for number, name, category in (
        ("LI-BUL-1", "Lâmpada LED E27 9 W", "Iluminação"),
        ("LI-BUL-2", "Lâmpada LED E27 12 W", "Iluminação"),
        ("CW-FLX-2", "Cabo flexível 750 V 2,5 mm²", "Fios e cabos"),
        ("XX-100%", "Conector 100% cobre", ""),
    ):
        Article.objects.create(
            erp="erp",
            number=number,
            name=name,
            category=category,
            unit="un",
            list_price="1",
            currency="BRL",
            words=plain(f"{number} {name} {category}"),
            mirrored_at=timezone.now(),
        )
    return "erp"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lampada", ["LI-BUL-2", "LI-BUL-1"]),
        ("LÂMPADA 9", ["LI-BUL-1"]),
        ("e27 lâmpada 12", ["LI-BUL-2"]),
        ("li-bul-2", ["LI-BUL-2"]),
        ("iluminacao", ["LI-BUL-2", "LI-BUL-1"]),
        ("2.5 mm2", []),
        ("2,5 mm2", ["CW-FLX-2"]),
        ("100%", ["XX-100%"]),
        ("10_%", []),
        ("nothing of the kind", []),
        ("\0", ["CW-FLX-2", "XX-100%", "LI-BUL-2", "LI-BUL-1"]),
    ],
)
def test_finds_by_every_word_whatever_its_accents(shelf, typed, found):
    assert [article.number for article in articles_of(shelf, search=typed)] == found


def test_a_category_narrows_the_search(shelf):
    assert [a.number for a in articles_of(shelf, category="Fios e cabos")] == ["CW-FLX-2"]
    assert not articles_of(shelf, search="lampada", category="Fios e cabos")
    assert not articles_of(shelf, category="Fios\0")


def test_another_erp_sells_other_things(shelf):
    assert not articles_of("elsewhere")


def test_a_megabyte_is_searched_for_by_its_first_words():
    assert search_words("led " * 300_000 + "cabo") == ["led"]
    assert len(search_words(" ".join(str(n) for n in range(1000)))) == 6


def test_no_string_breaks_the_search(shelf, naughty):
    for text in naughty:
        assert all(word and word.isprintable() for word in search_words(text))
        assert len(articles_of(shelf, search=text)) in range(5)
        assert not articles_of(shelf, category=text or "x")
