"""Draws small BPMN files from a few words, so that a test shows the process it is about."""

import json
import re

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:atrio="https://atrio.dev/bpmn" targetNamespace="https://atrio.dev/test">'
)
_TASKS = {
    "user": ("userTask", "form"),
    "call": ("serviceTask", "call"),
    "table": ("businessRuleTask", "table"),
    "notice": ("sendTask", "notice"),
}
_FLOW = re.compile(
    r"(?P<source>\S+) > (?P<target>\S+)(?: if (?P<condition>.+))?(?P<default> else)?"
)


def process(*lines, name="main"):
    """Return a process. A line is a node, a flow, or a subprocess drawn by `subprocess`.

    `user ask`, `call create`, `choice which`, `parallel fork`, `end done`, `end bad error=x`,
    `timer wait PT1H`, `error caught on=create code=x`, `timer late PT1H on=ask keep`,
    `message gone on=ask says=withdrawn`,
    `process inner calls=other`, `a > b`, `a > b if x == 1`, `a > b else`.
    """
    return f'<process id="{name}" isExecutable="true">{content(*lines)}</process>'


def subprocess(name, *lines):
    return f'<subProcess id="{name}">{content(*lines)}</subProcess>'


def content(*lines):
    defaults = {}
    flows = []
    nodes = []
    for line in lines:
        if line.startswith("<"):
            nodes.append(line)
        elif flow := _FLOW.fullmatch(line):
            number = f"{flow['source']}_{flow['target']}"
            condition = ""
            if flow["default"]:
                defaults[flow["source"]] = number
            if flow["condition"]:
                text = flow["condition"].replace("&", "&amp;").replace("<", "&lt;")
                condition = f"<conditionExpression>{text}</conditionExpression>"
            flows.append(
                f'<sequenceFlow id="{number}" sourceRef="{flow["source"]}" '
                f'targetRef="{flow["target"]}">{condition}</sequenceFlow>'
            )
        else:
            nodes.append(line)
    drawn = [node if node.startswith("<") else _node(node, defaults) for node in nodes]
    return "\n".join(drawn + flows)


def _node(line, defaults):
    kind, name, *rest = line.split()
    options = dict(word.split("=", 1) for word in rest if "=" in word)
    words = [word for word in rest if "=" not in word]
    if kind in _TASKS:
        tag, target = _TASKS[kind]
        return f'<{tag} id="{name}" name="{name}" atrio:{target}="{options.get("to", name)}"/>'
    if kind == "choice":
        default = f' default="{defaults[name]}"' if name in defaults else ""
        return f'<exclusiveGateway id="{name}"{default}/>'
    if kind == "parallel":
        return f'<parallelGateway id="{name}"/>'
    if kind == "start":
        return f'<startEvent id="{name}"/>'
    if kind == "process":
        return f'<callActivity id="{name}" calledElement="{options["calls"]}"/>'
    if kind == "end":
        inner = "<terminateEventDefinition/>" if "terminate" in words else ""
        if "error" in options:
            inner = f'<errorEventDefinition errorRef="error_{options["error"]}"/>'
        return f'<endEvent id="{name}">{inner}</endEvent>'
    return _event(kind, name, options, words)


def _event(kind, name, options, words):
    if kind == "error":
        code = f' errorRef="error_{options["code"]}"' if "code" in options else ""
        inner = f"<errorEventDefinition{code}/>"
    elif kind == "message":
        inner = f'<messageEventDefinition messageRef="message_{options["says"]}"/>'
    else:
        form = "timeDate" if "date" in words else "timeDuration"
        text = next(word for word in words if word not in ("keep", "date"))
        inner = f"<timerEventDefinition><{form}>{text}</{form}></timerEventDefinition>"
    if "on" not in options:
        return f'<intermediateCatchEvent id="{name}">{inner}</intermediateCatchEvent>'
    cancel = "false" if "keep" in words else "true"
    return (
        f'<boundaryEvent id="{name}" attachedToRef="{options["on"]}" '
        f'cancelActivity="{cancel}">{inner}</boundaryEvent>'
    )


def file(*processes):
    """Return a BPMN file with the processes, and every error and message that they name."""
    body = "\n".join(processes)
    said = sorted(set(re.findall(r'messageRef="message_(\w+)"', body)))
    messages = "".join(f'<message id="message_{name}" name="{name}"/>' for name in said)
    codes = sorted(set(re.findall(r'errorRef="error_(\w+)"', body)))
    errors = "".join(f'<error id="error_{code}" errorCode="{code}"/>' for code in codes)
    return f"{HEAD}{errors}{messages}\n{body}</definitions>".encode()


def files(*processes):
    return {"process.bpmn": file(*processes)}


def table_file(inputs, outputs, *rows, hit_policy="first"):
    """Return a decision file with one table; a row lists its cells, inputs first."""
    columns = [f"c{number}" for number in range(len(inputs) + len(outputs))]
    table = {
        "hitPolicy": hit_policy,
        "inputs": [
            {"id": column, "name": field, "field": field}
            for column, field in zip(columns, inputs, strict=False)
        ],
        "outputs": [
            {"id": column, "name": field, "field": field}
            for column, field in zip(columns[len(inputs) :], outputs, strict=True)
        ],
        "rules": [
            {"_id": f"r{number}"} | dict(zip(columns, row, strict=True))
            for number, row in enumerate(rows, start=1)
        ],
    }
    if hit_policy == "collect":
        table["outputPath"] = "all"
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": "e1", "sourceId": "in", "targetId": "table"},
        {"id": "e2", "sourceId": "table", "targetId": "out"},
    ]
    return json.dumps({"nodes": nodes, "edges": edges}).encode()
