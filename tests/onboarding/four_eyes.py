"""The small pack of `promising`, but two people have to look."""

from __future__ import annotations

import json

from tests.onboarding.promising import FILES, PROCESS, TEXTS, Asking, open_unit, publish_promising

_TWICE = (
    PROCESS.replace(
        "<flowNodeRef>clear</flowNodeRef>",
        "<flowNodeRef>clear</flowNodeRef><flowNodeRef>look_again</flowNodeRef>",
    )
    .replace(
        '<exclusiveGateway id="clear"',
        '<userTask id="look_again" name="Look again" atrio:form="again" atrio:not_by="look" />'
        '<exclusiveGateway id="clear"',
    )
    .replace(
        '<sequenceFlow id="is_clear" sourceRef="clear" targetRef="tell" />',
        '<sequenceFlow id="is_clear" sourceRef="clear" targetRef="look_again" />'
        '<sequenceFlow id="seen" sourceRef="look_again" targetRef="tell" />',
    )
)
_AGAIN = (
    FILES["forms/look.json"]
    .replace('"look.clear"', '"again.clear"')
    .replace('"name": "look"', '"name": "again"')
)
_EXAMPLE = json.loads(FILES["examples/clear.json"])
_EXAMPLE["answers"].append({"step": "look_again", "form": {"again.clear": "yes"}})


def open_house(root, now):
    """Publish the pack and open its unit."""
    texts = TEXTS + '[steps.look_again]\nname = "Look again"\ndoing = "."\ndone = "."\nwho = "us"\n'
    changed = {
        "process.bpmn": _TWICE,
        "forms/again.json": _AGAIN,
        "texts/en.toml": texts,
        "examples/clear.json": json.dumps(_EXAMPLE),
    }
    publish_promising(root, now, **changed)
    return open_unit()


__all__ = ["Asking", "open_house"]
