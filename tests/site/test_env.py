"""The environment: what is wrong is refused by name, before anything starts."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

RIGHT = {
    "SECRET_KEY": "k" * 50,
    "DATABASE_URL": "postgresql://atrio_web:pass%40word@db.example:5433/atrio?sslmode=require",
}


def read(**environment):
    """Read the environment in a process of its own, as every process of the house does."""
    script = "from atrio.site.env import env; print(env.database()); print(env.allowed_hosts)"
    return subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_two_that_have_no_default_are_enough():
    ran = read(**RIGHT)

    assert ran.returncode == 0, ran.stderr
    assert "'PASSWORD': 'pass@word'" in ran.stdout
    assert "'PORT': 5433" in ran.stdout
    assert "'sslmode': 'require'" in ran.stdout


def test_without_any_environment_both_are_named():
    ran = read()

    assert ran.returncode == 1
    assert "SECRET_KEY: Field required" in ran.stderr
    assert "DATABASE_URL: Field required" in ran.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("DATABASE_URL", "mysql://db/atrio"),
        ("PORT", "99999"),
        ("PUBLIC_URL", "shop.example"),
        ("ATRIO_HEARTBEAT_SECONDS", "soon"),
        ("ATRIO_PACKS", "/nowhere/at/all"),
        ("ATRIO_SECRETS", '{"erp-br": "hush-hush"'),
        ("SMTP_URL", "mail.example:25"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_what_is_wrong_is_refused_by_name_in_one_line(name, value):
    ran = read(**RIGHT | {name: value})

    assert ran.returncode == 1
    (line,) = [line for line in ran.stderr.splitlines() if line.startswith("  ")]
    assert line.startswith(f"  {name}: ")
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("scheme", ["smtp", "smtps", "smtp+starttls"])
def test_a_mail_server_is_reached_in_each_of_three_ways(scheme):
    assert read(**RIGHT, SMTP_URL=f"{scheme}://mail.example").returncode == 0


def test_a_refusal_quotes_no_secret():
    ran = read(**RIGHT | {"SECRET_KEY": "too-short", "ATRIO_SECRETS": '{"erp-br": hush-hush}'})

    assert "too-short" not in ran.stderr
    assert "hush" not in ran.stderr


def test_several_hosts_are_separated_by_commas():
    ran = read(**RIGHT, ALLOWED_HOSTS="shop.example,www.shop.example")

    assert "['shop.example', 'www.shop.example']" in ran.stdout
