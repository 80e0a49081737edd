"""The Django app of the outside systems."""

from django.apps import AppConfig


class OutsideConfig(AppConfig):
    """Connections, links and deliveries."""

    name = "atrio.outside"
    label = "outside"

    def ready(self) -> None:
        """Carry what `notices` has to say by text message."""
        from atrio.notices.carriers import carry_with
        from atrio.outside.texting import TextCarrier

        carry_with("sms", TextCarrier())
