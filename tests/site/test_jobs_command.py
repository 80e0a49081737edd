"""`atrio jobs`: what failed, and once more."""

import pytest
from typer.testing import CliRunner

from atrio.kernel.queue import job, later, run_pending
from atrio.kernel.queue.registry import JOBS
from atrio.site.commands.jobs import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed():
    """The number of a job that failed."""

    @job("test.fail")
    def fail(*, order: str) -> None:
        raise ValueError("no such order")

    number = later("test.fail", order="K7M2-9QXA")
    with pytest.raises(ValueError):
        run_pending()
    yield number
    del JOBS["test.fail"]


def run(*arguments):
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_held_jobs_are_listed_with_what_they_were_to_do(failed):
    assert 'test.fail {"order": "K7M2-9QXA"}' in run("held")
    assert "ValueError: no such order" in run("held")
    assert run("held", "--traceback").startswith(str(failed))
    assert "in fail" in run("held", "--traceback")


def test_a_retried_job_is_held_no_more(failed):
    assert run("retry", str(failed), "0") == "1 of 2 queued\n"
    assert run("held") == ""
