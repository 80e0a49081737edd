"""Every column that may refer to a customer has been thought of."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from atrio.parties.merging.references import REFERENCES
from atrio.parties.models import Account, Contact, LegalEntity, Merge

CUSTOMERS = (Account, LegalEntity, Contact)
# Ids of other things than customers, companies and contacts; a promise's person is our own.
OF_OTHERS = {
    *("application_id", "call_id", "message_id", "person_id", "release_id", "visit"),
    *("event_id", "by_id"),
}
# A merge names what it has merged, and an undo needs those very ids.
BY_ITSELF = {(Merge, "kept_id"), (Merge, "dropped_id")}


def may_refer(model):
    """Yield the columns of a model that refer to a customer, or to nobody knows what."""
    for column in model._meta.concrete_fields:
        if column.is_relation:
            if column.related_model in CUSTOMERS:
                yield column.attname
        elif isinstance(column, models.UUIDField) and column.name not in {"id", *OF_OTHERS}:
            yield column.name


def undeclared(found):
    declared = {(one.model, one.column) for one in REFERENCES} | BY_ITSELF
    return {
        f"{model._meta.label}.{column}"
        for model in found
        for column in may_refer(model)
        if (model, column) not in declared
    }


def test_every_column_that_may_refer_to_a_customer_says_how_it_follows_a_merge():
    # Declare it in the package's `receivers` by `parties.merging.references.refers`, or, if it
    # is the id of something else, name it above.
    assert undeclared(apps.get_models()) == set()


def test_a_new_column_that_forgets_it_is_noticed():
    class Leak(models.Model):
        account = models.ForeignKey(Account, on_delete=models.CASCADE)
        somebody = models.UUIDField()

        class Meta:
            app_label = "leak"

        def __str__(self):
            return ""

    assert undeclared([Leak]) == {"leak.Leak.account_id", "leak.Leak.somebody"}


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda one: f"{one.label}-{one.to}")
def test_every_declared_column_is_there(reference):
    assert reference.model._meta.get_field(reference.column)
