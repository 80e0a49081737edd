"""One connection that listens to the database, for all streams of a process."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable

import psycopg
from prometheus_client import Gauge
from psycopg import AsyncConnection

from atrio.kernel.database import connection_options

logger = logging.getLogger(__name__)

# What the trigger of a followed table calls out: keys, with blanks between.
CHANNEL = "atrio_live"
STREAMS = Gauge("atrio_live_streams", "Pages that follow by a stream")
# A stream that never says anything a proxy takes for dead.
SIGN_OF_LIFE = 20.0  # seconds
_RECONNECT_AFTER = 0.5  # seconds
_READY_WITHIN = 5.0
# A connection cut without a word is noticed within a minute.
_KEEP_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


class Deaf(Exception):
    """The database cannot be heard now: whoever wants to follow must ask by themselves."""


class Watch:
    """One stream's ear, and its mouth: what is heard is said at once, where it is heard.

    No task is woken for a word: for a thousand streams that takes longer than all the rest.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = tuple(keys)
        self._say: Callable[[bool], None] | None = None
        self._pause = 0.0
        self._is_silent = True
        self._changed = False  # unsaid, while it is silent
        self._over = asyncio.Event()

    def speak(self, say: Callable[[bool], None], *, pause: float) -> None:
        """Have every word said from now on: whether something has changed, or it is only there.

        After a change it is silent for `pause` seconds; what has been heard by then is one word.
        """
        self._say, self._pause = say, pause
        self._break_silence()

    def tell(self) -> None:
        """Say that something has changed, or note it until it may be said."""
        if self._is_silent:
            self._changed = True
            return
        self._utter(changed=True)
        if self._pause:
            self._is_silent = True
            asyncio.get_running_loop().call_later(self._pause, self._break_silence)

    def nudge(self) -> None:
        """Say that it is still there although nothing has changed."""
        self._utter(changed=False)

    def end(self) -> None:
        """Let the stream end."""
        self._over.set()

    async def until_over(self) -> None:
        """Wait for the end."""
        await self._over.wait()

    def _break_silence(self) -> None:
        self._is_silent = False
        if self._changed:
            self._changed = False
            self.tell()

    def _utter(self, *, changed: bool) -> None:
        if self._say is not None and not self._over.is_set():
            self._say(changed)


class Hub:
    """Hears what changes and wakes those who watch it. Listens from the first watch on."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._watches: defaultdict[str, set[Watch]] = defaultdict(set)
        self._count = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._hears = asyncio.Event()

    async def join(self, keys: Iterable[str]) -> Watch:
        """Return a watch that hears of the keys from now on. Raises Deaf where that is not so.

        That is: while the database is away, or when there are as many streams as may be.
        """
        if not self._tasks:
            for work in (self._listen_for_ever(), self._nudge_for_ever()):
                self._tasks.append(asyncio.create_task(work))
        watch = Watch(keys)
        if self._count >= self._most:
            raise Deaf("There are too many streams")
        self._count += 1
        STREAMS.inc()
        for key in watch.keys:
            self._watches[key].add(watch)
        try:
            await asyncio.wait_for(self._hears.wait(), _READY_WITHIN)
        except BaseException as error:
            self.leave(watch)
            if isinstance(error, TimeoutError):
                raise Deaf("The database cannot be reached") from None
            raise
        return watch

    def leave(self, watch: Watch) -> None:
        """Forget a watch."""
        self._count -= 1
        STREAMS.dec()
        for key in watch.keys:
            watching = self._watches[key]
            watching.discard(watch)
            if not watching:
                del self._watches[key]

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                logger.warning("Streams cannot hear the database and try again: %s", error)
            self._hears.clear()
            # What happens now nobody hears: pages ask by themselves until they are let in again.
            for watch in self._all():
                watch.end()
            await asyncio.sleep(_RECONNECT_AFTER)

    async def _nudge_for_ever(self) -> None:
        """Wake all now and then, by one clock and not by one for each."""
        while True:
            await asyncio.sleep(SIGN_OF_LIFE)
            for watch in self._all():
                watch.nudge()

    def _all(self) -> set[Watch]:
        return {watch for watching in self._watches.values() for watch in watching}

    async def _listen(self) -> None:
        options = _KEEP_ALIVE | connection_options()
        listener = await AsyncConnection.connect(**options, autocommit=True)
        async with listener:
            await listener.execute(f"listen {CHANNEL}".encode())
            self._hears.set()
            async for said in listener.notifies():
                for key in said.payload.split():
                    for watch in self._watches.get(key, ()):
                        watch.tell()
