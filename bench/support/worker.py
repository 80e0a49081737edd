"""`python -m bench.support.worker`: a worker, as `atrio worker` starts it."""

import logging

import django

logging.basicConfig(level="WARNING")
django.setup()

from atrio.kernel.queue.worker import run_worker  # noqa: E402

run_worker()
