"""Putting an archive into an empty database and folder, and looking whether it is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from atrio.site.backup.archive import Manifest, OpenArchive, Unfit, file_name, proof_of, table_name
from atrio.site.backup.saving import files_below, key_of_this_house
from atrio.site.backup.tables import (
    Server,
    columns_of_tables,
    connected,
    copied_in,
    copied_out,
    is_empty,
    row_count,
)


def restore(source: Path) -> Iterator[str]:
    """Put everything back; yield a line for each thing done. Raises Unfit.

    A damaged archive, one of a newer Atrio, and a place where something is already are refused
    before anything is written.
    """
    archive = OpenArchive(source)
    manifest = archive.manifest
    yield f"{source} is whole: made {manifest.made_at} by Atrio {manifest.atrio}"
    _demand_known_migrations(manifest)
    if files_below(settings.MEDIA_ROOT):
        raise Unfit(f"There are files in {settings.MEDIA_ROOT}: restore into an empty folder.")
    with connected() as server:
        if not is_empty(server):
            raise Unfit("The database is not empty: make a new one and restore into that.")
    # The tables as they were then; what has changed since comes after the rows.
    executor = MigrationExecutor(connection)
    executor.migrate([(app, name) for app, name in manifest.migrations])
    connection.close()
    yield f"tables as of {len(manifest.migrations)} migrations"
    with connected() as server:
        yield from _put_back_rows(server, archive)
    yield from _put_back_files(archive)
    call_command("migrate", verbosity=0)
    yield "Everything is there: every row was counted and every byte compared."
    if manifest.key != key_of_this_house():
        yield (
            "SECRET_KEY is another one: everybody signs in again, and addresses of open "
            "applications no longer work."
        )


def _demand_known_migrations(manifest: Manifest) -> None:
    known = MigrationExecutor(None).loader.disk_migrations or {}
    unknown = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if unknown:
        raise Unfit(
            f"The archive is of a newer Atrio: {unknown[0]} is not known here. "
            f"Restore it with Atrio {manifest.atrio} or newer."
        )


def _put_back_rows(server: Server, archive: OpenArchive) -> Iterator[str]:
    """Put back all rows or none: a transaction for all of them."""
    tables = archive.manifest.tables
    there = columns_of_tables(server)
    if differing := sorted({*tables} ^ {*there}):
        raise Unfit(f"These tables are not on both sides: {', '.join(differing)}.")
    forced = _forced(server)
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    # What migrations have written is in the archive as well.
    server.execute(sql.SQL("truncate {}").format(names))
    for table in tables:
        _alter(server, table, "disable trigger user")
    for table in forced:
        _alter(server, table, "no force row level security")
    server.execute("set constraints all deferred")
    for table, part in tables.items():
        copied_in(server, table, part.columns, archive.pieces(table_name(table)))
    server.execute("set constraints all immediate")
    for sequence, (last, is_called) in archive.manifest.sequences.items():
        server.execute(
            "select setval(%s::regclass, %s, %s)", [f'public."{sequence}"', last, is_called]
        )
    for table, part in tables.items():
        proof = proof_of(copied_out(server, table, part.columns))
        if row_count(server, table) != part.rows or proof != part.sha256:
            raise Unfit(f"{table} did not come out as it went in; nothing was restored.")
        yield f"{table}: {part.rows} rows"
    for table in tables:
        _alter(server, table, "enable trigger user")
    for table in forced:
        _alter(server, table, "force row level security")


def _put_back_files(archive: OpenArchive) -> Iterator[str]:
    for file, part in archive.manifest.files.items():
        target = Path(settings.MEDIA_ROOT) / file
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as stream:
            for piece in archive.pieces(file_name(file)):
                stream.write(piece)
        with target.open("rb") as stream:
            if proof_of(iter(lambda: stream.read(1024 * 1024), b"")) != part.sha256:
                raise Unfit(f"{file} did not come out as it went in.")
        yield f"{file}: {part.size} bytes"


def _forced(server: Server) -> list[str]:
    found = server.execute(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace"
        " and relkind = 'r' and relforcerowsecurity"
    )
    return [name for (name,) in found.fetchall()]


def _alter(server: Server, table: str, how: str) -> None:
    server.execute(sql.SQL("alter table {} {}").format(sql.Identifier(table), sql.SQL(how)))
