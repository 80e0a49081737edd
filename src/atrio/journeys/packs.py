"""A pack as it lies in its folder: the files, and what `pack.toml` says."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft202012Validator

from atrio.engine.forms import Localized
from atrio.engine.problems import Problem, Unpublishable
from atrio.journeys.promises import Promises
from atrio.journeys.reminders import Reminders

LARGEST_FILE = 1024 * 1024  # bytes
MOST_FILES = 300
SUFFIXES = frozenset({".toml", ".bpmn", ".json", ".md"})


@dataclass(frozen=True, slots=True)
class Clock:
    """How many seconds of the access promise are whose."""

    customer: int
    ours: int
    outside: int

    @property
    def total(self) -> int:
        """Return the promise itself, in seconds."""
        return self.customer + self.ours + self.outside


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack: what it is for, and its files by their path inside the folder."""

    name: str
    title: Localized
    summary: Localized
    country: str  # ISO 3166-1 alpha-2
    customer: Literal["company", "person"]
    languages: tuple[str, ...]
    default_language: str
    time_zone: str
    currency: str
    business_units: tuple[str, ...]  # codes; () is all
    clock: Clock
    promises: Promises
    reminders: Reminders
    sources: Mapping[str, Localized]  # who stands behind a group of facts: "register"
    files: Mapping[str, bytes] = field(repr=False)

    def under(self, folder: str, suffix: str) -> dict[str, bytes]:
        """Return the files of one folder, by their names without the suffix."""
        return {
            Path(path).stem: content
            for path, content in self.files.items()
            if Path(path).parent.as_posix() == folder and path.endswith(suffix)
        }

    def processes(self) -> dict[str, bytes]:
        """Return the BPMN files, by their paths."""
        return {path: data for path, data in self.files.items() if path.endswith(".bpmn")}

    def source_names(self, language: str) -> dict[str, str]:
        """Return who stands behind which group of facts, in the reader's language."""
        return {group: name(language) for group, name in self.sources.items()}


def load_pack(folder: Path) -> Pack:
    """Read a pack from its folder; raises Unpublishable if it is none."""
    if not (folder / "pack.toml").is_file():
        raise Unpublishable([Problem("pack.toml", "", f"there is none in {folder.name!r}")])
    pack = pack_of(_files_of(folder))
    if pack.name != folder.name:
        raise Unpublishable([Problem("pack.toml", "name", f"the folder is called {folder.name!r}")])
    return pack


def pack_of(files: Mapping[str, bytes]) -> Pack:
    """Read a pack from its files; raises Unpublishable."""
    try:
        about = tomllib.loads(files["pack.toml"].decode("utf-8"))
    except (KeyError, ValueError) as error:
        raise Unpublishable([Problem("pack.toml", "", f"this is not TOML: {error}")]) from error
    if problems := list(_refusals(about)):
        raise Unpublishable(problems)
    default, clock = about["default_language"], Clock(**about["clock"])
    return Pack(
        name=about["name"],
        title=Localized(about["title"], default),
        summary=Localized(about.get("summary", {}), default),
        country=about["country"],
        customer=about["customer"],
        languages=tuple(about["languages"]),
        default_language=default,
        time_zone=about["time_zone"],
        currency=about["currency"],
        business_units=tuple(about.get("business_units", ())),
        clock=clock,
        promises=Promises.parse(
            about.get("promises", {}), access=timedelta(seconds=clock.total), language=default
        ),
        reminders=Reminders.parse(about.get("reminders", {})),
        sources={
            group: Localized(names, default) for group, names in about.get("sources", {}).items()
        },
        files=dict(files),
    )


@cache
def _schema() -> Draft202012Validator:
    text = (resources("atrio.journeys") / "schemas" / "pack.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))


def _refusals(about: dict[str, Any]) -> Iterator[Problem]:
    for error in _schema().iter_errors(about):
        yield Problem("pack.toml", ".".join(map(str, error.path)), error.message[:300])
        return  # what follows reads fields that may be missing
    if about["default_language"] not in about["languages"]:
        yield Problem("pack.toml", "default_language", "it is not among the languages")


def _files_of(folder: Path) -> dict[str, bytes]:
    """Read every file of a pack, by its path inside the folder, in a fixed order."""
    root = folder.resolve()
    found: dict[str, bytes] = {}
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        hidden = any(part.startswith((".", "_")) for part in inside.parts)
        if hidden or path.suffix not in SUFFIXES or not path.is_file():
            continue
        name = inside.as_posix()
        # A link may lead anywhere on the machine that publishes.
        if path.is_symlink() or not path.resolve().is_relative_to(root):
            raise Unpublishable([Problem(name, "", "a pack holds files, not links")])
        if path.stat().st_size > LARGEST_FILE or len(found) >= MOST_FILES:
            raise Unpublishable([Problem(name, "", "the pack is too large")])
        found[name] = path.read_bytes()
    return found
