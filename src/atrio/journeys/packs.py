"""A pack as it lies in its folder: the files, and what `pack.toml` says."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from typing import Any, Literal

import tomli_w
from jsonschema import Draft202012Validator

import atrio
from atrio.engine.forms import Localized
from atrio.engine.problems import Problem, Unpublishable
from atrio.journeys.overlays import UNITS, laid_over
from atrio.journeys.promises import Promises
from atrio.journeys.reminders import Reminders

LARGEST_FILE = 1024 * 1024  # bytes
MOST_FILES = 300
SUFFIXES = frozenset({".toml", ".bpmn", ".json", ".md"})
BUILT_IN = Path(atrio.__file__).parent / "packs"
# What pack.toml says of the packs it stands on, which is over once they are laid over each other.
_OF_STANDING = ("extends", "ground", "without")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


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
    country: str  # ISO 3166-1 alpha-2; "" is any
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


def load_pack(folder: Path, *, unit: str = "") -> Pack:
    """Read a pack from its folder, as a business unit has it if it has it its own way.

    What it stands on is read with it. Raises Unpublishable if it is none.
    """
    files = _files_with_ground(folder)
    if unit in units_with_own_ways(folder):
        files = laid_over(files, _files_of(folder / UNITS / unit))
    pack = pack_of(files)
    if pack.name != folder.name:
        raise Unpublishable([Problem("pack.toml", "name", f"the folder is called {folder.name!r}")])
    return pack


def pack_of(files: Mapping[str, bytes]) -> Pack:
    """Read a pack from its files; raises Unpublishable."""
    about = _toml(files)
    if about.get("ground"):
        reason = "it is what other packs stand on, and nothing by itself: extend it"
        raise Unpublishable([Problem("pack.toml", "ground", reason)])
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


def write_pack(pack: Pack, folder: Path) -> None:
    """Write a pack's files into a folder that is not there yet; it stands on no other there."""
    for path, content in pack.files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def units_with_own_ways(folder: Path) -> list[str]:
    """Return the codes of the business units that have something in the pack their own way."""
    return sorted(own.name for own in (folder / UNITS).glob("*") if own.is_dir())


def _files_with_ground(folder: Path, above: Collection[Path] = ()) -> dict[str, bytes]:
    """Read a pack's files, laid over those of the pack that it extends."""
    if not (folder / "pack.toml").is_file():
        raise Unpublishable([Problem("pack.toml", "", f"there is none in {folder.name!r}")])
    files = _files_of(folder)
    ground = _toml(files).get("extends")
    if ground is None:
        return files
    if not isinstance(ground, str) or not _NAME.fullmatch(ground):
        raise Unpublishable([Problem("pack.toml", "extends", f"{ground!r} is no pack's name")])
    # A pack from elsewhere may stand on one of ours, also on the one of its own name.
    passed = {folder.resolve(), *above}
    grounds = [root / ground for root in (folder.parent, BUILT_IN)]
    free = [path for path in grounds if path.is_dir() and path.resolve() not in passed]
    if not free:
        reason = f"there is no pack {ground!r} to stand on"
        raise Unpublishable([Problem("pack.toml", "extends", reason)])
    below = free[0]
    files = laid_over(_files_with_ground(below, passed), files)
    about = _toml(files)
    for path in about.get("without", ()):
        if files.pop(path, None) is None:
            raise Unpublishable([Problem("pack.toml", "without", f"there is no {path!r}")])
    gone: dict[str, Any] = {name: {"$gone": True} for name in _OF_STANDING if name in about}
    return laid_over(files, {"pack.toml": tomli_w.dumps(gone).encode()})


def _toml(files: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        return tomllib.loads(files["pack.toml"].decode("utf-8"))
    except (KeyError, ValueError) as error:
        raise Unpublishable([Problem("pack.toml", "", f"this is not TOML: {error}")]) from error


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
    """Read every file of a pack, by its path inside the folder, in a fixed order.

    What business units do their own way is not of the pack itself.
    """
    root = folder.resolve()
    found: dict[str, bytes] = {}
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        hidden = any(part.startswith((".", "_")) for part in inside.parts)
        of_a_unit = inside.parts[0] == UNITS
        if hidden or of_a_unit or path.suffix not in SUFFIXES or not path.is_file():
            continue
        name = inside.as_posix()
        # A link may lead anywhere on the machine that publishes.
        if path.is_symlink() or not path.resolve().is_relative_to(root):
            raise Unpublishable([Problem(name, "", "a pack holds files, not links")])
        if path.stat().st_size > LARGEST_FILE or len(found) >= MOST_FILES:
            raise Unpublishable([Problem(name, "", "the pack is too large")])
        found[name] = path.read_bytes()
    return found
