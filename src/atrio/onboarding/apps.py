"""The applications as a Django app."""

from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    """Register what a process may call, and what looks after promises."""

    name = "atrio.onboarding"

    def ready(self) -> None:
        """Import the calls, and the jobs outside `jobs`; each registers itself."""
        from atrio.onboarding.calls import (  # noqa: F401
            ask_admins,
            ask_register,
            create_customer,
            fetch_prices,
            find_customer,
            join_account,
            open_shop,
            save_customer,
            set_credit_line,
        )
        from atrio.onboarding.leftovers import jobs as _of_leftovers  # noqa: F401
        from atrio.onboarding.promises import jobs  # noqa: F401
        from atrio.onboarding.reminders import jobs as _of_reminders  # noqa: F401
        from atrio.onboarding.repairs import jobs as _of_repairs  # noqa: F401
