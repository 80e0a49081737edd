"""What a pack must fulfil before it is published. Pure: files in, problems out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atrio.engine.bpmn import Node
from atrio.engine.durations import is_literal
from atrio.engine.expression_check import FactKind, Names, check
from atrio.engine.forms import Field, Form, Localized
from atrio.engine.problems import Problem, Unpublishable
from atrio.engine.publication import check_decision, check_process
from atrio.journeys.journey import CUSTOMER, Journey
from atrio.journeys.packs import Pack, load_pack
from atrio.journeys.ports import CALLS, DECISION, MESSAGES, PROOF
from atrio.journeys.promises import promise_problems
from atrio.journeys.rehearsal import WentWrong, play
from atrio.journeys.texts import LENT_NAMES

_KINDS: dict[str, FactKind] = {
    "number": "number",
    "money": "money",
    "date": "date",
    "yes_no": "boolean",
    "address": "object",
    "person": "object",
    "consent": "object",
    "file": "object",
}


_LANES_OF_PEOPLE = ("customer", "admin", "associate")
_ATTRIBUTES = {
    "user": frozenset(
        {"proof", "submits", "detour", "optional", "repairs", "again", "not_by", "shows"}
    ),
    "call": frozenset({"key", "patience", "tells", "detour"}),
    "notice": frozenset({"once"}),
}
_NAME_FACTS = ("key", "proof", "shows")


def check_pack(folder: Path) -> list[Problem]:
    """Return everything that stands in the way of publishing the pack in a folder."""
    try:
        return problems_of(load_pack(folder))
    except Unpublishable as error:
        return list(error.problems)


def problems_of(pack: Pack) -> list[Problem]:
    """Return everything that stands in the way of publishing a pack."""
    try:
        journey = Journey.compile(pack)
    except Unpublishable as error:
        return list(error.problems)
    facts = known_facts(journey)
    found = [
        *_in_process(journey, facts),
        *_in_attributes(journey, facts),
        *_in_decisions(journey, facts),
        *_in_forms(journey, facts),
        *_in_texts(journey, facts),
        *_in_promises(journey, facts),
    ]
    # An example is played only in a pack that is sound otherwise: what breaks it is named above.
    return sorted(set(found or _in_examples(journey, facts)))


def known_facts(journey: Journey) -> dict[str, FactKind]:
    """Return the names an expression or a text of the journey may use, with what they are."""
    facts: dict[str, FactKind] = {}
    for element in journey.elements("call"):
        facts |= CALLS.get(element.target, {})
    for form in journey.forms.values():
        facts |= {entry.name: _kind_of(entry) for entry in form.fields if not entry.readonly}
    for table in journey.tables.values():
        facts |= dict.fromkeys((f"decision.{name}" for name in table.outputs), "any")
        facts |= DECISION
    if any("proof" in element.attributes for element in journey.elements("user")):
        facts |= PROOF
    for name, value in journey.policy.items():
        facts[f"policy.{name}"] = "text" if isinstance(value, str) else "object"
    return facts


def _kind_of(entry: Field) -> FactKind:
    return "list" if entry.multiple else _KINDS.get(entry.type, "text")


def _in_process(journey: Journey, facts: dict[str, FactKind]) -> list[Problem]:
    return check_process(
        journey.pack.processes(),
        forms=journey.forms,
        calls=CALLS,
        tables=journey.tables,
        notices=_notices(journey),
        facts=facts,
        messages=MESSAGES,
    )


def _in_attributes(journey: Journey, facts: dict[str, FactKind]) -> Iterator[Problem]:
    for scope in journey.blueprint.model.scopes():
        for node in scope.nodes.values():
            wrong = [
                *_wrong_with(node, Names.of(facts)),
                *_wrong_with_repair(node, journey),
                *_wrong_with_eyes(node, journey),
            ]
            for reason in wrong:
                yield Problem(scope.file, node.id, reason, node.line)


def _wrong_with(node: Node, names: Names) -> Iterator[str]:
    if node.kind == "user" and node.lane not in _LANES_OF_PEOPLE:
        yield f"a user task stands in the lane {' or '.join(_LANES_OF_PEOPLE)}"
    known = _ATTRIBUTES.get(node.kind, frozenset())
    for attribute, value in node.attributes.items():
        if attribute not in known:
            yield f"nobody reads atrio:{attribute} here"
        elif attribute in _NAME_FACTS and names.kind(tuple(value.split("."))) is None:
            yield f"atrio:{attribute}: nobody brings {value}"
        elif attribute == "patience" and not is_literal("duration", value):
            yield f"atrio:patience: {value!r} is not an ISO 8601 duration"


def _wrong_with_repair(node: Node, journey: Journey) -> Iterator[str]:
    """See that a step which repairs a call names the call and the answer that tries it again."""
    repairs, again = (node.attributes.get(name, "") for name in ("repairs", "again"))
    if not (repairs or again) or node.kind != "user":
        return
    if repairs not in {element.id for element in journey.elements("call")}:
        yield f"atrio:repairs: {repairs!r} is not a call of this process"
    name, _, value = again.partition("=")
    field = next((field for field in journey.forms[node.target].fields if field.name == name), None)
    if field is None or value not in {choice.value for choice in field.choices}:
        yield f"atrio:again: {again!r} is not a field of the form with one of its choices"


def _wrong_with_eyes(node: Node, journey: Journey) -> Iterator[str]:
    """See that the steps whose answerers may not answer this one are there."""
    steps = {CUSTOMER, *(element.id for element in journey.elements("user"))}
    for named in node.attributes.get("not_by", "").split():
        if named not in steps:
            yield f"atrio:not_by: {named!r} is not a step of this process"


def _in_decisions(journey: Journey, facts: dict[str, FactKind]) -> Iterator[Problem]:
    for name, content in journey.pack.under("decisions", ".json").items():
        yield from check_decision(f"decisions/{name}.json", content, facts=facts)
        if name not in {element.target for element in journey.elements("table")}:
            yield Problem(f"decisions/{name}.json", "", "no step asks this table")
        if missing := {"outcome", "reasons"} - set(journey.tables[name].outputs):
            reason = f"a decision says its {' and its '.join(sorted(missing))}"
            yield Problem(f"decisions/{name}.json", "", reason)


def _notices(journey: Journey) -> set[str]:
    """Return the notices that at least one language has; the others are missing translations."""
    return {name for texts in journey.texts.values() for name in texts.sections.get("notices", {})}


def _in_forms(journey: Journey, facts: dict[str, FactKind]) -> Iterator[Problem]:
    names = Names.of(facts)
    asked = {element.target for element in journey.elements("user")}
    for name, form in journey.forms.items():
        file = f"forms/{name}.json"
        if form.name != name:
            yield Problem(file, "", f"the form calls itself {form.name!r}")
        if name not in asked:
            yield Problem(file, "", "no step asks this form")
        for entry in form.fields:
            for expression in entry.expressions:
                for reason in check(expression, names, answers="boolean"):
                    yield Problem(file, entry.name, f"{expression}: {reason}")
            if entry.source and entry.source not in facts:
                yield Problem(file, entry.name, f"nobody brings {entry.source}")
        yield from _untranslated(form, file, journey.pack.languages)


def _untranslated(form: Form, file: str, languages: tuple[str, ...]) -> Iterator[Problem]:
    for name, text in form.texts():
        for language in _missing(text, languages):
            yield Problem(file, name, f"{text(language)!r} has no translation into {language}")


def _missing(text: Localized, languages: tuple[str, ...]) -> list[str]:
    return [code for code in languages if text and code not in text.texts]


def _in_texts(journey: Journey, facts: dict[str, FactKind]) -> Iterator[Problem]:
    pack = journey.pack
    for label, text in (("title", pack.title), ("summary", pack.summary)):
        for language in _missing(text, pack.languages):
            yield Problem("pack.toml", label, f"there is no translation into {language}")
    for language in pack.languages:
        file = f"texts/{language}.toml"
        if language not in journey.texts:
            yield Problem(file, "", "the file is missing")
            continue
        for place in _silent(journey, language):
            yield Problem(file, place, "there is no such text")
        for place in _of_strangers(journey, language):
            yield Problem(file, place, "no business unit of that code offers this journey")
    known = Names.of(facts)
    for language, texts in journey.texts.items():
        for place, name in texts.names():
            if name not in LENT_NAMES and known.kind(tuple(name.split("."))) is None:
                hint = known.like(tuple(name.split(".")))
                advice = f"; did you mean {hint}?" if hint else ""
                yield Problem(f"texts/{language}.toml", place, f"nobody knows {{{name}}}{advice}")


def _in_promises(journey: Journey, facts: dict[str, FactKind]) -> Iterator[Problem]:
    yield from promise_problems(
        journey.pack.promises,
        elements=journey.blueprint.elements,
        names=Names.of(facts),
        missing=lambda title: _missing(title, journey.pack.languages),
    )


def _of_strangers(journey: Journey, language: str) -> Iterator[str]:
    """Yield the words of business units that do not offer the journey."""
    units = journey.pack.business_units
    for name, unit in journey.texts[language].brands():
        if units and unit not in units:
            yield f"notices.{name}.brands.{unit}"


def _silent(journey: Journey, language: str) -> Iterator[str]:
    """Yield what one language does not say: an end, a notice, or what another language says."""
    texts = journey.texts[language]
    wanted = {("outcomes", element.id) for element in journey.elements("end")}
    wanted |= {("outcomes", element) for element in journey.optional}
    wanted |= {("notices", element.target) for element in journey.elements("notice")}
    wanted |= {
        ("notices", element.attributes["tells"])
        for element in journey.elements("call")
        if "tells" in element.attributes
    }
    wanted |= {("steps", element.id) for element in journey.elements("user")}
    if any("proof" in element.attributes for element in journey.elements("user")):
        wanted |= {("notices", "code"), ("notices", "resume"), ("notices", "withdrawn")}
        wanted |= {("notices", "withdrawn_on_word")}
    if any(each.has("notices", "step_asked") for each in journey.texts.values()):
        wanted |= {("notices", f"step_{what}") for what in ("asked_again", "answered", "declined")}
    for message in MESSAGES:
        if journey.blueprint.listening(message):
            wanted |= {("notices", message), ("notices", f"{message}_on_word")}
    wanted |= {("notices", name) for name in journey.pack.reminders.notices}
    for other in journey.texts.values():
        wanted |= other.places()
    for section, name in sorted(wanted):
        if not texts.has(section, name):
            yield f"{section}.{name}"


def _in_examples(journey: Journey, facts: dict[str, FactKind]) -> Iterator[Problem]:
    if not journey.examples:
        yield Problem("examples", "", "a pack tells at least one story")
    for example in journey.examples:
        file = f"examples/{example.name}.json"
        strangers = example.calls.keys() - {element.id for element in journey.elements("call")}
        for element in sorted(strangers):
            yield Problem(file, element, "there is no such call")
        for element, said in example.calls.items():
            for name in sorted({name for answer in said for name in answer.facts} - facts.keys()):
                yield Problem(file, element, f"no call brings {name}")
        try:
            play(journey, example)
        except WentWrong as error:
            yield Problem(file, "", str(error))
