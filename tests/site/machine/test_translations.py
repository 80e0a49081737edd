"""Translations without gettext: what is found, what is kept, and what is not let through."""

from __future__ import annotations

import gettext

import polib
import pytest

from atrio.site.machine.translations import Translations

CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
HELLO = _("Hello")
def days(n): return ngettext("%(n)s day", "%(n)s days", n) % {"n": n}
MONTH = pgettext("month", "May")
NOT_A_LITERAL = _(HELLO)
"""
PAGE = """{% load i18n %}
    <p>{% translate "Open the shop" %}</p>
  <p>{% blocktranslate trimmed %}
     Dear {{ name }},
     welcome.
  {% endblocktranslate %}</p>
"""
GERMAN = {
    "Hello": "Hallo",
    "May": "Mai",
    "Open the shop": "Den Shop öffnen",
    "Dear %(name)s, welcome.": "Willkommen, %(name)s.",
}


@pytest.fixture
def translations(tmp_path):
    (tmp_path / "greet.py").write_text(CODE)
    (tmp_path / "page.html").write_text(PAGE)
    return Translations(source=tmp_path, languages=("de",))


@pytest.fixture
def file(translations):
    return translations.locale / "de/LC_MESSAGES/django.po"


def translate(file, **changed):
    """Fill in the German, but for what a test wants otherwise."""
    catalogue = polib.pofile(str(file))
    for entry in catalogue:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: "%(n)s Tag", 1: "%(n)s Tage"}
        else:
            entry.msgstr = changed.get(entry.msgid.replace(" ", "_"), GERMAN[entry.msgid])
    catalogue.save()


def test_texts_of_code_and_templates_are_found(translations, file):
    translations.update()

    found = {(entry.msgid, entry.msgid_plural, entry.msgctxt) for entry in polib.pofile(str(file))}
    assert found == {
        ("Hello", "", None),
        ("%(n)s day", "%(n)s days", None),
        ("May", "", "month"),
        ("Open the shop", "", None),
        ("Dear %(name)s, welcome.", "", None),
    }


def test_what_is_translated_outlives_an_update_and_what_is_gone_does_not(translations, file):
    translations.update()
    translate(file)
    (translations.source / "greet.py").write_text('_("Hello")')
    translations.update()

    kept = {entry.msgid: entry.msgstr for entry in polib.pofile(str(file))}
    assert kept["Hello"] == "Hallo"
    assert "May" not in kept


def test_a_whole_translation_has_no_problems(translations, file):
    translations.update()
    translate(file)

    assert translations.problems() == []


def test_a_text_that_was_never_added_is_a_problem(translations):
    assert "misses 'Hello'" in "\n".join(translations.problems())


@pytest.mark.parametrize(
    ("german", "problem"),
    [
        ("", "has no translation of 'Hello'"),
        ("Hello", "repeats the English 'Hello'"),
        ("Hallo %(name)s", "has other placeholders than 'Hello'"),
    ],
)
def test_a_poor_translation_is_a_problem(translations, file, german, problem):
    translations.update()
    translate(file, Hello=german)

    (found,) = translations.problems()
    assert problem in found


def test_a_word_that_is_the_same_in_both_languages_may_be_listed(translations, file):
    translations.update()
    translate(file, Hello="Hello")
    file.with_name("same.txt").write_text("Hello\n")

    assert translations.problems() == []


def test_a_listed_word_that_nobody_says_any_longer_is_a_problem(translations, file):
    translations.update()
    translate(file)
    file.with_name("same.txt").write_text("Goodbye\n")

    (found,) = translations.problems()
    assert "lists 'Goodbye', which nobody says" in found


def test_what_is_compiled_is_what_gettext_reads(translations, file):
    translations.update()
    translate(file)
    translations.compile()

    with file.with_suffix(".mo").open("rb") as stream:
        german = gettext.GNUTranslations(stream)
    assert german.gettext("Hello") == "Hallo"
    assert german.ngettext("%(n)s day", "%(n)s days", 2) == "%(n)s Tage"
    assert german.pgettext("month", "May") == "Mai"
