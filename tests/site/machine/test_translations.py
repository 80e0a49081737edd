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


@pytest.mark.parametrize(("language", "is_asked"), [("ru", True), ("fr", False), ("es", False)])
def test_what_only_the_desk_says_is_not_asked_of_languages_that_only_customers_read(
    tmp_path, language, is_asked
):
    for folder, text in (("desk", "Queue"), ("apply", "Shop")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "words.py").write_text(f'_("{text}")')
    translations = Translations(source=tmp_path, languages=(language,), growing=frozenset())
    translations.update()

    entries = polib.pofile(str(tmp_path / f"site/locale/{language}/LC_MESSAGES/django.po"))
    assert "Shop" in {entry.msgid for entry in entries}
    assert ("Queue" in {entry.msgid for entry in entries}) == is_asked
    assert len(translations.problems()) == len(entries)


def test_what_a_growing_language_misses_is_counted_and_what_is_wrong_with_it_refused(
    translations, file
):
    growing = Translations(source=translations.source, languages=("de",), growing={"de"})
    growing.update()
    assert (growing.problems(), growing.missing()) == ([], {"de": 5})

    translate(file, Hello="Hello")
    assert growing.missing() == {}
    assert "repeats the English 'Hello'" in "\n".join(growing.problems())


def test_a_plural_has_as_many_forms_as_the_language(tmp_path):
    (tmp_path / "greet.py").write_text('ngettext("%(n)s day", "%(n)s days", n)')
    translations = Translations(source=tmp_path, languages=("ru",), growing=frozenset())
    translations.update()
    file = tmp_path / "site/locale/ru/LC_MESSAGES/django.po"
    catalogue = polib.pofile(str(file))
    (entry,) = catalogue
    assert len(entry.msgstr_plural) == 3

    entry.msgstr_plural = {0: "%(n)s день", 1: "%(n)s дней"}
    catalogue.save()
    (found,) = translations.problems()
    assert "has not every plural form of '%(n)s day'" in found


def test_what_is_compiled_is_what_gettext_reads(translations, file):
    translations.update()
    translate(file)
    translations.compile()

    with file.with_suffix(".mo").open("rb") as stream:
        german = gettext.GNUTranslations(stream)
    assert german.gettext("Hello") == "Hallo"
    assert german.ngettext("%(n)s day", "%(n)s days", 2) == "%(n)s Tage"
    assert german.pgettext("month", "May") == "Mai"
