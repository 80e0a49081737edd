"""Small forms for tests."""

import json

from atrio.engine.forms import Form


def a_field(field_type, name="thing.value", **options):
    return {"name": name, "type": field_type, "label": {"en": "Thing", "pt-br": "Coisa"}} | options


def a_form(*fields):
    document = {"name": "thing", "title": {"en": "A thing"}, "fields": list(fields)}
    return Form.parse(json.dumps(document).encode())


def in_code(message, language):
    """Say a message as its code, so that tests do not hang on words."""
    return " ".join([message.code, *(f"{k}={v}" for k, v in message.params.items())])
