"""What of BPMN we refuse, and what its author can draw instead."""

from __future__ import annotations

REFUSED = {
    "scriptTask": "scripts are not run: decide with a table, compute in a call",
    "task": "an untyped task does nothing: make it a user, service, business rule or send task",
    "manualTask": "nobody can tell when a manual task is done: make it a user task",
    "receiveTask": "messages are not received: make it a service task that waits for its call",
    "transaction": "transactions are not supported: catch errors with boundary events",
    "adHocSubProcess": "an ad hoc subprocess has no order that could be promised",
    "inclusiveGateway": "inclusive gateways are not supported: use exclusive and parallel ones",
    "complexGateway": "complex gateways are not supported: use exclusive and parallel ones",
    "eventBasedGateway": "event-based gateways are not supported: "
    "put a boundary timer on the task that is waited for",
    "intermediateThrowEvent": "intermediate events that throw do nothing here: use a send task",
    "callChoreography": "choreographies are not run",
    "dataObject": "data lives in facts, not in data objects",
    "dataObjectReference": "data lives in facts, not in data objects",
    "dataStoreReference": "data lives in facts, not in data stores",
    "dataInputAssociation": "data associations are not followed: every step sees all facts",
    "dataOutputAssociation": "data associations are not followed: every step sees all facts",
    "ioSpecification": "inputs and outputs are not followed: every step sees all facts",
    "property": "properties are not kept: data lives in facts",
    "multiInstanceLoopCharacteristics": "a task cannot be repeated for every item of a list",
    "standardLoopCharacteristics": "a task does not loop by itself: draw the flow back",
    "script": "scripts are not run",
}
REFUSED_EVENTS = {
    "linkEventDefinition": "link events end silently: draw the flow",
    "signalEventDefinition": "signals are not exchanged",
    "escalationEventDefinition": "escalations are not supported: use an error or a timer",
    "conditionalEventDefinition": "conditional events are not watched: use an exclusive gateway",
    "compensateEventDefinition": "nothing is compensated by itself: draw what is to be done",
    "cancelEventDefinition": "cancel events belong to transactions, which are not supported",
}
