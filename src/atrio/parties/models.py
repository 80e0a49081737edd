"""Accounts, legal entities, contacts, memberships."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from atrio.kernel.ids import new_id


def _merged_into() -> models.ForeignKey[Any, Any]:
    """Return the column that makes a row a tombstone, whose id leads to what it is now."""
    return models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")


def _needs_keys() -> models.BooleanField[bool, bool]:
    """Return the mark of a row that matching has yet to look at; a trigger sets it anew."""
    return models.BooleanField(default=True, db_default=True)


class Account(models.Model):
    """A customer relation with one cabinet."""

    class Origin(models.TextChoices):
        """How the account came to us."""

        APPLICATION = "application"
        IMPORT = "import"

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=200)
    business_unit = models.CharField(max_length=40)
    customer_number = models.CharField(max_length=40, blank=True, help_text="as the ERP calls it")
    price_group = models.CharField(max_length=80, blank=True)
    origin = models.CharField(
        max_length=11,
        choices=Origin.choices,
        default=Origin.APPLICATION,
        db_default=Origin.APPLICATION,
    )
    opened_at = models.DateTimeField()
    first_price_at = models.DateTimeField(null=True, help_text="first article shown with its price")
    merged_into = _merged_into()
    needs_keys = _needs_keys()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(needs_keys=True), name="account_needs_keys")
        ]

    def __str__(self) -> str:
        return self.name


class LegalEntity(models.Model):
    """A registered company of an account."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="legal_entities")
    legal_name = models.CharField(max_length=200)
    trade_name = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2)
    tax_id_kind = models.CharField(max_length=20)
    tax_id = models.CharField(max_length=40)
    activity = models.CharField(max_length=300, blank=True)
    address = models.JSONField(default=dict)
    domain = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="its registered internet domain: nordlicht.example",
    )
    sources = models.JSONField(
        default=dict, help_text="field → who said so, unless it was the customer"
    )
    merged_into = _merged_into()
    needs_keys = _needs_keys()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(needs_keys=True), name="entity_needs_keys")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["country", "tax_id_kind", "tax_id"], name="legal_entity_once"
            )
        ]

    @property
    def is_person(self) -> bool:
        """Whether it is a private customer, whom no tax id names."""
        return self.tax_id_kind == "person"

    def __str__(self) -> str:
        return self.legal_name


class Contact(models.Model):
    """A person at an account."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=120)
    email = models.EmailField()
    phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=10)
    is_active = models.BooleanField(
        default=True, db_default=True, help_text="still works there, as far as we know"
    )
    merged_into = _merged_into()
    needs_keys = _needs_keys()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(needs_keys=True), name="contact_needs_keys")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "email"], name="contact_once")
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user's seat in an account, and what they may do there."""

    class Role(models.TextChoices):
        """What a customer's person may do."""

        ADMIN = "admin"
        BUYER = "buyer"
        READER = "reader"

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "user"], name="membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.account}"


class MatchKey(models.Model):
    """What one party shares with whoever could be the same, as a digest.

    `subject_id` is a legal entity, a contact, or an account that has no legal entity.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.BigIntegerField()
    subject_id = models.UUIDField()
    account_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            # Answers "who else?" by itself: no row of the table is read.
            models.UniqueConstraint(fields=["key", "subject_id"], name="match_key_once")
        ]
        indexes: ClassVar = [models.Index(fields=["account_id"], name="match_key_of_account")]

    def __str__(self) -> str:
        return f"{self.key} → {self.subject_id}"


class Pair(models.Model):
    """Two that are probably one, for the merge desk. `one_id` is the lesser id."""

    class Kind(models.TextChoices):
        """Of what: a company is known by a legal entity, or by its account if it has none."""

        COMPANY = "company"
        CONTACT = "contact"

    class Status(models.TextChoices):
        """DISMISSED was said by a person and is remembered whatever the score becomes."""

        OPEN = "open"
        DISMISSED = "dismissed"

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    one_id = models.UUIDField()
    other_id = models.UUIDField()
    business_unit = models.CharField(max_length=40)
    score = models.FloatField()
    verdict = models.CharField(max_length=5)
    evidence = models.JSONField(default=list)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.OPEN)
    dismissed_by = models.CharField(max_length=120, blank=True)
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["one_id", "other_id"], name="pair_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["other_id"], name="pair_by_other"),
            models.Index(fields=["business_unit", "status", "-score", "id"], name="pair_best"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} ~ {self.other_id}"


class Merge(models.Model):
    """Two made one by a person: what was chosen, what moved, and how to undo it."""

    class Kind(models.TextChoices):
        """What was merged."""

        ACCOUNT = "account"
        COMPANY = "company"
        CONTACT = "contact"

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    business_unit = models.CharField(max_length=40)
    kept_id = models.UUIDField()
    dropped_id = models.UUIDField()
    kept_name = models.CharField(max_length=200)
    dropped_name = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    # A list of what was done, in order, which is what an undo takes back: see `merging.moving`.
    changes = models.JSONField(default=list)
    aliases = models.JSONField(default=list, help_text="ids in outside systems that stand beside")
    by_label = models.CharField(max_length=120)
    merged_at = models.DateTimeField()
    undo_until = models.DateTimeField()
    undone_by = models.CharField(max_length=120, blank=True)
    undone_at = models.DateTimeField(null=True)
    not_undone = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["business_unit", "-id"], name="merge_of_unit"),
            models.Index(fields=["kept_id"], name="merge_by_kept"),
            models.Index(fields=["dropped_id"], name="merge_by_dropped"),
        ]

    def __str__(self) -> str:
        return f"{self.dropped_name} → {self.kept_name}"
