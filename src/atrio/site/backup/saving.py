"""Writing an archive: every row as of one moment, and every file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.utils.crypto import salted_hmac

from atrio.site.backup.archive import Archive, Manifest, Part, Unfit, file_name, table_name
from atrio.site.backup.tables import (
    Server,
    columns_of_tables,
    connected,
    copied_out,
    demand_full_sight,
    row_count,
    sequences,
)

_PIECE = 1024 * 1024
_ONE_MOMENT = "set transaction isolation level repeatable read, read only"


def save(target: Path, *, now: datetime) -> Iterator[str]:
    """Write an archive; yield a line for each part. Raises Unfit.

    While it is written it has another name: a file of this name is whole.
    """
    if target.exists():
        raise Unfit(f"{target} is there already.")
    unfinished = target.with_name(f"{target.name}.part")
    try:
        with (
            # Customers' data: nobody else's to read.
            os.fdopen(
                os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as out,
            connected() as server,
        ):
            server.execute(_ONE_MOMENT)
            yield from _write(Archive(out), server, now)
            out.flush()
            os.fsync(out.fileno())
        unfinished.rename(target)
    except FileExistsError:
        raise Unfit(f"{unfinished} is there: another back-up runs, or died.") from None
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise Unfit(f"{error.filename or unfinished}: {error.strerror}") from error
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _write(archive: Archive, server: Server, now: datetime) -> Iterator[str]:
    demand_full_sight(server)
    tables: dict[str, Part] = {}
    for table, columns in columns_of_tables(server).items():
        part = archive.add(table_name(table), copied_out(server, table, columns))
        tables[table] = replace(part, rows=row_count(server, table), columns=columns)
        yield f"{table}: {tables[table].rows} rows"
    files: dict[str, Part] = {}
    for file in files_below(settings.MEDIA_ROOT):
        files[file] = archive.add(file_name(file), _pieces(Path(settings.MEDIA_ROOT) / file))
        yield f"{file}: {files[file].size} bytes"
    migrations = server.execute("select app, name from django_migrations order by id").fetchall()
    archive.close(
        Manifest(
            made_at=now.isoformat(),
            atrio=version("atrio"),
            key=key_of_this_house(),
            migrations=[list(one) for one in migrations],
            tables=tables,
            sequences=sequences(server),
            files=files,
        )
    )


def files_below(folder: str | Path) -> list[str]:
    """Return the files below a folder by their ways from there."""
    root = Path(folder)
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def key_of_this_house() -> str:
    """Return what tells one SECRET_KEY from another, and nothing about it."""
    return salted_hmac("atrio.backup", "key", algorithm="sha256").hexdigest()[:16]


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield piece
