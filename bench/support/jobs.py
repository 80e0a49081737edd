"""Jobs to measure the queue with."""

import time

from django.db import connection
from django.db.models import F

from atrio.kernel.queue import job
from bench.support.models import Counter, Start

_COUNT = """
    insert into support_counter (id, hits) values (%s, 1)
    on conflict (id) do update set hits = support_counter.hits + 1
"""


@job("bench.nothing")
def do_nothing(*, number: int) -> None:
    pass


@job("bench.update")
def update_one_row(*, number: int) -> None:
    Counter.objects.filter(pk=number).update(hits=F("hits") + 1)


@job("bench.count_run")
def count_run(*, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [number])


@job("bench.note_start")
def note_start(*, queued: str) -> None:
    started = time.time()
    Start.objects.create(queued=float(queued), started=started)
