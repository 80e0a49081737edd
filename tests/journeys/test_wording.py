"""Words: messages of forms, and texts of packs."""

import re
from pathlib import Path
from typing import get_args

import pytest
from django.utils.translation import override

import atrio.engine.forms as forms
from atrio.engine.forms import Message
from atrio.engine.forms.places import PARTS
from atrio.engine.forms.tax_ids import Code
from atrio.engine.problems import Unpublishable
from atrio.journeys.messages import known_codes, say
from atrio.journeys.texts import Texts, filled

SAID = re.compile(r"(?:Invalid|Message)\(\s*(?:\n\s*)?\"([a-z_.]+)\"")


def test_there_are_words_for_every_code_the_forms_can_say():
    sources = Path(forms.__file__).parent.glob("*.py")
    said = {code for source in sources for code in SAID.findall(source.read_text("utf-8"))}
    said |= {f"address.{part}" for part in PARTS} | {"phone.country", "phone.invalid", "yes", "no"}
    said |= {"person.given", "person.family", *get_args(Code)}

    assert {"required", "tax_id.checksum", "number.whole"} <= said
    assert said - {"said"} <= known_codes()


def test_parameters_stand_in_the_words():
    assert say(Message("too_long", {"max": 40}), "en") == "This is too long: at most 40 characters."


def test_the_language_asked_for_is_spoken_whatever_language_is_active():
    with override("de"):
        assert say(Message("required"), "en") == "Please fill this in."


def test_what_a_pack_says_itself_is_passed_on():
    assert say(Message("said", {"text": "100 % certo?"}), "pt-br") == "100 % certo?"


def texts(more):
    return Texts.parse(more.encode(), language="en", file="texts/en.toml")


def test_a_line_break_in_a_name_cannot_start_a_new_header_of_an_email():
    pack = texts('[notices.hello]\nsubject = "For {company.name}"\ntext = "x"\n')

    notice = pack.notice("hello", lambda _name: "Aurora\r\nBcc: mallory@example.com")

    assert notice.subject == "For Aurora Bcc: mallory@example.com"


def test_a_name_cannot_become_markup_in_a_message():
    pack = texts('[notices.hello]\nsubject = "x"\ntext = "**{a.b}**"\n')

    notice = pack.notice("hello", lambda _name: "<script>")

    assert (notice.text, notice.html) == ("<script>\n", "<p><strong>&lt;script&gt;</strong></p>")


def test_a_unit_speaks_in_its_own_words_where_it_has_some():
    pack = texts(
        '[notices.hello]\nsubject = "Hello"\ntext = "We"\nsms = "Hi"\n'
        '[notices.hello.brands.nordlicht-br]\ntext = "Nordlicht"\n'
    )
    words = [
        (said.subject, said.text, said.sms)
        for unit in ("", "elsewhere", "nordlicht-br")
        for said in [pack.notice("hello", str, unit=unit)]
    ]
    assert words == [("Hello", "We\n", "Hi")] * 2 + [("Hello", "Nordlicht\n", "Hi")]


@pytest.mark.parametrize(
    "text", ["{a.b!r}", "{a.b:>9}", "{a.__class__.x}}", "{0}", "{{a}", "{A}", "{}", "{a..b}"]
)
def test_what_looks_like_formatting_is_left_alone_or_only_looked_up(text):
    asked = []

    out = filled(text, lambda name: asked.append(name) or "")

    assert all(re.fullmatch(r"[a-z0-9_.]+", name) for name in asked)
    assert out == text or asked


@pytest.mark.parametrize(
    "more",
    [
        "[notices.x]\nsubject = 1\ntext = 'a'",
        "[notices.x]\nsubject = 'a'\ntext = 'a'\nhtml = '<b>a</b>'",
        "[notices.x]\nsubject = 'a'\ntext = '**a'",
        "[notices.x]\nsubject = 'a'\ntext = '[a](javascript:b)'",
        "[notices.x]\nsubject = 'a'\ntext = 'a'\nsms = '{link}'",
        "[notices.x]\nsubject = 'a'\ntext = 'a'\nsms = '{code}'",
        f"[notices.x]\nsubject = 'a'\ntext = 'a'\nsms = '{'a' * 301}'",
        "[notices.x]\nsubject = 'a'\ntext = 'a'\nbrands = 3",
        "[notices.x]\nsubject = 'a'\ntext = 'a'\n[notices.x.brands.a]",
        "[notices.x]\nsubject = 'a'\ntext = 'a'\n[notices.x.brands.a]\nsender = 'a'",
        "[notices.x]\nsubject = 'a'\ntext = 'a'\n[notices.x.brands.a]\ntext = '**a'",
        "steps = 3",
        "[a]\nb = 'c'",
    ],
)
def test_a_file_of_texts_that_nobody_could_use_is_refused(more):
    with pytest.raises(Unpublishable):
        texts(more)
