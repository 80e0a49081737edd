"""A pack of another country, small enough to read, written into a folder of a test."""

import json
from pathlib import Path

PACK = """
name = "company_xx"
country = "DE"
customer = "company"
default_language = "en"
languages = ["en", "de"]
time_zone = "Europe/Berlin"
currency = "EUR"

[title]
en = "Company in Germany"
de = "Unternehmen in Deutschland"

[clock]
customer = 60
ours = 10
outside = 20
"""
PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
             xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
             xmlns:atrio="https://atrio.dev/bpmn" targetNamespace="https://atrio.dev/tests">
  <process id="company_xx" isExecutable="true">
    <laneSet id="lanes">
      <lane id="customer" name="Customer">
        <flowNodeRef>started</flowNodeRef>
        <flowNodeRef>enter_vat</flowNodeRef>
        <flowNodeRef>served</flowNodeRef>
        <flowNodeRef>sent_away</flowNodeRef>
      </lane>
      <lane id="shop" name="Shop">
        <flowNodeRef>decide</flowNodeRef>
        <flowNodeRef>decided</flowNodeRef>
        <flowNodeRef>send_welcome</flowNodeRef>
      </lane>
    </laneSet>
    <startEvent id="started" />
    <userTask id="enter_vat" name="Enter the VAT number" atrio:form="company" />
    <businessRuleTask id="decide" name="Decide" atrio:table="risk" />
    <exclusiveGateway id="decided" name="Approved?" default="not_approved" />
    <sendTask id="send_welcome" name="Welcome" atrio:notice="welcome" />
    <endEvent id="served" name="Served" />
    <endEvent id="sent_away" name="Sent away" />
    <sequenceFlow id="f1" sourceRef="started" targetRef="enter_vat" />
    <sequenceFlow id="f2" sourceRef="enter_vat" targetRef="decide" />
    <sequenceFlow id="f3" sourceRef="decide" targetRef="decided" />
    <sequenceFlow id="approved" sourceRef="decided" targetRef="send_welcome">
      <conditionExpression xsi:type="tFormalExpression">
        decision.outcome == "APPROVE"
      </conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="not_approved" sourceRef="decided" targetRef="sent_away" />
    <sequenceFlow id="f5" sourceRef="send_welcome" targetRef="served" />
  </process>
</definitions>
"""
FORM = {
    "name": "company",
    "title": {"en": "Your company", "de": "Ihr Unternehmen"},
    "fields": [
        {
            "name": "company.tax_id",
            "type": "tax_id",
            "country": "DE",
            "kind": "eu_vat",
            "label": {"en": "VAT number", "de": "USt-IdNr."},
            "required": True,
        },
        {
            "name": "company.employees",
            "type": "number",
            "decimals": 0,
            "label": {"en": "Employees", "de": "Beschäftigte"},
            "required": True,
        },
        {
            "name": "contact.email",
            "type": "email",
            "label": {"en": "Email", "de": "E-Mail"},
        },
    ],
}
TABLE = {
    "contentType": "application/vnd.gorules.decision",
    "nodes": [
        {"id": "facts", "name": "Facts", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {
            "id": "table",
            "name": "Risk",
            "type": "decisionTableNode",
            "position": {"x": 200, "y": 0},
            "content": {
                "hitPolicy": "first",
                "inputs": [{"id": "i", "name": "Employees", "field": "company.employees"}],
                "outputs": [
                    {"id": "o", "name": "Outcome", "field": "outcome"},
                    {"id": "r", "name": "Reasons", "field": "reasons"},
                ],
                "rules": [
                    {"_id": "big", "i": ">= 10", "o": '"APPROVE"', "r": '["big"]'},
                    {"_id": "rest", "i": "", "o": '"DECLINE"', "r": '["small"]'},
                ],
            },
        },
        {"id": "out", "name": "Decision", "type": "outputNode", "position": {"x": 400, "y": 0}},
    ],
    "edges": [
        {"id": "a", "type": "edge", "sourceId": "facts", "targetId": "table"},
        {"id": "b", "type": "edge", "sourceId": "table", "targetId": "out"},
    ],
}
TEXTS = """
[steps.enter_vat]
name = "{words}"
doing = "{words}"
done = "{words}"
who = "customer"

[outcomes.served]
title = "{words}"
text = "{words} {{company.tax_id}}"
good = true

[outcomes.sent_away]
title = "{words}"
text = "{words}"
good = false

[notices.welcome]
subject = "{words}"
text = "{words} {{link}}"
"""
EXAMPLE = {
    "title": {"en": "A big company"},
    "language": "de",
    "answers": [
        {
            "step": "enter_vat",
            "form": {"company.tax_id": "DE 136695976", "company.employees": "1.200"},
        }
    ],
    "expect": {
        "end": "served",
        "steps": ["enter_vat", "decide", "send_welcome"],
        "facts": {"company.tax_id": "DE136695976", "decision.outcome": "APPROVE"},
    },
}
FILES = {
    "pack.toml": PACK,
    "process.bpmn": PROCESS,
    "forms/company.json": json.dumps(FORM),
    "decisions/risk.json": json.dumps(TABLE),
    "policy/approval.json": '{"mode": "automatic"}',
    "texts/en.toml": TEXTS.format(words="In English"),
    "texts/de.toml": TEXTS.format(words="Auf Deutsch"),
    "examples/big.json": json.dumps(EXAMPLE),
}


def write_pack(root: Path, **changed: str | None) -> Path:
    """Write the pack; `changed` replaces files by their path, None leaves one out."""
    folder = root / "company_xx"
    for path, text in (FILES | changed).items():
        if text is not None:
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    return folder
