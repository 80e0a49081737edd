"""Applications and all that belongs to them. The tables are the truth; `state` is a cache."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from atrio.journeys.models import Release
from atrio.kernel.ids import new_id

# Told apart for length: here Django finds them.
from atrio.onboarding.credit_models import CreditWithdrawal as CreditWithdrawal
from atrio.onboarding.delegation_models import Delegation as Delegation
from atrio.onboarding.help_models import Help as Help
from atrio.onboarding.letter_models import EmailProof as EmailProof
from atrio.onboarding.letter_models import LinkRequest as LinkRequest
from atrio.onboarding.letter_models import Reminder as Reminder
from atrio.onboarding.promise_models import Promise as Promise
from atrio.onboarding.promise_models import Reached as Reached
from atrio.onboarding.repair_models import RepairItem as RepairItem
from atrio.onboarding.repair_models import RepairRun as RepairRun


class Application(models.Model):
    """One applicant's run through a release, which it keeps for life."""

    class Status(models.TextChoices):
        """How far it is; `waiting_on` says whose turn it is while it is OPEN."""

        OPEN = "open"
        DONE = "done"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    class Channel(models.TextChoices):
        """How the customer came in."""

        WEB = "web"
        COUNTER = "counter"
        TELEPHONE = "telephone"
        API = "api"  # a program of somebody else's

    class Signal(models.TextChoices):
        """Why somebody who is filling in may be stuck; being idle is told by `seen_at`."""

        NONE = ""
        SAME_ERROR = "same_error"
        CAME_BACK = "came_back"
        RETURNED = "returned"  # our letters come back

    class WaitingOn(models.TextChoices):
        """Whose turn it is."""

        CUSTOMER = "customer"
        ADMIN = "admin"  # of the account the applicant asks to join
        ASSOCIATE = "associate"
        OUTSIDE = "outside"
        NOBODY = "nobody"

    id = models.UUIDField(primary_key=True, default=new_id)
    reference = models.CharField(max_length=9, unique=True)
    release = models.ForeignKey(Release, on_delete=models.PROTECT)
    business_unit = models.CharField(max_length=40)
    branch = models.CharField(max_length=40, blank=True, help_text="where the customer came in")
    language = models.CharField(max_length=10)
    visit = models.UUIDField()
    title = models.CharField(max_length=200, blank=True, help_text="the company, once known")
    channel = models.CharField(
        max_length=9, choices=Channel.choices, default=Channel.WEB, db_default=Channel.WEB
    )
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    waiting_on = models.CharField(
        max_length=9, choices=WaitingOn.choices, default=WaitingOn.CUSTOMER
    )
    current_step = models.CharField(max_length=80, blank=True)
    ends = models.JSONField(default=list, help_text="the end events reached")
    closed_steps = models.PositiveIntegerField(default=0)
    account_id = models.UUIDField(null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        help_text="the associate who looks after it",
    )
    sold_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        help_text="who sells to this customer, and so does not decide",
    )
    signal = models.CharField(
        max_length=10, choices=Signal.choices, blank=True, default="", db_default=""
    )
    visits = models.PositiveSmallIntegerField(
        default=1,
        db_default=1,
        help_text="how often they came since they last got on, with a pause in between",
    )
    returned_from = models.EmailField(
        blank=True,
        default="",
        db_default="",
        help_text="the customer's address, if our letters come back from it",
    )
    seen_at = models.DateTimeField(null=True, help_text="when the customer was last here")
    helped_at = models.DateTimeField(
        null=True, help_text="when one of ours last helped; nobody looks for help there is none of"
    )
    delegated_at = models.DateTimeField(
        null=True,
        help_text="when a step was last delegated; nobody looks for what there is none of",
    )
    remind_at = models.DateTimeField(
        null=True, db_default=Now(), help_text="when it is looked at, as it waits for the customer"
    )
    clocks = models.JSONField(
        default=dict,
        db_default={},
        help_text="which promises run, so that nobody looks for them",
    )
    state = models.BinaryField(help_text="the engine's cache; replaying the steps gives the same")
    first_page_at = models.DateTimeField(help_text="the access clock's start")
    promised_at = models.DateTimeField(
        null=True, help_text="when the first is due of what we owe; None: nothing presses"
    )
    submitted_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["business_unit", "promised_at", "id"],
                condition=Q(status="open"),
                name="application_queue",
            ),
            models.Index(
                fields=["business_unit", "waiting_on", "promised_at", "id"],
                condition=Q(status="open"),
                name="application_turn",
            ),
            models.Index(
                fields=["business_unit", "-finished_at", "-id"],
                condition=Q(finished_at__isnull=False),
                name="application_finished",
            ),
            models.Index(fields=["business_unit", "-updated_at"], name="application_latest"),
            models.Index(
                fields=["owner", "promised_at", "id"],
                condition=Q(status="open"),
                name="application_owned",
            ),
            models.Index(
                fields=["business_unit", "promised_at", "id"],
                condition=Q(status="open", waiting_on="associate", owner=None),
                name="application_free",
            ),
            models.Index(
                fields=["-finished_at"], condition=Q(status="done"), name="application_done"
            ),
            models.Index(
                fields=["business_unit", "-seen_at", "-id"],
                condition=Q(status="open", submitted_at__isnull=True),
                name="application_drafts",
            ),
            models.Index(
                fields=["remind_at"], condition=Q(status="open"), name="application_to_remind"
            ),
            GinIndex(SearchVector("title", config="simple"), name="application_words"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class Step(models.Model):
    """One task of the process, opened once: by whom it was closed, when, and how it ended."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="steps")
    element = models.CharField(max_length=80)
    kind = models.CharField(max_length=8)
    target = models.CharField(max_length=80, blank=True)
    lane = models.CharField(max_length=40, blank=True)
    task_id = models.CharField(max_length=36)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # The order in which steps were closed, by which a replay repeats them.
    closing = models.PositiveIntegerField(null=True)
    outcome = models.CharField(
        max_length=80, blank=True
    )  # completed | failed:code | fired | received:message | undone
    by_kind = models.CharField(max_length=12, blank=True)
    by_label = models.CharField(max_length=120, blank=True)
    by_id = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "task_id"], name="step_once"),
            models.UniqueConstraint(fields=["application", "closing"], name="step_closed_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.element} {self.outcome or 'open'}"


class Fact(models.Model):
    """A value with its origin. Rows are added, never changed: this is the field history."""

    class Origin(models.TextChoices):
        """Where a value comes from."""

        CUSTOMER = "customer"
        REGISTER = "register"
        ERP = "erp"
        CRM = "crm"
        ADMIN = "admin"  # of the account the applicant asks to join
        STAFF = "staff"
        TABLE = "table"
        SYSTEM = "system"

    class Status(models.TextChoices):
        """What the value is worth."""

        SUGGESTED = "suggested"
        ACCEPTED = "accepted"
        VERIFIED = "verified"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="facts")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, null=True)
    field = models.CharField(max_length=80)
    value = models.JSONField(null=True)
    origin = models.CharField(max_length=8, choices=Origin.choices)
    source = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=9, choices=Status.choices)
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=12)
    by_label = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["application", "id"], name="fact_in_order"),
            # Whoever answers the telephone has a tax number and wants the application.
            models.Index(fields=["value"], condition=Q(field="company.tax_id"), name="fact_tax_id"),
        ]

    def __str__(self) -> str:
        return f"{self.field} ({self.origin})"


class Typed(models.Model):
    """What an applicant typed that could not be accepted yet, so that nothing entered is lost."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.CASCADE)
    element = models.CharField(max_length=80)
    raw = models.JSONField()
    refused = models.JSONField(
        default=dict, db_default={}, help_text="field → why, and how many times in a row"
    )
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "element"], name="typed_once")
        ]

    def __str__(self) -> str:
        return self.element


class Call(models.Model):
    """A service task's work, one row from the moment the process asks for it."""

    class Status(models.TextChoices):
        """NO_ANSWER means sent, and nothing came back: only a search may resolve it."""

        QUEUED = "queued"
        RUNNING = "running"
        NO_ANSWER = "no_answer"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="calls")
    step = models.OneToOneField(Step, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    key = models.CharField(max_length=120, help_text="the same for every attempt; searched by")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    crashes = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="attempts whose worker died or was stopped"
    )
    error_code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=500, blank=True)
    next_try_at = models.DateTimeField(null=True)
    give_up_at = models.DateTimeField(help_text="as long as the process is patient")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["application"], name="call_by_application"),
            # Costs nothing while all is well: neither column changes on the way of a call.
            models.Index(
                fields=["application"],
                condition=Q(next_try_at__isnull=False) | Q(error_code="unreachable"),
                name="call_in_trouble",
            ),
            # Likewise: what fails for good may be wanted together, and hardly anything does.
            models.Index(
                fields=["application"],
                condition=Q(status="failed", error_code__gt=""),
                name="call_given_up",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("created_at")),
                name="call_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.status}"


class AccessRequest(models.Model):
    """A stranger's application to join an account, as the account's admins see and decide it."""

    class Status(models.TextChoices):
        """OVERTAKEN: somebody of ours has decided, or the application was withdrawn."""

        OPEN = "open"
        APPROVED = "approved"
        DECLINED = "declined"
        OVERTAKEN = "overtaken"

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.CASCADE)
    account_id = models.UUIDField()
    company = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    email = models.EmailField()
    phone = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.OPEN)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_by_label = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account_id", "-id"], name="access_of_account")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(status="open"), name="access_asked_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.company}"
