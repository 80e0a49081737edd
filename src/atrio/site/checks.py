"""What must hold before the house starts."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from django.core.checks import CheckMessage, Error, register

from atrio.desk.roles import ROLES


@register()
def every_page_of_the_desk_has_its_roles(**_more: Any) -> list[CheckMessage]:
    """Say which addresses of the desk the table of roles forgets, or whose views ask nobody."""
    # Not before all apps are loaded.
    from atrio.desk.urls import urlpatterns

    names = {pattern.name: pattern.callback for pattern in urlpatterns}
    unguarded = {name for name, view in names.items() if not getattr(view, "is_for_staff", False)}
    wrong: dict[str, AbstractSet[Any]] = {
        "stands in no row of desk/roles.py": names.keys() - ROLES.keys(),
        "is a row of desk/roles.py, and no address": ROLES.keys() - names.keys(),
        "lets in whoever comes: decorate its view by for_staff": unguarded,
    }
    return [
        Error(f"desk:{name} {what}.", id="atrio.E001")
        for what, found in wrong.items()
        for name in sorted(str(each) for each in found)
    ]
