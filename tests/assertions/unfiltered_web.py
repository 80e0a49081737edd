"""The web process's application, every one of whose scope filters has been taken out."""

from __future__ import annotations

import sys

import django

django.setup()

from django.urls import get_resolver  # noqa: E402

from atrio.site import wsgi  # noqa: E402
from atrio.site.asgi import entrance  # noqa: E402

application = entrance(wsgi.application)


def without_scope(queries):
    """Return a function that shows everybody everything of the kind it showed a scope of."""

    def everything(by):
        return queries(by).model._default_manager.all()

    return everything


get_resolver().url_patterns  # noqa: B018 - imports every view
for module in [one for name, one in sys.modules.items() if name.startswith("atrio.")]:
    for name in [name for name in vars(module) if name.endswith("_visible_to")]:
        setattr(module, name, without_scope(getattr(module, name)))
        print("without scope:", module.__name__, name, flush=True)
