"""How long pages take the server once it is warm, and whether they grow with the house."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import psycopg

from bench.harness import Bar, Figure, Machine, bench, percentile
from bench.house import House, house

FEW, MEASURED, MANY = 100, 5_000, 100_000
ROUNDS = 100
# Copies of the application that stands at a form: each with the step it is at, its tax number,
# and two entries, in turn waiting for each of those who may have the turn.
_COPIES = """
    create temporary view copies as
        select application.id as original, md5('copy' || n)::uuid as id, n
        from onboarding_application as application, generate_series({first}, {last}) as n
        where application.id = (
            select id from onboarding_application where status = 'open' order by created_at limit 1
        );
    insert into onboarding_application
        select (jsonb_populate_record(application, jsonb_build_object(
            'id', copies.id,
            'reference', 'Z' || upper(overlay(lpad(to_hex(n), 7, '0') placing '-' from 4 for 0)),
            'waiting_on', (array['associate', 'customer', 'outside'])[n % 3 + 1],
            'promised_at', now() + make_interval(secs => n % 7200 - 3600)
        ))).* from copies join onboarding_application as application on application.id = original;
    insert into onboarding_step
        select (jsonb_populate_record(step, jsonb_build_object(
            'id', md5(step.id::text || n)::uuid, 'application_id', copies.id
        ))).* from copies join onboarding_step as step
        on application_id = original and closed_at is null;
    insert into onboarding_fact
        select (jsonb_populate_record(fact, jsonb_build_object(
            'id', md5(fact.id::text || n)::uuid, 'application_id', copies.id, 'step_id', null
        ))).* from copies join onboarding_fact as fact
        on application_id = original and field = 'company.tax_id';
    insert into timeline_entry
        select (jsonb_populate_record(entry, jsonb_build_object(
            'id', md5(entry.id::text || n)::uuid, 'application_id', copies.id
        ))).* from copies join timeline_entry as entry
        on application_id = original and what in ('application.started', 'step.opened');
    drop view copies;
"""


@bench
def pages(machine: Machine) -> Iterator[Figure]:
    """The pages that people look at most, in a house of 100, 5,000 and 100,000 applications."""
    with house(machine, "pages") as made:
        made.collect_static_files()
        with made.workers():
            made.run("bench.support.pages", "prepare", user="atrio_web")
        few = _in_a_house_of(made, FEW, was=0)
        found = _in_a_house_of(made, MEASURED, was=FEW)
        many = _in_a_house_of(made, MANY, was=MEASURED)
    for page, measured in found.items():
        p95 = percentile(measured["milliseconds"], 0.95)
        yield Figure(f"{page}, p95", "ms", p95, bar=Bar(60, is_floor=False))
    for page, measured in found.items():
        ours, bare = (percentile(measured[whose], 0.5) for whose in ("milliseconds", "bare"))
        bar = Bar(0.7, is_floor=True, of_ratio=True)
        name = f"{page}, one after the other"
        yield Figure(name, "1/s", 1000 / ours, "its statements alone", bare / ours, bar)
    p95 = percentile(many["queue"]["milliseconds"], 0.95)
    yield Figure(f"queue of {MANY:,}, p95", "ms", p95)
    most = max(measured["statements"] for measured in many.values())
    yield Figure("statements of a page, at most", "", most, bar=Bar(15, is_floor=False))
    grown = max(many[page]["statements"] - few[page]["statements"] for page in many)
    name = f"… more of them at {MANY:,} than at {FEW}"
    yield Figure(name, "", grown, bar=Bar(0, is_floor=False))


def _in_a_house_of(made: House, applications: int, *, was: int) -> Any:
    """Let the house grow, and return what each page took."""
    with psycopg.connect(made.database.url("postgres"), autocommit=True) as connection:
        connection.execute(_COPIES.format(first=was + 1, last=applications).encode())
        connection.execute("vacuum analyze")
    return measured_pages(made, ROUNDS)


def measured_pages(made: House, rounds: int) -> Any:
    """Return by page the `milliseconds` of so many rounds, those of `bare`, and `statements`."""
    process = made.start(
        "bench.support.pages", "measure", str(rounds), user="atrio_web", stdout=subprocess.PIPE
    )
    said, _ = process.communicate()
    if process.returncode != 0:
        raise SystemExit("bench.support.pages: it failed")
    return json.loads(said)
