"""13. Back-up and restore → row counts, file hashes and what is under way, all of it verified."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from itertools import islice

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from atrio.site.backup.archive import Unfit
from atrio.site.backup.restoring import restore
from tests.apply.people import Applicant
from tests.assertions.processes import CLONE
from tests.databases import address
from tests.environment import SETTINGS
from tests.onboarding.house import furnish

PHOTO = bytes(range(256)) * 5000


@pytest.fixture
def alice(transactional_db):
    """Alice, in the middle of her application."""
    furnish()
    return Applicant().come_to("give_contact")


@pytest.fixture
def machine():
    """The name of an empty database."""
    name = f"restored_{secrets.token_hex(8)}"
    with psycopg.connect(address("postgres", "postgres"), autocommit=True) as server:
        server.execute(sql.SQL("create database {} owner atrio_owner").format(sql.Identifier(name)))
        yield name
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def atrio(command, file, var, *, database="", role="atrio_owner"):
    """Run `atrio backup` or `atrio restore` as somebody at a terminal does."""
    name = database or connection.settings_dict["NAME"]
    ours = {"DATABASE_URL": address(role, name), "ATRIO_VAR": str(var), "LOG_LEVEL": "WARNING"}
    path = os.pathsep.join([str(CLONE), str(CLONE / "src")])
    return subprocess.run(
        [sys.executable, "-m", "atrio", command, str(file)],
        env=os.environ | SETTINGS | ours | {"PYTHONPATH": path},
        cwd=CLONE,
        capture_output=True,
        text=True,
        check=False,
    )


_TABLES = """
    select relname, relrowsecurity, relforcerowsecurity from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'
"""
_POLICIES = "select tablename, policyname, qual from pg_policies"
_TRIGGERS = """
    select tgrelid::regclass::text, tgname, tgenabled from pg_trigger where not tgisinternal
"""


def contents(database):
    """Return how many rows each table has, and what the policies and triggers are."""
    with psycopg.connect(address("postgres", database)) as server:
        tables = {
            name: (server.execute(f'select count(*) from "{name}"').fetchone(), *protected)
            for name, *protected in server.execute(_TABLES).fetchall()
        }
        policies = server.execute(_POLICIES).fetchall()
        triggers = server.execute(_TRIGGERS).fetchall()
    return tables, sorted(policies), sorted(triggers)


@contextmanager
def living_in(database):
    """Let this process speak to another database for the length of a `with` block."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def test_a_house_goes_into_one_file_and_lives_on_in_an_empty_machine(alice, machine, tmp_path):
    there, here, file = tmp_path / "there", tmp_path / "here", tmp_path / "house.atrio"
    (there / "files/scans").mkdir(parents=True)
    (there / "files/scans/photo").write_bytes(PHOTO)

    saved = atrio("backup", file, there, role="atrio_worker")
    assert saved.returncode == 0, saved.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    put_back = atrio("restore", file, here, database=machine)
    assert put_back.returncode == 0, put_back.stderr
    assert "Everything is there" in put_back.stdout
    assert "SECRET_KEY" not in put_back.stdout

    assert contents(machine) == contents(connection.settings_dict["NAME"])
    assert (here / "files/scans/photo").read_bytes() == PHOTO
    with living_in(machine):
        for step in ("give_contact", "prove_email", "check_and_submit"):
            alice.pass_by(step)
        alice.wait()
        assert alice.client.get(alice.address("track")).status_code == 200
        with connection.cursor() as cursor:
            cursor.execute("set role atrio_worker")
            cursor.execute("select status from onboarding_application")
            assert cursor.fetchall() == [("done",)]

    again = atrio("restore", file, tmp_path / "other", database=machine)
    assert again.returncode == 1
    assert "The database is not empty" in again.stderr


def damaged(file, how):
    whole = file.read_bytes()
    if how == "cut short":
        file.write_bytes(whole[: len(whole) // 2])
    elif how == "a byte changed":
        with zipfile.ZipFile(file) as archive:
            part = archive.getinfo("tables/django_migrations")
        at = part.header_offset + 100 + len(part.filename)  # behind its header
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    elif how == "no archive":
        file.write_bytes(b"something else")
    else:
        _write_again(file, how)


def _write_again(file, how):
    """Do what a checksum of the file's own does not show: a table altered, left out, a way out."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if how == "a row altered":
        parts["tables/onboarding_application"] += b"\n"
    elif how == "a table missing":
        del parts["tables/onboarding_fact"]
    elif how == "a newer Atrio's":
        parts["manifest.json"] = parts["manifest.json"].replace(b"0001_roles", b"9999_later")
    else:
        parts["manifest.json"] = parts["manifest.json"].replace(b"scans/x", b"../../x")
        parts["files/../../x"] = parts.pop("files/scans/x")
    with zipfile.ZipFile(file, "w") as archive:
        for name, said in parts.items():
            archive.writestr(name, said)


def test_what_is_damaged_is_refused_before_anything_is_written(db, machine, tmp_path):
    there, file = tmp_path / "there", tmp_path / "house.atrio"
    (there / "files/scans").mkdir(parents=True)
    (there / "files/scans/x").write_bytes(b"x")
    assert atrio("backup", file, there).returncode == 0
    whole = file.read_bytes()
    for how, said in {
        "cut short": "is damaged",
        "no archive": "is damaged",
        "a row altered": "onboarding_application is not what it was",
        "a table missing": "something is missing",
        "a way out": "leads out",
        "a newer Atrio's": "is of a newer Atrio",
        "a byte changed": "is damaged",
    }.items():
        file.write_bytes(whole)
        damaged(file, how)
        with pytest.raises(Unfit, match=said):
            next(islice(restore(file), 1, None))
    refused = atrio("restore", file, tmp_path / "here", database=machine)
    assert refused.returncode == 1
    assert "is damaged" in refused.stderr
    assert contents(machine) == ({}, [], [])
    assert not (tmp_path / "here/files").exists()


def test_a_role_that_does_not_see_every_row_makes_no_back_up(db, tmp_path):
    refused = atrio("backup", tmp_path / "house.atrio", tmp_path, role="atrio_web")
    assert refused.returncode == 1
    assert "does not see all of" in refused.stderr
    assert list(tmp_path.glob("house*")) == []


def test_a_place_that_cannot_be_written_to_is_told_in_a_line(db, tmp_path):
    nowhere = tmp_path / "no such folder" / "house.atrio"

    refused = atrio("backup", nowhere, tmp_path, role="atrio_worker")

    assert refused.returncode == 1
    assert refused.stderr.strip() == f"{nowhere}.part: No such file or directory"
