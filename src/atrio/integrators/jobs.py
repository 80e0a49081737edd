"""What is done for programs in the background."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from atrio.integrators.models import KeptAnswer
from atrio.integrators.rules import ANSWERS_KEPT
from atrio.kernel.queue import job


@job("integrators.forget_answers", every=timedelta(hours=1))
def forget_answers() -> None:
    """Delete what was answered more than a day ago: nobody sends that again by mistake."""
    KeptAnswer.objects.filter(at__lt=timezone.now() - ANSWERS_KEPT).delete()
