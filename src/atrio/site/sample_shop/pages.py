"""The shop's pages as HTML. What comes from elsewhere is escaped where it is put in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape

from babel.numbers import format_currency

from atrio.site.sample_shop.store import Article, Order, Visit
from atrio.site.sample_shop.words import text

NAME = "Polaris"
CURRENCY = "BRL"

STYLE = """
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6675; --ground: #f6f3ee;
  --card: #ffffff; --line: #e2dcd2; --mark: #8a3b12; --on-mark: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece7df; --soft: #a9a297; --ground: #191613;
  --card: #24201c; --line: #3a342d; --mark: #f0a36f; --on-mark: #191613; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 Georgia, "Times New Roman", serif; }
header, main { max-width: 64rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; }
header p { margin: 0; } header form { margin-inline-start: auto; }
.name { font-size: 1.5rem; font-weight: bold; color: var(--mark); text-decoration: none; }
.soft { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: 1rem; margin: 0 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 0 0 .75rem; }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 0; }
dt { color: var(--soft); font-size: .875rem; } dd { margin: 0; font-weight: bold; }
ul { list-style: none; margin: 0; padding: 0; }
.articles { display: grid; gap: .75rem;
  grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); }
.articles li { display: flex; flex-direction: column; justify-content: space-between; gap: .5rem;
  border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; }
.price { font-weight: bold; font-variant-numeric: tabular-nums; }
.lines li { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center;
  padding: .375rem 0; border-bottom: 1px solid var(--line); }
.lines .price { margin-inline-start: auto; }
.lines li:last-child { border: 0; }
.lines p { margin: 0; }
.lines + form { margin-top: .75rem; }
form.take { display: flex; gap: .5rem; }
input { width: 4.5rem; padding: .5rem; font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--soft); border-radius: .375rem; }
button, .button { display: inline-block; padding: .5rem 1rem; font: inherit; cursor: pointer;
  color: var(--mark); background: transparent; border: 1px solid var(--mark);
  border-radius: .375rem; text-decoration: none; }
.main { color: var(--on-mark); background: var(--mark); }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
"""


def welcome(language: str) -> str:
    """Return the page for whoever has not come in."""
    return _page(
        language,
        f"<section class='card'><h1>{text('tagline', language)}</h1>"
        f"<p>{text('welcome', language)}</p>"
        f"<p><a class='button main' href='/sign-in'>{text('come_in', language)}</a></p></section>",
    )


def message(language: str, what: str) -> str:
    """Return a page that says why something does not go on, and the way on."""
    return _page(
        language,
        f"<section class='card'><h1>{text(what, language)}</h1>"
        f"<p><a class='button' href='/'>{text('to_the_shop', language)}</a></p></section>",
    )


def shop(
    language: str, visit: Visit, articles: Mapping[str, Article], orders: Sequence[Order]
) -> str:
    """Return the shop as a customer sees it: who they are, articles, basket, orders."""
    customer = visit.customer
    assert customer is not None  # noqa: S101 - nobody else is shown this page
    group = customer.price_group
    sign_out = _form("/sign-out", visit, f"<button>{text('sign_out', language)}</button>")
    tax_id = f" <span class='soft'>{escape(customer.tax_id)}</span>" if customer.tax_id else ""
    who = (
        "<section class='card'><dl>"
        f"<div><dt>{text('buys_for', language)}</dt>"
        f"<dd id='legal-entity'>{escape(customer.legal_entity)}{tax_id}</dd></div>"
        f"<div><dt>{text('price_group', language)}</dt>"
        f"<dd id='price-group'>{escape(group) or text('list_prices', language)}</dd></div>"
        "</dl></section>"
    )
    shelf = "".join(_on_the_shelf(language, visit, article, group) for article in articles.values())
    main = (
        who
        + _basket(language, visit, articles, group)
        + _orders(language, articles, orders)
        + f"<section class='card'><h2>{text('articles', language)}</h2>"
        f"<ul class='articles'>{shelf}</ul></section>"
    )
    return _page(language, main, f"<p>{escape(customer.name)}</p>{sign_out}")


def _on_the_shelf(language: str, visit: Visit, article: Article, group: str) -> str:
    name, number = escape(_name(article, language)), escape(article.number)
    price = _money(article.price_for(group), language)
    fields = (
        f"<input type='hidden' name='article' value='{number}'>"
        f"<input name='count' type='number' min='1' max='999' value='1'"
        f" aria-label='{text('count_of', language)} {name}'>"
        f"<button>{text('take', language)}</button>"
    )
    return (
        f"<li data-article='{number}'><span>{name}<br><span class='soft'>{number}</span></span>"
        f"<span class='price'>{price}</span>{_form('/basket', visit, fields, 'take')}</li>"
    )


def _basket(language: str, visit: Visit, articles: Mapping[str, Article], group: str) -> str:
    head = f"<section class='card' id='basket'><h2>{text('basket', language)}</h2>"
    if not visit.basket:
        return f"{head}<p class='soft'>{text('empty', language)}</p></section>"
    lines, total = [], Decimal(0)
    for number, count in visit.basket.items():
        article = articles[number]
        amount = article.price_for(group) * count
        total += amount
        out = (
            f"<input type='hidden' name='article' value='{escape(number)}'>"
            "<input type='hidden' name='count' value='0'>"
            f"<button>{text('take_out', language)}</button>"
        )
        lines.append(
            f"<li><p>{count} × {escape(_name(article, language))}</p>"
            f"<span class='price'>{_money(amount, language)}</span>"
            f"{_form('/basket', visit, out)}</li>"
        )
    order = _form("/order", visit, f"<button class='main'>{text('order', language)}</button>")
    return (
        f"{head}<ul class='lines'>{''.join(lines)}"
        f"<li><p>{text('total', language)}</p>"
        f"<span class='price'>{_money(total, language)}</span></li></ul>{order}</section>"
    )


def _orders(language: str, articles: Mapping[str, Article], orders: Sequence[Order]) -> str:
    head = f"<section class='card' id='orders'><h2>{text('orders', language)}</h2>"
    if not orders:
        return f"{head}<p class='soft'>{text('no_orders', language)}</p></section>"
    rows = []
    for order in orders:
        known = [(articles.get(number), count) for number, count in order.lines.items()]
        what = ", ".join(f"{count} × {_name(one, language)}" for one, count in known if one)
        rows.append(
            f"<li><p><strong>{escape(order.number)}</strong> {escape(what)}</p>"
            f"<span class='price'>{_money(Decimal(order.total), language)}</span></li>"
        )
    return f"{head}<ul class='lines'>{''.join(rows)}</ul></section>"


def _form(to: str, visit: Visit, fields: str, kind: str = "") -> str:
    key = f"<input type='hidden' name='key' value='{visit.form_key}'>"
    return f"<form method='post' action='{to}' class='{kind}'>{key}{fields}</form>"


def _page(language: str, main: str, beside: str = "") -> str:
    return (
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{NAME}</title><link rel='stylesheet' href='/style.css'>"
        "<link rel='icon' href='data:,'></head>"
        f"<body><header><a class='name' href='/'>{NAME}</a>"
        f"<p class='soft'>{text('tagline', language)}</p>{beside}</header>"
        f"<main>{main}</main></body></html>"
    )


def _name(article: Article, language: str) -> str:
    return article.names.get(language.partition("-")[0]) or article.names["en"]


def _money(amount: Decimal, language: str) -> str:
    return str(format_currency(amount, CURRENCY, locale=language.replace("-", "_")))
