"""English that has stayed on a page in another language."""

from __future__ import annotations

from functools import cache

import polib

from atrio.site.machine.translations import Translations

# All that is seen or read out, a line each; but not what says itself that it is in another
# language, nor a blueprint, which has the words of whoever drew it: both leave the page.
SAID = """() => {
  document.querySelectorAll("body [lang], .blueprint").forEach((foreign) => foreign.remove());
  const spoken = ["alt", "aria-label", "placeholder", "title"];
  const attributes = [...document.querySelectorAll(spoken.map((name) => `[${name}]`).join())]
    .flatMap((element) => spoken.map((name) => element.getAttribute(name) ?? ""));
  return [document.title, ...document.body.innerText.split("\\n"), ...attributes]
    .map((line) => line.trim());
}"""
# What is shorter may stand in other words, and in what outside systems say.
UNMISTAKABLE = 16


def english_on(page, language):
    """Return the texts of ours that a page says in English although it should not."""
    said = page.evaluate(SAID)
    return [
        text
        for text in _translated(language)
        if any(text == line or (len(text) >= UNMISTAKABLE and text in line) for line in said)
    ]


@cache
def _translated(language):
    """Return the English of every text that is said otherwise in a language."""
    file = Translations().locale / language / "LC_MESSAGES/django.po"
    said = {entry.msgid: entry.msgstr for entry in polib.pofile(str(file)) if not entry.msgctxt}
    # What the language says itself is not English: German has its "Start", as English has.
    return sorted(said.keys() - set(said.values()))
