"""How the web server is started, wherever it is."""

from __future__ import annotations

PAGES_AND_STREAMS = "atrio.site.asgi:application"
# Every open stream is a request that lasts: granian takes no more of them at once than this, and
# would by itself take some hundreds.
_AT_ONCE = 8192


def web_arguments(
    *, port: int, host: str = "127.0.0.1", workers: int = 2, application: str = PAGES_AND_STREAMS
) -> list[str]:
    """Return what `python -m` is told to serve pages and streams in so many processes."""
    return [
        *("granian", "--interface", "asginl", application, "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--backpressure", str(_AT_ONCE), "--no-ws"),
    ]
