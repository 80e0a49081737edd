"""Which migrations may run while the release before still serves pages.

Upgrading goes: migrate, then replace the processes one by one. So the code of yesterday meets the
tables of today, and nobody may wait at a lock meanwhile. What takes something away comes a
release after the code that no longer uses it, as an exception that says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import migrations
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED, CheckConstraint, Field, ManyToManyField

# "app.migration: what" → why it does no harm. Whoever adds one has looked.
_SMALL = "a table of some dozen rows, which only staff change"
_UNRELEASED = "before the first release: there was no yesterday"
EXCEPTIONS: Mapping[str, str] = {
    "seller.0006_own_hosts: Create constraint unit_of_a_host_once on model businessunit": _SMALL,
    "journeys.0002_own_ways_of_units: Create constraint one_release_per_version on model release": (
        _SMALL
    ),
    **{
        f"parties.0003_one_company_once: Create index {name} on field(s) id of model {model}": (
            _UNRELEASED
        )
        for name, model in {
            "account_needs_keys": "account",
            "contact_needs_keys": "contact",
            "entity_needs_keys": "legalentity",
        }.items()
    },
}

_TAKES_AWAY = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)


@dataclass(frozen=True, slots=True)
class Harm:
    """What a migration would do to whoever is at work, and how it is done without."""

    migration: str  # "app.0001_name"
    what: str
    instead: str

    @property
    def key(self) -> str:
        """Return how an exception names it."""
        return f"{self.migration}: {self.what}"


def harms(migration: Migration, before: ProjectState) -> Iterator[Harm]:
    """Yield what one migration of ours would do; `before` is the state it finds, and is changed."""
    name = f"{migration.app_label}.{migration.name}"
    made_here: set[str] = set()
    for operation in migration.operations:
        told = _told(operation, migration.app_label, before, made_here)
        if told is not None:
            yield Harm(name, *told)
        if isinstance(operation, migrations.CreateModel):
            made_here.add(operation.name_lower)
        operation.state_forwards(migration.app_label, before)


def all_harms(exceptions: Mapping[str, str] = EXCEPTIONS) -> tuple[list[Harm], set[str]]:
    """Return what our migrations would do that no exception allows, and exceptions for nothing."""
    loader = MigrationLoader(None)
    found: list[Harm] = []
    state = ProjectState(real_apps=loader.unmigrated_apps)
    done: set[tuple[str, str]] = set()
    for leaf in loader.graph.leaf_nodes():
        for node in loader.graph.forwards_plan(leaf):
            if node in done:
                continue
            done.add(node)
            migration = loader.graph.nodes[node]
            if migration.__module__.startswith("atrio."):
                found += harms(migration, state)
            else:
                migration.mutate_state(state, preserve=False)
    used = {harm.key for harm in found} & exceptions.keys()
    return [harm for harm in found if harm.key not in used], exceptions.keys() - used


def _told(
    operation: Operation, app: str, before: ProjectState, made_here: set[str]
) -> tuple[str, str] | None:
    what = operation.describe()
    if isinstance(operation, migrations.RunSQL | migrations.RunPython):
        hint = "say how it is taken back, if only by noop"
        return None if operation.reversible else (type(operation).__name__, hint)
    model = getattr(operation, "model_name_lower", getattr(operation, "name_lower", ""))
    if isinstance(operation, _TAKES_AWAY):
        return what, "stop using it now, take it away a release later"
    if model in made_here:
        return None
    if isinstance(operation, migrations.AddField):
        return _adding(operation, what)
    if isinstance(operation, migrations.AlterField):
        was = before.models[app, model].fields[operation.name]
        return _altering(was, operation.field, what)
    if isinstance(operation, migrations.AddIndex) and not isinstance(
        operation, AddIndexConcurrently
    ):
        return what, "AddIndexConcurrently: an index that is built holds up who writes"
    if isinstance(operation, migrations.AddConstraint):
        return _constraining(operation, what)
    return None


def _adding(operation: migrations.AddField, what: str) -> tuple[str, str] | None:
    field = operation.field
    is_filled = field.null or field.db_default is not NOT_PROVIDED
    if is_filled or isinstance(field, ManyToManyField):
        return None
    return what, "give it a db_default: yesterday's code adds rows and knows no such column"


def _altering(was: Field, now: Field, what: str) -> tuple[str, str] | None:  # type: ignore[type-arg]
    if was.null and not now.null:
        return what, "a check constraint, not valid at first; yesterday's code still writes nothing"
    types = (was.get_internal_type(), now.get_internal_type())
    # A text of limited length is a text already.
    if (types[0] != types[1] and types != ("CharField", "TextField")) or _is_shorter(was, now):
        return what, "a new column beside it: this one would be rewritten under a lock"
    if now.unique and not was.unique:
        return what, "a unique index built concurrently, then the constraint on it"
    return None


def _is_shorter(was: Field, now: Field) -> bool:  # type: ignore[type-arg]
    if was.max_length is None or now.max_length is None:
        return False
    return now.max_length < was.max_length


def _constraining(operation: migrations.AddConstraint, what: str) -> tuple[str, str] | None:
    if isinstance(operation, AddConstraintNotValid):
        return None
    if isinstance(operation.constraint, CheckConstraint):
        return what, "AddConstraintNotValid, and ValidateConstraint in the next migration"
    return what, "a unique index built concurrently, then the constraint on it"
