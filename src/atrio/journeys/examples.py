"""A pack's examples: what people and outside systems say, and what must come of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files as resources
from typing import Any

from jsonschema import Draft202012Validator

from atrio.engine.forms import Localized
from atrio.engine.problems import Problem, Unpublishable


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of an outside system: facts by their dotted names, or an error, or both."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """One form as somebody fills it in. With `errors` (field to message code) it is refused.

    With a `message` nobody fills it in: that comes instead, while the step waits.
    """

    step: str
    form: Mapping[str, str | list[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """One story. `steps` are the elements done, in order; () leaves them open."""

    name: str
    title: Localized
    language: str
    policy: Mapping[str, Any]
    calls: Mapping[str, tuple[Said, ...]]
    answers: tuple[Submission, ...]
    ends: frozenset[str]  # end events, and steps that nobody needs to take
    steps: tuple[str, ...]
    facts: Mapping[str, Any]  # by dotted name: what must be known in the end

    @classmethod
    def parse(cls, data: bytes, *, name: str, file: str) -> Example:
        """Read an example from its JSON; raises Unpublishable."""
        try:
            about = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Unpublishable([Problem(file, "", f"this is not JSON: {error}")]) from error
        problems = [
            Problem(file, ".".join(map(str, error.path)), error.message[:300])
            for error in _schema().iter_errors(about)
        ]
        if problems:
            raise Unpublishable(problems)
        return cls(
            name=name,
            title=Localized(about["title"]),
            language=about["language"],
            policy=about.get("policy", {}),
            calls={
                element: tuple(Said(**said) for said in answers)
                for element, answers in about.get("calls", {}).items()
            },
            answers=tuple(Submission(**answer) for answer in about["answers"]),
            ends=frozenset(_several(about["expect"]["end"])),
            steps=tuple(about["expect"].get("steps", ())),
            facts=about["expect"].get("facts", {}),
        )


def _several(said: str | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else said


@cache
def _schema() -> Draft202012Validator:
    text = (resources("atrio.journeys") / "schemas" / "example.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))
