"""A pack compiled for use: what an application runs on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from atrio.engine.forms import Field, Form, Localized, Message, as_text, fact
from atrio.engine.problems import Problem, Unpublishable
from atrio.engine.process import Blueprint, Element, OpenTask
from atrio.engine.tables import Table

from .examples import Example
from .messages import say
from .packs import Pack
from .texts import CUSTOMER_NAME, Lookup, Notice, OutcomeText, StepText, Texts

# In `atrio:not_by`: whoever has typed for the customer.
CUSTOMER = "customer"
# What `{customer}` is in texts, the first that is known.
_CALLED = ("company.legal_name", "contact.name")
FILLED_IN, SOMEBODY_ELSE = "filled_in", "somebody_else_decides"


@dataclass(frozen=True, slots=True)
class Journey:
    """Process, forms, tables, policy and texts of one pack, immutable and shared by threads."""

    pack: Pack
    blueprint: Blueprint
    forms: Mapping[str, Form]
    tables: Mapping[str, Table]
    policy: Mapping[str, Any]  # fact `policy.<file>`: the file's mode, or all it says
    texts: Mapping[str, Texts]
    examples: tuple[Example, ...]

    @classmethod
    def compile(cls, pack: Pack) -> Journey:
        """Compile a pack; raises Unpublishable with every problem of every file."""
        problems: list[Problem] = []

        def attempt(make: Any, *args: Any, **options: Any) -> Any:
            try:
                return make(*args, **options)
            except Unpublishable as error:
                problems.extend(error.problems)

        blueprint = attempt(Blueprint.compile, pack.processes())
        forms = {
            name: attempt(
                Form.parse, data, file=f"forms/{name}.json", default_language=pack.default_language
            )
            for name, data in pack.under("forms", ".json").items()
        }
        tables = {
            name: attempt(_table, name, data)
            for name, data in pack.under("decisions", ".json").items()
        }
        policy = {
            name: attempt(_policy, data, f"policy/{name}.json")
            for name, data in pack.under("policy", ".json").items()
        }
        texts = {
            name: attempt(Texts.parse, data, language=name, file=f"texts/{name}.toml")
            for name, data in pack.under("texts", ".toml").items()
        }
        examples = [
            attempt(Example.parse, data, name=name, file=f"examples/{name}.json")
            for name, data in pack.under("examples", ".json").items()
        ]
        if problems:
            raise Unpublishable(problems)
        return cls(pack, blueprint, forms, tables, policy, texts, tuple(examples))

    @property
    def policy_facts(self) -> dict[str, Any]:
        """Return the facts with which every application starts."""
        return {"policy": dict(self.policy)}

    def elements(self, *kinds: str) -> tuple[Element, ...]:
        """Return the elements of these kinds, in the drawing's order."""
        return tuple(element for element in self.blueprint.elements if element.kind in kinds)

    @property
    def detours(self) -> frozenset[str]:
        """Return the user tasks that most people never meet: they carry `atrio:detour`."""
        return frozenset(e.id for e in self.elements("user") if "detour" in e.attributes)

    @property
    def optional(self) -> frozenset[str]:
        """Return the user tasks that one may take or leave: they carry `atrio:optional`."""
        return frozenset(e.id for e in self.elements("user") if "optional" in e.attributes)

    @property
    def correctable(self) -> tuple[Element, ...]:
        """Return the customer's steps whose answers an associate may correct.

        Not a code, not a consent, and not what a call is known by: with another tax number it
        is another application.
        """
        keys = {element.attributes.get("key") for element in self.elements("call")}
        return tuple(
            element
            for element in self.elements("user")
            if element.lane == "customer"
            and not {"proof", "optional"} & element.attributes.keys()
            and not any(
                field.type == "consent" or field.name in keys
                for field in self.forms[element.target].fields
            )
        )

    def not_by(self, element: Element | OpenTask) -> tuple[str, ...]:
        """Return whose answers keep a person from answering this step, too.

        Names of steps (`atrio:not_by`), and CUSTOMER for whoever typed for the customer: where the
        step says so, and at every decision if the policy `filled_in` wants somebody else.
        """
        names = tuple(element.attributes.get("not_by", "").split())
        decides = element.lane == "associate" and "repairs" not in element.attributes
        if decides and self.policy.get(FILLED_IN) == SOMEBODY_ELSE and CUSTOMER not in names:
            return (*names, CUSTOMER)
        return names

    def form_at(self, element: str) -> Form:
        """Return the form of a user task; raises KeyError."""
        for candidate in self.elements("user"):
            if candidate.id == element:
                return self.forms[candidate.target]
        raise KeyError(element)

    def field(self, name: str) -> Field:
        """Return the field that asks for a fact; raises KeyError where no form does."""
        for form in self.forms.values():
            for entry in form.fields:
                if entry.name == name and not entry.readonly:
                    return entry
        raise KeyError(name)

    def language(self, wanted: str) -> str:
        """Return the pack's language that serves a reader of `wanted` best."""
        return Localized({code: code for code in self.pack.languages}, self.pack.default_language)(
            wanted
        )

    def step_text(self, element: str, language: str) -> StepText | None:
        """Return how to speak of a step, None if customers do not hear of it."""
        return self._texts(language).step(element)

    def step_name(self, element: str, language: str) -> str:
        """Return what a step is called, in the pack's words if it has any for it."""
        if text := self.step_text(element, language):
            return text.name
        found = (one.name for one in self.blueprint.elements if one.id == element)
        return next(found, element)

    def asked(self, element: str, language: str) -> str:
        """Return what is asked of us as its form calls it; what a step of others' is called."""
        for one in self.elements("user"):
            if one.id == element and one.lane == "associate":
                return self.forms[one.target].title(language)
        return self.step_name(element, language)

    def outcome(self, element: str, language: str, facts: Mapping[str, Any]) -> OutcomeText | None:
        """Return how an end is told, None if it is not."""
        return self._texts(language).outcome(element, self._lookup(facts, {}, language))

    def notice(
        self, name: str, language: str, facts: Mapping[str, Any], *, unit: str = "", **lent: str
    ) -> Notice:
        """Return a message with its names filled in from the facts and from what is lent.

        `lent` are the names of `texts.LENT_NAMES`: code, link, reference and so on; `unit` is the
        business unit in whose words it speaks, if it has some. Raises KeyError for a message the
        pack does not have.
        """
        look_up = self._lookup(facts, lent, language)
        open_ = say(Message("open"), self.language(language))
        notice = self._texts(language).notice(name, look_up, unit=unit, open_=open_)
        if notice is None:
            raise KeyError(name)
        return notice

    @property
    def notices(self) -> tuple[str, ...]:
        """Return the messages the pack has, by name."""
        return tuple(self._texts(self.pack.default_language).sections.get("notices", {}))

    def reason(self, code: str, language: str) -> str:
        """Return what a decision's reason means."""
        return self._texts(language).word("reasons", code)

    def lane(self, lane: str, language: str) -> str:
        """Return what a lane is called."""
        return self._texts(language).word("lanes", lane)

    def promise_title(self, name: str, language: str) -> str:
        """Return what a promise of the pack's own is called, or a step; "" for the access clock."""
        own, _of, element = name.partition(":")
        if element:
            step = self.step_text(element, language)
            return step.name if step else element
        terms = self.pack.promises.named.get(own)
        return terms.title(language) if terms else ""

    def _texts(self, language: str) -> Texts:
        return self.texts[self.language(language)]

    def _lookup(self, facts: Mapping[str, Any], lent: Mapping[str, str], language: str) -> Lookup:
        fields = {entry.name: entry for form in self.forms.values() for entry in form.fields}

        def look_up(name: str) -> str:
            if name in lent:
                return lent[name]
            if name == CUSTOMER_NAME:
                name = next(filter(lambda each: fact(facts, each), _CALLED), "")
            value = fact(facts, name)
            if name in fields:
                return as_text(fields[name], value, language, say)
            return "" if value is None or isinstance(value, (dict, list)) else str(value)

        return look_up


def _table(name: str, data: bytes) -> Table:
    try:
        return Table.compile(name, data)
    except Unpublishable as error:
        file = f"decisions/{name}.json"
        raise Unpublishable(replace(problem, file=file) for problem in error.problems) from error


def _policy(data: bytes, file: str) -> Any:
    try:
        about = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unpublishable([Problem(file, "", f"this is not JSON: {error}")]) from error
    if not isinstance(about, dict):
        raise Unpublishable([Problem(file, "", "a policy is a JSON object")])
    if "mode" not in about:
        return about
    modes: Iterable[Any] = about.get("modes", [about["mode"]])
    if about["mode"] not in modes:
        raise Unpublishable([Problem(file, "mode", f"{about['mode']!r} is not one of the modes")])
    return about["mode"]
