"""The archive's file: a ZIP of tables and files, and the manifest that says what must be there."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = 1
_MANIFEST = "manifest.json"
_PIECE = 1024 * 1024
_WHEN_DAMAGED = (OSError, EOFError, ValueError, KeyError, TypeError, NotImplementedError)


class Unfit(Exception):
    """The archive, or the place it is for, will not do; the text is for who asked for it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One table's rows, or one file: how many rows (0 for a file), and what proves it whole."""

    sha256: str
    size: int
    rows: int = 0
    columns: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in an archive."""

    made_at: str
    atrio: str
    key: str  # tells whether SECRET_KEY is the same, and nothing about it
    migrations: list[list[str]]  # app and name
    tables: dict[str, Part]
    sequences: dict[str, list[Any]]  # the last number, and whether it was given
    files: dict[str, Part]


class Archive:
    """An archive that is being written."""

    def __init__(self, target: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6)

    def add(self, name: str, pieces: Iterable[bytes | bytearray | memoryview]) -> Part:
        """Add a part piece by piece."""
        proof, size = hashlib.sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as stream:
            for piece in pieces:
                proof.update(piece)
                size += stream.write(bytes(piece))
        return Part(proof.hexdigest(), size)

    def close(self, manifest: Manifest) -> None:
        """Write what must be there, and end the file."""
        said = json.dumps({"format": FORMAT} | asdict(manifest), indent=1)
        self._zip.writestr(_MANIFEST, said)
        self._zip.close()


class OpenArchive:
    """An archive that is whole: everything in it was read, and is what the manifest says."""

    def __init__(self, source: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(source)
            said = json.loads(self._zip.read(_MANIFEST))
            self.manifest = _manifest(said)
            self._prove()
        except FileNotFoundError:
            raise Unfit(f"There is no file {source}.") from None
        # What comes out of a file that somebody or something has changed may be anything.
        except (*_WHEN_DAMAGED, zipfile.BadZipFile, zlib.error) as error:
            raise Unfit(f"{source} is damaged, or no back-up: {error}") from error

    def pieces(self, name: str) -> Iterator[bytes]:
        """Return a part piece by piece."""
        with self._zip.open(name) as stream:
            while piece := stream.read(_PIECE):
                yield piece

    def _prove(self) -> None:
        for name in self.manifest.files:
            way = PurePosixPath(name)
            if way.is_absolute() or ".." in way.parts:
                raise ValueError(f"{name} leads out of the folder")
        parts = {table_name(n): part for n, part in self.manifest.tables.items()}
        parts |= {file_name(n): part for n, part in self.manifest.files.items()}
        if set(self._zip.namelist()) != {*parts, _MANIFEST}:
            raise ValueError("something is missing, or too much")
        for name, part in parts.items():
            if proof_of(self.pieces(name)) != part.sha256:
                raise ValueError(f"{name} is not what it was")


def proof_of(pieces: Iterable[bytes | bytearray | memoryview]) -> str:
    """Return the SHA-256 of everything together."""
    proof = hashlib.sha256()
    for piece in pieces:
        proof.update(piece)
    return proof.hexdigest()


def table_name(table: str) -> str:
    """Return where a table's rows stand in the archive."""
    return f"tables/{table}"


def file_name(file: str) -> str:
    """Return where a file stands in the archive."""
    return f"files/{file}"


def _manifest(said: dict[str, Any]) -> Manifest:
    if said.pop("format") != FORMAT:
        raise ValueError("it is of another format")
    tables, files = (
        {name: Part(**part) for name, part in said.pop(kind).items()}
        for kind in ("tables", "files")
    )
    return Manifest(**said, tables=tables, files=files)
