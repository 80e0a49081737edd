"""Run a worker with the jobs of `process_jobs`: `python worker_process.py THREADS`."""

import logging
import sys

import django

logging.basicConfig(level="INFO")
django.setup()

from atrio.kernel.queue.worker import run_worker  # noqa: E402
from tests.kernel import process_jobs  # noqa: E402, F401

run_worker(threads=int(sys.argv[1]))
