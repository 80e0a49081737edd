"""A pack may stand on another one and say only what is different: pure, files in, files out.

Words: the *ground* is what a pack stands on: the pack that its pack.toml `extends`, or the pack
itself for a business unit that does something its own way (`units/<code>/` in the pack's folder).

Objects are laid over each other member by member. The entries of a list that have names (`_id`,
`id`, `name`, `value`) are laid over those of the same names; new ones come last, or before the one
that `"$before"` names. What is `{"$gone": true}` is taken away. All else is replaced: drawings,
plain values, lists of plain values.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import tomli_w

from atrio.engine.problems import Problem, Unpublishable

UNITS = "units"
_NAMES = ("_id", "id", "name", "value")
_BEFORE, _GONE = "$before", "$gone"
_NOTHING = object()
_READERS: Mapping[str, Callable[[str], Any]] = {".json": json.loads, ".toml": tomllib.loads}


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One place that is said otherwise: as JSON, None where one side says nothing."""

    file: str
    place: str  # "nodes.risk_table.content.rules.young.age"; "" for the whole file
    ground: Any
    own: Any


def laid_over(ground: Mapping[str, bytes], own: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a pack that stands on `ground`; raises Unpublishable."""
    files = dict(ground)
    for path, content in own.items():
        if path not in ground or _suffix(path) not in _READERS:
            files[path] = content
            continue
        try:
            merged = _laid_over(_read(path, ground[path]), _read(path, content))
        except LookupError as error:
            raise Unpublishable([Problem(path, str(error.args[0]), "there is none")]) from error
        files[path] = _written(path, merged)
    return files


def differences(ground: Mapping[str, bytes], own: Mapping[str, bytes]) -> list[Difference]:
    """Return what the files of `own` say otherwise than those of `ground`, by file and place."""
    found = []
    for path in sorted(ground.keys() | own.keys()):
        before, after = ground.get(path), own.get(path)
        if before == after:
            continue
        if before is None or after is None or _suffix(path) not in _READERS:
            found.append(Difference(path, "", _size(before), _size(after)))
        else:
            found += [
                Difference(path, place, one, other)
                for place, one, other in _unlike(_read(path, before), _read(path, after))
            ]
    return found


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix


def _read(path: str, content: bytes) -> Any:
    try:
        return _READERS[_suffix(path)](content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unpublishable([Problem(path, "", f"this cannot be read: {error}")]) from error


def _written(path: str, value: Any) -> bytes:
    if path.endswith(".toml"):
        return tomli_w.dumps(value, multiline_strings=True).encode()
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _laid_over(ground: Any, own: Any) -> Any:
    if isinstance(ground, dict) and isinstance(own, dict):
        merged = dict(ground)
        for name, value in own.items():
            if _is_gone(value):
                del merged[name]
            else:
                merged[name] = _laid_over(merged[name], value) if name in merged else value
        return merged
    if isinstance(ground, list) and isinstance(own, list) and own and all(map(_name_of, own)):
        return _lists_laid_over(ground, own)
    return own


def _lists_laid_over(ground: list[Any], own: list[Any]) -> list[Any]:
    merged = list(ground)
    for entry in own:
        place = _place_of(_name_of(entry), merged)
        if _is_gone(entry):
            del merged[_there(_name_of(entry), merged)]
            continue
        said = {name: value for name, value in entry.items() if name != _BEFORE}
        if place is not None:
            said = _laid_over(merged.pop(place), said)
        if _BEFORE in entry:
            place = _there(entry[_BEFORE], merged)
        merged.insert(len(merged) if place is None else place, said)
    return merged


def _is_gone(value: Any) -> bool:
    return isinstance(value, dict) and value.get(_GONE) is True


def _name_of(entry: Any) -> str:
    """Return what an entry of a list is called, "" if it has no name."""
    if not isinstance(entry, dict):
        return ""
    return next((str(entry[name]) for name in _NAMES if name in entry), "")


def _place_of(name: str, entries: list[Any]) -> int | None:
    return next((place for place, entry in enumerate(entries) if _name_of(entry) == name), None)


def _there(name: str, entries: list[Any]) -> int:
    place = _place_of(name, entries)
    if place is None:
        raise LookupError(name)
    return place


def _unlike(ground: Any, own: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield the places where two values differ: down to what is plain, through lists of names."""
    one, other = _members(ground), _members(own)
    if one is None or other is None:
        if ground != own:
            yield place, ground, own
        return
    for name in dict.fromkeys([*one, *other]):
        inside = f"{place}.{name}" if place else name
        before, after = one.get(name, _NOTHING), other.get(name, _NOTHING)
        if before is _NOTHING or after is _NOTHING:
            yield inside, _or_none(before), _or_none(after)
        else:
            yield from _unlike(before, after, inside)


def _members(value: Any) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(map(_name_of, value)):
        return {_name_of(entry): entry for entry in value}
    return None


def _or_none(value: Any) -> Any:
    return None if value is _NOTHING else value


def _size(content: bytes | None) -> str | None:
    return None if content is None else f"{len(content)} bytes"
