"""What is asked of somebody on their way in."""

from __future__ import annotations

from typing import Any

from allauth.mfa.stages import AuthenticateStage

from atrio.identity.queries import shown_in


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]  # allauth ships no types
    """Ask for the second factor, unless their company has asked for one of its own."""

    def handle(self) -> tuple[Any, bool]:
        """Return the page that asks, None to go on."""
        shown = shown_in(self.request, self.login.user)
        if any((each["method"], each.get("type")) == ("mfa", "company") for each in shown):
            return None, True
        asked: tuple[Any, bool] = super().handle()
        return asked
