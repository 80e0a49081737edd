"""Background work of enrolment: the import of a base."""

from __future__ import annotations

from itertools import islice
from random import Random
from uuid import UUID

import structlog

from atrio.enrolment.actions import run_import
from atrio.enrolment.queries import run_now
from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.kernel.queue import job, later
from atrio.outside.retry import delay

log = structlog.get_logger(__name__)
_random = Random()  # noqa: S311 - jitter, not a secret
# Then the job ends and queues itself: a worker that is told to stop finishes what runs first.
PAGES_AT_A_TIME = 20


@job("enrolment.import_base")
def import_base(*, run_id: UUID) -> None:
    """Do a stretch of an import; one that waits for a system comes back by itself."""
    try:
        pages = sum(1 for _run in islice(run_import(run_id), PAGES_AT_A_TIME))
    except OutsideBusy as error:
        wait = delay(run_now(run_id).tries, random=_random)
        log.info("import.waits", run=str(run_id), error=str(error), seconds=wait.total_seconds())
        later("enrolment.import_base", run_id=run_id, once=str(run_id), run_in=wait)
    except OutsideFailure as error:
        log.warning("import.stopped", run=str(run_id), error=str(error), code=error.code)
    else:
        if pages == PAGES_AT_A_TIME:
            later("enrolment.import_base", run_id=run_id, once=str(run_id))
