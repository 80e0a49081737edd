"""How what the outside systems call ours follows when two of ours become one."""

from __future__ import annotations

from atrio.outside.models import Link
from atrio.parties.merging.references import Kind, refers


def _alias(link: Link) -> dict[str, str]:
    return {"system": link.connection.code, "id": link.outside_id}


_KINDS: tuple[Kind, ...] = ("account", "company", "contact")
for _kind in _KINDS:
    refers(Link, "object_id", to=_kind, where={"kind": _kind}, alias=_alias)
