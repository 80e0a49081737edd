"""The same no-op job in Procrastinate, run by `main` in processes of its own."""

import os

from procrastinate import App, PsycopgConnector

from atrio.kernel.queue.worker import THREADS

app = App(connector=PsycopgConnector(conninfo=os.environ["DATABASE_URL"]))


@app.task(name="nothing")
async def do_nothing(number: int) -> None:
    pass


def main() -> None:
    """Run a worker until it is told to stop."""
    # As many at once as in ours. An async task, because it spares Procrastinate the threads
    # that ours uses: the kinder comparison.
    with app.open():
        app.run_worker(concurrency=THREADS)
