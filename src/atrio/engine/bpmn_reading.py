"""Reads BPMN files into our model, safely, and refuses what is not in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from lxml import etree

from .bpmn import ACTIVITY_KINDS, Flow, Kind, Lane, Model, Node, Scope, TimerRule
from .bpmn_refusals import REFUSED, REFUSED_EVENTS
from .bpmn_xml import (
    Unreadable,
    is_of_another_engine,
    line_of,
    local,
    our_attributes,
    parse,
    tag,
)
from .durations import Form
from .problems import Problem

DEEPEST_SUBPROCESS = 8
_ID = re.compile(r"[A-Za-z_][\w.-]{0,99}")

_TASKS: dict[str, tuple[Kind, str]] = {
    "userTask": ("user", "form"),
    "serviceTask": ("call", "call"),
    "businessRuleTask": ("table", "table"),
    "sendTask": ("notice", "notice"),
}
_GATEWAYS: dict[str, Kind] = {"exclusiveGateway": "choice", "parallelGateway": "parallel"}
_DRAWING_ONLY = frozenset({"textAnnotation", "association", "group", "laneSet"})
_ANYWHERE = frozenset({"incoming", "outgoing", "documentation", "extensionElements"})
_EVENT_DEFINITIONS = ("EventDefinition", "eventDefinitionRef")


class Reader:
    """Reads one file after the other; `problems` grows, `model()` tells what was understood."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._file = ""
        self._processes: dict[str, Scope] = {}
        self._lanes: dict[str, Lane] = {}
        self._errors: dict[str, str] = {}
        self._messages: dict[str, str] = {}
        self._lane_of: dict[str, str] = {}
        self._seen: dict[str, str] = {}  # id → file

    def read(self, file: str, content: bytes) -> None:
        """Read one file. Problems are noted, never raised."""
        self._file = file
        try:
            root = parse(content)
        except Unreadable as error:
            self._refuse_file(str(error), line=error.line)
            return
        self._read_definitions(root)
        found = False
        for process in root.iterchildren(tag("process")):
            found = True
            self._read_process(process)
        if not found:
            self._refuse_file("there is no process in this file")

    def model(self, entry: str | None) -> Model | None:
        """Return the model, None when there is nothing to enter or no telling what."""
        called = {
            node.target
            for process in self._processes.values()
            for scope in process.with_inner()
            for node in scope.nodes.values()
            if node.kind == "process"
        }
        uncalled = [name for name in self._processes if name not in called]
        entries = [entry] if entry is not None else uncalled or list(self._processes)
        if len(entries) == 1 and entries[0] in self._processes:
            lanes = tuple(self._lanes.values())
            return Model(MappingProxyType(self._processes), entries[0], lanes)
        for name in entries:
            scope = self._processes.get(name)
            reason = f"one process is called by no other; here it could be {', '.join(entries)}"
            if scope is None:
                self._refuse_file(f"there is no process {name!r}")
            else:
                self.problems.append(Problem(scope.file, name, reason, scope.line))
        return None

    def _read_definitions(self, root: etree._Element) -> None:
        for element in root.iterchildren():
            name = local(element)
            if name in ("import", "dataStore"):
                self._refuse(element, f"<{name}> is not followed: data lives in facts")
        for element in root.iterchildren(tag("error")):
            self._errors[element.get("id", "")] = element.get("errorCode", "")
        for element in root.iterchildren(tag("message")):
            self._messages[element.get("id", "")] = element.get("name", "")
        for lane in root.iter(tag("lane")):
            self._lanes[lane.get("id", "")] = Lane(lane.get("id", ""), lane.get("name", ""))
            for reference in lane.iterchildren(tag("flowNodeRef")):
                # Document order: a lane within a lane comes later and is the nearer one.
                self._lane_of[(reference.text or "").strip()] = lane.get("id", "")

    def _read_process(self, element: etree._Element) -> None:
        if element.get("isExecutable") == "false":
            self._refuse(element, 'the process is marked isExecutable="false"')
        scope = self._read_scope(element, lane="", depth=0)
        if self._take_id(element):
            self._processes[scope.id] = scope

    def _read_scope(self, element: etree._Element, *, lane: str, depth: int) -> Scope:
        nodes: dict[str, Node] = {}
        flows: list[Flow] = []
        for child in element.iterchildren():
            name = local(child)
            if name == "sequenceFlow":
                flows.append(self._read_flow(child))
            elif name in _DRAWING_ONLY | _ANYWHERE:
                continue
            elif (node := self._read_node(child, lane, depth)) is not None:
                nodes[node.id] = node
        return Scope(
            id=element.get("id", ""),
            name=element.get("name", ""),
            file=self._file,
            line=line_of(element),
            nodes=MappingProxyType(nodes),
            flows=tuple(flows),
        )

    def _read_flow(self, element: etree._Element) -> Flow:
        self._take_id(element)
        condition = element.find(tag("conditionExpression"))
        text = None
        if condition is not None:
            text = (condition.text or "").strip()
            if condition.get("language"):
                self._refuse(element, "conditions have one language, ZEN: leave `language` out")
        return Flow(
            id=element.get("id", ""),
            source=element.get("sourceRef", ""),
            target=element.get("targetRef", ""),
            condition=text,
            line=line_of(element),
        )

    def _read_node(self, element: etree._Element, lane: str, depth: int) -> Node | None:
        name = local(element)
        lane = self._lane_of.get(element.get("id", ""), lane)
        node: Node | None
        if name in _TASKS:
            node = self._read_task(element, lane, *_TASKS[name])
        elif name in _GATEWAYS:
            node = self._node(element, lane, _GATEWAYS[name], default=element.get("default", ""))
        elif name in ("startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent"):
            node = self._read_event(element, lane, name)
        elif name == "subProcess":
            node = self._read_subprocess(element, lane, depth)
        elif name == "callActivity":
            node = self._node(element, lane, "process", target=element.get("calledElement", ""))
        else:
            self._refuse(element, REFUSED.get(name, f"<{name}> is not supported"))
            return None
        known = self._take_id(element)
        self._check_content(element, node)
        return node if known else None

    def _read_task(self, element: etree._Element, lane: str, kind: Kind, names: str) -> Node:
        attributes = our_attributes(element)
        target = attributes.pop(names, "")
        if not target:
            self._refuse(element, f"a {local(element)} needs atrio:{names}")
        return self._node(element, lane, kind, target=target, attributes=attributes)

    def _read_subprocess(self, element: etree._Element, lane: str, depth: int) -> Node:
        if element.get("triggeredByEvent") == "true":
            self._refuse(element, "event subprocesses are not supported: use boundary events")
        if depth == DEEPEST_SUBPROCESS:
            self._refuse(element, f"subprocesses are nested deeper than {DEEPEST_SUBPROCESS}")
            return self._node(element, lane, "subprocess")
        inner = self._read_scope(element, lane=lane, depth=depth + 1)
        return self._node(element, lane, "subprocess", inner=inner)

    def _read_event(self, element: etree._Element, lane: str, name: str) -> Node | None:
        definition = self._definition(element)
        if name == "startEvent":
            if definition is not None:
                self._refuse(element, "a start event has no definition: applications start it")
            return self._node(element, lane, "start")
        if name == "endEvent":
            return self._read_end(element, lane, definition)
        what = "" if definition is None else local(definition)
        at_boundary = name == "boundaryEvent"
        if definition is not None and what == "timerEventDefinition":
            return self._node(
                element,
                lane,
                "timer",
                timer=self._read_timer(element, definition),
                attached_to=element.get("attachedToRef", "") if at_boundary else "",
                interrupting=element.get("cancelActivity", "true") == "true",
            )
        if definition is not None and what == "errorEventDefinition" and at_boundary:
            if element.get("cancelActivity", "true") != "true":
                self._refuse(element, "an error always interrupts: set cancelActivity to true")
            code = self._error_code(element, definition)
            host = element.get("attachedToRef", "")
            return self._node(element, lane, "error", error=code, attached_to=host)
        if definition is not None and what == "messageEventDefinition" and at_boundary:
            if element.get("cancelActivity", "true") != "true":
                self._refuse(element, "a message always interrupts: set cancelActivity to true")
            message = self._message(element, definition)
            host = element.get("attachedToRef", "")
            return self._node(element, lane, "message", message=message, attached_to=host)
        if what not in REFUSED_EVENTS:
            self._refuse(
                element,
                "only timers can be waited for, and errors and messages caught at a boundary",
            )
        return None

    def _definition(self, element: etree._Element) -> etree._Element | None:
        """Return an event's one definition, refusing those that we do not keep."""
        found: etree._Element | None = None
        for child in element.iterchildren():
            name = local(child)
            if name == "eventDefinitionRef":
                self._refuse(element, "write the event definition into the event itself")
            elif name.endswith("EventDefinition"):
                if (reason := REFUSED_EVENTS.get(name)) is not None:
                    self._refuse(element, reason)
                elif found is not None:
                    self._refuse(element, "an event has one definition only")
                found = child
        return found

    def _read_end(
        self, element: etree._Element, lane: str, definition: etree._Element | None
    ) -> Node:
        what = local(definition) if definition is not None else ""
        if what == "errorEventDefinition" and definition is not None:
            code = self._error_code(element, definition)
            if not code:
                self._refuse(element, "an error end event needs an error with an errorCode")
            return self._node(element, lane, "end", ending="error", error=code)
        if what == "terminateEventDefinition":
            return self._node(element, lane, "end", ending="terminate")
        if what and what not in REFUSED_EVENTS:
            self._refuse(element, f"an end event cannot be a {what}")
        return self._node(element, lane, "end", ending="plain")

    def _read_timer(self, element: etree._Element, definition: etree._Element) -> TimerRule | None:
        forms: dict[str, Form] = {"timeDuration": "duration", "timeDate": "date"}
        for child in definition.iterchildren():
            text = (child.text or "").strip()
            if (form := forms.get(local(child))) is not None and text:
                return TimerRule(form, text)
            if local(child) == "timeCycle":
                self._refuse(element, "repeating timers are not supported: draw the flow back")
                return None
        self._refuse(element, "a timer needs a timeDuration or a timeDate")
        return None

    def _error_code(self, element: etree._Element, definition: etree._Element) -> str:
        reference = definition.get("errorRef")
        if reference is None:
            return ""
        code = self._errors.get(reference, "")
        if not code:
            self._refuse(element, f"the error {reference!r} is not defined or has no errorCode")
        return code

    def _message(self, element: etree._Element, definition: etree._Element) -> str:
        name = self._messages.get(definition.get("messageRef", ""), "")
        if not name:
            self._refuse(element, "a message event needs a message with a name")
        return name

    def _node(
        self,
        element: etree._Element,
        lane: str,
        kind: Kind,
        *,
        attributes: Mapping[str, str] | None = None,
        **details: object,
    ) -> Node:
        return Node(
            id=element.get("id", ""),
            name=" ".join(element.get("name", "").split()),
            kind=kind,
            line=line_of(element),
            lane=lane,
            attributes=MappingProxyType(
                dict(our_attributes(element) if attributes is None else attributes)
            ),
            **details,  # type: ignore[arg-type]  # each caller gives its kind's own fields
        )

    def _check_content(self, element: etree._Element, node: Node | None) -> None:
        """Refuse what stands inside a node, or on it, and would be passed over."""
        if element.get("isForCompensation") == "true":
            self._refuse(element, "nothing is compensated by itself: draw what is to be done")
        for quantity in ("startQuantity", "completionQuantity"):
            if element.get(quantity, "1") != "1":
                self._refuse(element, f"{quantity} other than 1 is not supported")
        if node is not None and node.kind in ACTIVITY_KINDS and element.get("default"):
            self._refuse(element, "only an exclusive gateway has a default flow")
        self._check_other_engines(element)
        is_event = local(element).endswith("Event")
        for child in element.iterchildren():
            name = local(child)
            if name in _ANYWHERE or (is_event and name.endswith(_EVENT_DEFINITIONS)):
                continue
            if node is None or node.inner is None:
                reason = REFUSED.get(name, f"<{name}> is not supported here")
                self._refuse(element, reason, at=child)

    def _check_other_engines(self, element: etree._Element) -> None:
        """Refuse what another engine would act on, as an attribute or as an extension."""
        for attribute in map(str, element.attrib):
            if is_of_another_engine(attribute):
                self._refuse(element, f"{attribute} belongs to another engine")
        for extensions in element.iterchildren(tag("extensionElements")):
            for child in extensions.iterchildren():
                if is_of_another_engine(str(child.tag)):
                    self._refuse(element, f"{child.tag!s} belongs to another engine", at=child)

    def _take_id(self, element: etree._Element) -> bool:
        identifier = element.get("id", "")
        if not _ID.fullmatch(identifier):
            self._refuse(element, f"the id {identifier!r} must be letters, digits, _ . or -")
            return False
        if identifier in self._seen:
            where = self._seen[identifier]
            self._refuse(element, f"the id is already used in {where}: ids are unique in a pack")
            return False
        self._seen[identifier] = self._file
        return True

    def _refuse(
        self, element: etree._Element, reason: str, *, at: etree._Element | None = None
    ) -> None:
        # What has no id is told by the nearest thing around it that has.
        around = (e.get("id", "") for e in (element, *element.iterancestors()))
        named = next(filter(None, around), "")
        line = line_of(element if at is None else at)
        self.problems.append(Problem(self._file, named, reason, line))

    def _refuse_file(self, reason: str, *, line: int = 0) -> None:
        self.problems.append(Problem(self._file, "", reason, line))


def read(
    files: Mapping[str, bytes], *, entry: str | None = None
) -> tuple[Model | None, list[Problem]]:
    """Read the BPMN files of a pack; the model is None when there is nothing to run."""
    reader = Reader()
    if not files:
        reader.problems.append(Problem("", "", "there is no BPMN file"))
    for file, content in sorted(files.items()):
        reader.read(file, content)
    return reader.model(entry), reader.problems
