"""Files to bytes and back: the same files always give the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from hashlib import sha256

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment an archive can name


def freeze(files: Mapping[str, bytes]) -> bytes:
    """Return the files as an archive without times, owners or compression: nothing may vary."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, date_time=_EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[path])
    return buffer.getvalue()


def thaw(content: bytes) -> dict[str, bytes]:
    """Return the files of an archive that `freeze` made."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def fingerprint(content: bytes) -> str:
    """Return the SHA-256 of the bytes, in hexadecimal."""
    return sha256(content).hexdigest()
