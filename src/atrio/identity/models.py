"""Users."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F
from django.db.models.functions import Lower

from atrio.kernel.ids import new_id


class UserManager(BaseUserManager["User"]):
    """Make users by email; there are no passwords."""

    def create_user(self, email: str, **fields: Any) -> User:
        """Create a user who signs in by email code."""
        user = self.model(email=email.lower(), **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user with the address, whatever its case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A login of one person."""

    id = models.UUIDField(primary_key=True, default=new_id)
    # Kept in small letters, which is how it is looked up: one address, one user.
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = []
    objects = UserManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(email=Lower(F("email"))), name="user_email_small"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email


class SignedIn(models.Model):
    """One browser in which a user is signed in: what they look at to see whether it is theirs."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="signed_in")
    session_key = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
    seen_at = models.DateTimeField()
    browser = models.CharField(max_length=120, blank=True, help_text="as Firefox on Linux")
    network = models.CharField(max_length=50, blank=True, help_text="never the whole address")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "-at"], name="signed_in_by_user")]

    def __str__(self) -> str:
        return f"{self.user} · {self.browser} · {self.at:%Y-%m-%d %H:%M}"


class SigningKey(models.Model):
    """A key with which the house signs, for outside shops, who somebody is."""

    id = models.UUIDField(primary_key=True, default=new_id)
    sealed = models.TextField(help_text="the private key, sealed")
    made_at = models.DateTimeField()
    signs_from = models.DateTimeField(help_text="published before, so that every shop knows it")
    expires_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"
