"""The language of a page: all six for customers, the desk's own four for those who work there."""

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language, gettext, ngettext, override

from atrio.site.languages import LanguageMiddleware, languages_at
from atrio.site.machine.translations import CUSTOMERS_ALONE, LANGUAGES


@pytest.fixture
def read(rf):
    """Return a function that says in which language a page is read."""

    def ask(address, browser="", cookie=""):
        if cookie:
            rf.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
        request = rf.get(address, headers={"accept-language": browser})
        said = []
        with override("en"):
            answer = LanguageMiddleware(lambda _request: HttpResponse(said.append(get_language())))
            answer(request)
        assert said == [request.LANGUAGE_CODE]
        return said[0]

    return ask


@pytest.mark.parametrize(
    ("browser", "language"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("es-MX", "es"),
        ("ru", "ru"),
        ("pt-PT", "pt-br"),
        ("ja", "en"),
    ],
)
def test_customers_read_the_language_of_their_browser(read, browser, language):
    assert read("/", browser) == language


@pytest.mark.parametrize(
    ("browser", "language"),
    [
        ("ru-RU", "ru"),
        ("fr-CH,de;q=0.7,en;q=0.5", "de"),
        ("es", "en"),
        ("fr, *;q=0.5, zz", "en"),
    ],
)
def test_the_desk_is_read_in_the_best_language_that_it_speaks(read, browser, language):
    assert read("/desk/", browser) == language


def test_a_choice_that_the_desk_does_not_speak_holds_everywhere_else(read):
    assert read("/cabinet/", "de", cookie="fr") == "fr"
    assert read("/desk/", "de", cookie="fr") == "de"


def test_the_menu_offers_what_the_page_can_be_read_in(rf):
    assert languages_at(rf.get("/")) == ["en", "pt-br", "de", "fr", "es", "ru"]
    assert languages_at(rf.get("/desk/queue/")) == ["en", "pt-br", "de", "ru"]


def test_settings_and_translations_name_the_same_languages():
    def tag(language):
        return language.replace("_", "-").lower()

    translated = {tag(language) for language in LANGUAGES}
    assert {code for code, _name in settings.LANGUAGES} == {"en", *translated}
    assert set(settings.DESK_LANGUAGES) == {"en", *translated} - set(CUSTOMERS_ALONE)


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1 день назад"), (3, "3 дня назад"), (11, "11 дней назад"), (21, "21 день назад")],
)
def test_russian_counts_in_three_forms(number, text):
    with override("ru"):
        said = ngettext("%(days)s day ago", "%(days)s days ago", number)
    assert said % {"days": number} == text


def test_french_reads_a_page_without_a_word_of_english():
    with override("fr"):
        assert gettext("Become a customer") == "Devenir client"
