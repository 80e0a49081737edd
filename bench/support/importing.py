"""`python -m bench.support.importing <customers>`: import a crowd, then write its rows anew.

Prints, as JSON, how many rows there are and how many seconds each of the two ways took: the
import, which reads, checks, compares and writes, and Django's `bulk_create`, which only writes.
"""

import json
import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from atrio.enrolment.actions import PAGE, run_import, start_import  # noqa: E402
from atrio.enrolment.models import ImportRun, Imprint  # noqa: E402
from atrio.kernel.actors import SYSTEM  # noqa: E402
from atrio.outside.connections import open_crm, open_erp  # noqa: E402
from atrio.outside.models import Connection, Link  # noqa: E402
from atrio.parties.models import Account, Contact, LegalEntity  # noqa: E402
from atrio.seller.models import BusinessUnit  # noqa: E402
from atrio.timeline.models import Entry  # noqa: E402

WRITTEN = (Account, LegalEntity, Contact, Link, Imprint, Entry)


def count():
    return sum(model.objects.count() for model in WRITTEN)


def import_crowd(unit):
    run = start_import(by=SYSTEM, unit=unit.code, now=timezone.now(), in_background=False)
    began = time.perf_counter()
    for _page in run_import(run.pk):
        pass
    seconds = time.perf_counter() - began
    assert ImportRun.objects.get(pk=run.pk).status == ImportRun.Status.DONE
    return seconds


def write_again():
    """Take the rows out and put them back, a page at a time as well."""
    rows = {model: list(model.objects.all()) for model in WRITTEN}
    tables = ", ".join(model._meta.db_table for model in WRITTEN)
    with connection.cursor() as cursor:
        cursor.execute(f"truncate {tables} cascade")
    began = time.perf_counter()
    for model, theirs in rows.items():
        for start in range(0, len(theirs), PAGE):
            model.objects.bulk_create(theirs[start : start + PAGE])
    return time.perf_counter() - began


unit = BusinessUnit.objects.get()
crowd = {"crowd": int(sys.argv[1]), "remembers": 1_000_000}
for code in (unit.erp, unit.crm):
    Connection.objects.filter(code=code).update(base_url=f"memory://{code}/crowd", options=crowd)
open_erp(unit.erp), open_crm(unit.crm)  # they make their crowds up before the time is taken
before = count()
imported = import_crowd(unit)
rows = count() - before
again = import_crowd(unit)
print(json.dumps({"rows": rows, "import": imported, "again": again, "bulk_create": write_again()}))
