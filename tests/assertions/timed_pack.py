"""The Brazilian pack as a stricter house would have it: people approve, and clocks run.

A reminder is sent beside the code, and a review nobody comes to in a day ends with a refusal.
"""

from __future__ import annotations

import json

from atrio.journeys.packs import load_pack, write_pack
from atrio.site.commands.rehearse import PACKS

_REMINDER = """
    <bpmn:boundaryEvent id="an_hour_gone" attachedToRef="prove_email" cancelActivity="false">
      <bpmn:outgoing>remind</bpmn:outgoing>
      <bpmn:timerEventDefinition id="an_hour_gone_timer">
        <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sendTask id="send_reminder" name="Remind" atrio:notice="delayed">
      <bpmn:incoming>remind</bpmn:incoming>
      <bpmn:outgoing>was_reminded</bpmn:outgoing>
    </bpmn:sendTask>
    <bpmn:endEvent id="reminded"><bpmn:incoming>was_reminded</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="remind" sourceRef="an_hour_gone" targetRef="send_reminder" />
    <bpmn:sequenceFlow id="was_reminded" sourceRef="send_reminder" targetRef="reminded" />
"""
_DEADLINE = """
    <bpmn:boundaryEvent id="a_day_gone" attachedToRef="review">
      <bpmn:outgoing>too_late</bpmn:outgoing>
      <bpmn:timerEventDefinition id="a_day_gone_timer">
        <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P1D</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="too_late" sourceRef="a_day_gone" targetRef="send_refusal" />
"""
_OUTCOME = """
[outcomes.reminded]
title = "Reminded"
text = "Reminded"
good = false
"""
_LANES = {
    "prove_email": ("an_hour_gone", "send_reminder", "reminded"),
    "review": ("a_day_gone",),
}


def write_timed_pack(root):
    """Write the pack and return its folder."""
    folder = root / "company_br"
    write_pack(load_pack(PACKS / "company_br"), folder)
    drawing = (folder / "process.bpmn").read_text()
    for neighbour, nodes in _LANES.items():
        refs = [f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in (neighbour, *nodes)]
        drawing = drawing.replace(refs[0], "".join(refs))
    drawing = drawing.replace(
        "<bpmn:incoming>not_approved</bpmn:incoming>",
        "<bpmn:incoming>not_approved</bpmn:incoming><bpmn:incoming>too_late</bpmn:incoming>",
    )
    drawing = drawing.replace("</bpmn:process>", f"{_REMINDER}{_DEADLINE}</bpmn:process>")
    (folder / "process.bpmn").write_text(drawing)
    for texts in (folder / "texts").iterdir():
        texts.write_text(texts.read_text() + _OUTCOME)
    policy = folder / "policy" / "approval.json"
    policy.write_text(json.dumps(json.loads(policy.read_text()) | {"mode": "before_erp"}))
    return folder
