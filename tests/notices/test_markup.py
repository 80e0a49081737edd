"""Marks in texts: one source, a letter and its plain twin, and nothing that a name could add."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from atrio.notices.markup import as_html, as_text, plain_as_html, wrong_marks

LENT = {"{link}": "https://shop.example/x?a=1&b=2", "{name}": "Ana **& [Bia](https://evil.example)"}


def fill(text):
    for name, value in LENT.items():
        text = text.replace(name, value)
    return text


def drawn(source):
    return as_html(source, fill, open_="Open")


@pytest.mark.parametrize(
    ("source", "as_drawn", "as_said"),
    [
        ("One\ntwo", "<p>One<br>two</p>", "One\ntwo"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("so **very** so", "<p>so <strong>very</strong> so</p>", "so very so"),
        (
            "see [our site](https://x.example/y) now",
            '<p>see <a href="https://x.example/y">our site</a> now</p>',
            "see our site: https://x.example/y now",
        ),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>", "1 < 2 & 3"),
    ],
)
def test_a_mark_becomes_html_and_plain_words(source, as_drawn, as_said):
    assert drawn(source) == as_drawn
    assert as_text(source, fill) == f"{as_said}\n"


@pytest.mark.parametrize(
    ("source", "words", "said"),
    [
        ("[Go in]({link})", "Go in", f"Go in: {LENT['{link}']}"),
        ("{link}", "Open", LENT["{link}"]),
    ],
)
def test_an_address_alone_is_a_button(source, words, said):
    [button] = html.fromstring(f"<div>{drawn(source)}</div>").find_class("button")
    assert (button.text, button.get("href")) == (words, LENT["{link}"])
    assert as_text(source, fill) == f"{said}\n"


def test_a_last_short_line_is_small_print():
    assert drawn("Hello\n\nthere\n\nReference: 1").endswith('<p class="small">Reference: 1</p>')
    assert "small" not in drawn("Hello\n\nReference: 1")


def test_what_a_name_holds_is_never_a_mark():
    drawn_name = drawn("Hello {name}\n\n{name}\n\n**{name}**")
    assert "<a" not in drawn_name
    assert drawn_name.count("**") == 3
    assert as_text("Hello {name}", fill) == f"Hello {LENT['{name}']}\n"


def test_a_link_whose_address_is_no_address_leads_nowhere():
    nowhere = as_html(
        "[a]({x})\n\nb [c]({x})", lambda t: t.replace("{x}", "javascript:d"), open_=""
    )
    assert "href" not in nowhere
    assert "a" in nowhere


def test_a_text_without_marks_is_shown_as_it_is():
    shown = plain_as_html("**a** [b](https://c.example)\n\nhttps://d.example/e", open_="Open")
    assert "**a** [b](https://c.example)" in shown
    assert '<a class="button" href="https://d.example/e">Open</a>' in shown


@pytest.mark.parametrize(
    "wrong", ["**a", "a**", "[a](b)", "[a](javascript:b)", "[a]({A})", "[a]()"]
)
def test_half_a_mark_is_told(wrong):
    assert list(wrong_marks(wrong))
    assert not list(wrong_marks("**a** [b]({c.d}) [e](https://f.example) 2 * 3 (g) [h]"))


@given(st.text(max_size=200), st.text(max_size=50))
def test_whatever_is_written_and_filled_in_no_tag_comes_of_it_but_ours(source, value):
    page = as_html(source, lambda text: text.replace("{x}", value), open_="Open")
    if not page.strip():
        return
    tags = {element.tag for element in html.fragment_fromstring(page, "div").iter()}
    assert tags <= {"div", "p", "br", "ul", "li", "strong", "a"}
