"""Background work of trade: keep the mirror and the prices fresh."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from django.utils import timezone

from atrio.kernel.errors import OutsideError
from atrio.kernel.queue import job
from atrio.outside.actions import asking
from atrio.outside.queries import erps_at_work
from atrio.trade import actions
from atrio.trade.shops import jobs as _of_shops  # noqa: F401 - its jobs register themselves

log = structlog.get_logger(__name__)


@job("trade.mirror_catalogues", every=timedelta(hours=1))
def mirror_catalogues() -> None:
    """Mirror the catalogue of every ERP that has customers of ours, or will have."""
    for erp in erps_at_work():
        try:
            with asking(connection=erp, operation="erp.articles"):
                actions.mirror_catalogue(erp=erp.code, now=timezone.now())
        except OutsideError as error:
            log.warning("trade.not_mirrored", erp=erp.code, error=str(error))


@job("trade.refresh_prices")
def refresh_prices(*, account_id: UUID, search: str, category: str, page: int) -> None:
    """Ask again for the prices of one page of the catalogue, as an account looks at it."""
    try:
        actions.fetch_missing_prices(
            account_id=account_id, search=search, category=category, page=page, now=timezone.now()
        )
    except OutsideError as error:
        # The page says that prices are being asked for and asks again by itself.
        log.warning("trade.no_prices", account=str(account_id), error=str(error))
