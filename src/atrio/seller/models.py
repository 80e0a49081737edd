"""Business units, their working calendars, and staff."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from atrio.kernel.ids import new_id


class BusinessUnit(models.Model):
    """A region or branch of the seller: its currency, languages, brand and outside systems."""

    id = models.UUIDField(primary_key=True, default=new_id)
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=10)
    time_zone = models.CharField(max_length=40, default="UTC")
    sender = models.EmailField(help_text="from whose address its messages come")
    brand = models.CharField(
        max_length=80,
        blank=True,
        default="",
        db_default="",
        help_text="the name its messages bear; empty: the house's",
    )
    accent = models.CharField(
        max_length=7,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(r"^#[0-9a-f]{6}$")],
        help_text="colour of its messages, as #08756c; empty: the house's",
    )
    logo = models.CharField(
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text="a static file, PNG (mail programs show no SVG); empty: the name in words",
    )
    host = models.CharField(
        max_length=253,
        blank=True,
        default="",
        db_default="",
        help_text="its own name on the net, as kunden.example.com; empty: the house's",
    )
    sms_sender = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",
        help_text="from whom its text messages come: a number, or at most 11 letters and digits",
    )
    needs_second_factor = models.BooleanField(
        default=False, db_default=False, help_text="of everybody who works here"
    )
    quiet_from = models.TimeField(
        default=time(21), db_default=time(21), help_text="from when on nobody is disturbed"
    )
    quiet_until = models.TimeField(
        default=time(8),
        db_default=time(8),
        help_text="equal to quiet_from: there are no such hours",
    )
    erp = models.SlugField(max_length=40, help_text="code of the connection to its ERP")
    former_erps = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        blank=True,
        help_text="codes of those in which it made customers before: they are served by them",
    )
    registry = models.SlugField(max_length=40, help_text="code of the connection to its register")
    crm = models.SlugField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="code of the connection to its CRM",
    )
    sms = models.SlugField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="… to what sends text messages",
    )
    shop = models.SlugField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="… to a shop elsewhere in which its customers buy; empty: our own alone",
    )
    branches = models.JSONField(default=list, help_text="codes of its counters and local offices")
    journeys = models.JSONField(default=list, help_text="packs by which one becomes its customer")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["host"], condition=~models.Q(host=""), name="unit_of_a_host_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Staff(models.Model):
    """A user's work for one business unit."""

    class Role(models.TextChoices):
        """What a member of staff does all day."""

        ASSOCIATE = "associate"
        MANAGER = "manager"
        PROCESS_OWNER = "process_owner"
        REGIONAL_ADMIN = "regional_admin"
        ADMIN = "admin"

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff"
    )
    business_unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT)
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "business_unit", "role"], name="staff_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role} · {self.business_unit}"


def office_hours() -> list[list[list[str]]]:
    """Return the hours of a unit that has not said its own: Monday to Friday, nine to six."""
    return [[["09:00", "18:00"]] for _day in range(5)] + [[], []]


class WorkingCalendar(models.Model):
    """When a business unit works. A unit without one works from Monday to Friday, nine to six."""

    id = models.UUIDField(primary_key=True, default=new_id)
    business_unit = models.OneToOneField(
        BusinessUnit, on_delete=models.CASCADE, related_name="working_calendar"
    )
    week = models.JSONField(
        default=office_hours, help_text='seven days, Monday first, each [["09:00", "18:00"], …]'
    )
    country = models.CharField(max_length=2, help_text="whose public holidays are kept")
    subdivision = models.CharField(max_length=20, blank=True, help_text="… and which part of it")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"working calendar of {self.business_unit}"


class OwnDay(models.Model):
    """A date on which a business unit works otherwise than its week and the holidays say."""

    id = models.UUIDField(primary_key=True, default=new_id)
    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.CASCADE, related_name="own_days")
    on = models.DateField()
    openings = models.JSONField(default=list, help_text="as in the week; none: closed")
    reason = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["calendar", "on"], name="own_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.reason}"


class PublicHolidays(models.Model):
    """The public holidays of one place and year, as the package has told them."""

    id = models.UUIDField(primary_key=True, default=new_id)
    country = models.CharField(max_length=2)
    subdivision = models.CharField(max_length=20, blank=True)
    year = models.PositiveSmallIntegerField()
    days = models.JSONField(help_text="date → language → name")
    parts = models.JSONField(help_text="codes of the country's parts with holidays of their own")
    edition = models.CharField(max_length=20, help_text="of the package")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["country", "subdivision", "year"], name="public_holidays_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.subdivision} {self.year}"
