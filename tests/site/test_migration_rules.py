"""Migrations that yesterday's processes live through, and those that they would not."""

from __future__ import annotations

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.state import ProjectState
from typer.testing import CliRunner

from atrio.site.commands.migrations import app
from atrio.site.migration_rules import EXCEPTIONS, all_harms, harms

ARTICLE = migrations.CreateModel(
    "Article",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=40)),
        ("note", models.CharField(max_length=40, null=True)),
        ("price", models.IntegerField(default=0)),
    ],
)
INDEX = models.Index(fields=["name"], name="by_name")
UNIQUE = models.UniqueConstraint(fields=["name"], name="once")
CHECK = models.CheckConstraint(condition=models.Q(price__gte=0), name="not_below_0")


def told(*operations, new=()):
    """Return what is said of a migration on a house that has articles."""
    state = ProjectState()
    ARTICLE.state_forwards("trade", state)
    migration = migrations.Migration("0002_more", "trade")
    migration.operations = [*new, *operations]
    return [harm.instead for harm in harms(migration, state)]


def alter(name, field):
    return migrations.AlterField("Article", name, field)


@pytest.mark.parametrize(
    ("operation", "instead"),
    [
        (migrations.RemoveField("Article", "note"), "a release later"),
        (migrations.DeleteModel("Article"), "a release later"),
        (migrations.RenameField("Article", "note", "remark"), "a release later"),
        (migrations.RenameModel("Article", "Item"), "a release later"),
        (migrations.AlterModelTable("Article", "items"), "a release later"),
        (migrations.AddField("Article", "size", models.IntegerField(default=1)), "db_default"),
        (alter("note", models.CharField(max_length=40)), "check constraint"),
        (alter("price", models.BigIntegerField(default=0)), "a new column"),
        (alter("name", models.CharField(max_length=30)), "a new column"),
        (alter("name", models.CharField(max_length=40, unique=True)), "built concurrently"),
        (migrations.AddIndex("Article", INDEX), "AddIndexConcurrently"),
        (migrations.AddConstraint("Article", UNIQUE), "built concurrently"),
        (migrations.AddConstraint("Article", CHECK), "AddConstraintNotValid"),
        (migrations.RunSQL("select 1"), "taken back"),
        (migrations.RunPython(lambda _apps, _editor: None), "taken back"),
    ],
)
def test_what_would_stop_or_break_yesterdays_processes_is_told(operation, instead):
    (said,) = told(operation)
    assert instead in said


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("Article", "size", models.IntegerField(null=True)),
        migrations.AddField("Article", "size", models.IntegerField(default=1, db_default=1)),
        alter("name", models.CharField(max_length=80)),
        alter("name", models.TextField()),
        alter("name", models.CharField(max_length=40, null=True, help_text="what it is")),
        AddIndexConcurrently("Article", INDEX),
        AddConstraintNotValid("Article", CHECK),
        migrations.RemoveIndex("Article", "by_name"),
        migrations.RunSQL("select 1", migrations.RunSQL.noop),
    ],
)
def test_what_harms_nobody_may_run(operation):
    before = [migrations.AddIndex("Article", INDEX)] if "Remove" in repr(operation) else []
    assert told(operation, new=before)[len(before) :] == []


def test_a_table_that_is_new_may_be_made_as_one_likes():
    new = migrations.CreateModel("Box", [("id", models.BigAutoField(primary_key=True))])
    index = migrations.AddIndex("Box", models.Index(fields=["id"], name="boxes"))
    assert told(index, new=[new]) == []


def test_every_migration_of_ours_may_run_or_says_why_it_may():
    assert all_harms() == ([], set())
    assert CliRunner().invoke(app, ["check"]).exit_code == 0


def test_without_its_exceptions_and_with_idle_ones_the_check_fails(monkeypatch):
    harms, idle = all_harms({"trade.0001_initial: nothing": "no reason"})
    assert {harm.key for harm in harms} == EXCEPTIONS.keys()
    assert idle == {"trade.0001_initial: nothing"}
    monkeypatch.setitem(EXCEPTIONS, "trade.0001_initial: nothing", "no reason")
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 1
    assert "trade.0001_initial: nothing" in result.output
