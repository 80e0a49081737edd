"""The Django app of the outside systems."""

from django.apps import AppConfig


class OutsideConfig(AppConfig):
    """Connections, links and deliveries."""

    name = "atrio.outside"
    label = "outside"

    def ready(self) -> None:
        """Carry what `notices` has to say by text message; tell the wire what it may reach."""
        from django.conf import settings

        from atrio.notices.carriers import carry_with
        from atrio.outside import transport
        from atrio.outside.texting import TextCarrier

        carry_with("sms", TextCarrier())
        # A connector knows no settings, and the wire none but this.
        transport.let_reach(lambda: settings.ATRIO_CONNECTIONS_TO)
