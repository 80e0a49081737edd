"""Every word of a template is marked for translation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import atrio

SOURCE = Path(atrio.__file__).parent
TEMPLATES = sorted(SOURCE.glob("*/templates/**/*.*"))

# What nobody reads as words, and what is marked: comments, styles, translated blocks, tags.
SILENT = re.compile(
    r"{% comment %}.*?{% endcomment %}"
    r"|{% blocktranslate.*?{% endblocktranslate %}"
    r"|{% block \w+_class %}.*?{% endblock.*?%}"
    r"|<style>.*?</style>"
    r"|{#.*?#}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
READ_OUT = re.compile(r'\b(?:alt|aria-label|placeholder|title)="([^"]*)"')
TAG = re.compile(r"<[^>]*>|[\w-]+=\"[^\"]*\"")
WORD = re.compile(r"[^\W\d_]{2,}")


def unmarked_words(template):
    """Return the words that would be said in English to everybody."""
    rest = SILENT.sub(" ", template)
    return WORD.findall(" ".join([*READ_OUT.findall(rest), TAG.sub(" ", rest)]))


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_every_word_of_a_template_is_translated(file):
    assert unmarked_words(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "template",
    [
        "<p>Hello {{ name }}</p>",
        '<img alt="Our shop">',
        '{% translate "Yes" %} and <b>no</b>',
        "{% blocktranslate %}Yes{% endblocktranslate %} but",
    ],
)
def test_words_that_are_not_marked_are_found(template):
    assert unmarked_words(template)
