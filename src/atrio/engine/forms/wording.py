"""Words for people: text in several languages, and messages that a higher package translates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True, slots=True)
class Localized:
    """One text in several languages; calling it picks the best one for a reader.

    The chain is: the language itself, its base (`pt` for `pt-br`), a sister of the same base
    (`pt-br` for `pt`), the pack's default language, whatever there is.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    default: str = "en"

    def __call__(self, language: str) -> str:
        """Return the text for the reader of `language`, "" if there is none at all."""
        if language in self.texts or not self.texts:
            return self.texts.get(language, "")
        wanted = normal_language(language)
        base = wanted.partition("-")[0]
        sisters = (code for code in self.texts if code.partition("-")[0] == base)
        for code in (wanted, base, *sisters, normal_language(self.default), *self.texts):
            if code in self.texts:
                return self.texts[code]
        return ""

    def __bool__(self) -> bool:
        return bool(self.texts)


@dataclass(frozen=True, slots=True)
class Message:
    """Something to say, as a code and what goes into its text; the words are made elsewhere."""

    code: str
    params: Mapping[str, Json] = field(default_factory=dict)


NOTHING = Localized()
Wording = Localized | Message
Say = Callable[[Message, str], str]  # a message and a language, in words


def normal_language(language: str) -> str:
    """Return a language code as packs write it: `pt_BR` becomes `pt-br`."""
    return language.replace("_", "-").lower()


def in_words(wording: Wording, language: str, say: Say) -> str:
    """Return a wording of either kind as text."""
    return say(wording, language) if isinstance(wording, Message) else wording(language)
