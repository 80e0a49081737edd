"""Signing in, in this house: what `identity` cannot know of those who sign in."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from atrio.identity.adapter import SignInAdapter
from atrio.identity.models import User
from atrio.kernel.actors import Actor
from atrio.seller.queries import staff_at_work
from atrio.sign_on.coming import want
from atrio.sign_on.queries import must_come_by_company, provider_of


class HouseAdapter(SignInAdapter):
    """Tell our own staff from customers."""

    def actor_of(self, user: User) -> Actor:
        """Return who a user is: one of ours, or somebody at a customer's."""
        found = staff_at_work(user.pk, str(user))
        return found.actor if found else super().actor_of(user)

    def must_have_factor(self, user: User) -> bool:
        """Say whether a user must have a second factor: where a unit of theirs asks for it."""
        found = staff_at_work(user.pk, str(user))
        return bool(found and found.needs_second_factor)

    def company_door(self, request: HttpRequest, email: str, *, to: str = "") -> str:
        """Return where the company of an address lets its people in, "" where none does."""
        if provider_of(email) is None:
            return ""
        want(request, email=email, to=to)
        return reverse("company_sign_in")

    def must_come_by_company(self, user: User) -> bool:
        """Say whether a user may come in by their company alone."""
        return must_come_by_company(user)
