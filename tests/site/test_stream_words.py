"""A word is said where it is heard: by servers of every temper, and at the pace of the ticket."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from atrio.kernel.live.hub import Watch
from atrio.site.streams import _say

WITHIN = 5.0  # seconds
CHANGED = b"data: changed\n\n"


def watching(send, *, pause=0.0):
    watch = Watch(["application:1"])
    watch.speak(partial(_say, send, watch), pause=pause)
    return watch


class Ear:
    """What somebody is told, by a server that takes words at once, late, or not at all."""

    def __init__(self, *, waits=False, breaks=None):
        self.heard = []
        self._waits, self._breaks = waits, breaks
        self.is_told = asyncio.Event()

    async def send(self, word):
        if self._breaks:
            raise self._breaks
        if self._waits:
            await asyncio.sleep(0)
        self.heard.append(word["body"])
        self.is_told.set()


async def test_a_server_that_takes_it_at_once_has_it_before_anybody_else_runs():
    ear = Ear()
    watching(ear.send).tell()
    assert ear.heard == [CHANGED]


async def test_a_server_that_lets_one_wait_gets_it_all_the_same():
    ear = Ear(waits=True)
    watching(ear.send).tell()
    await asyncio.wait_for(ear.is_told.wait(), WITHIN)
    assert ear.heard == [CHANGED]


@pytest.mark.parametrize("error", [OSError("gone"), RuntimeError("closed")])
async def test_whose_line_is_broken_ends_and_keeps_the_word_from_nobody_else(error):
    other = Ear()
    watches = [watching(Ear(breaks=error).send), watching(other.send)]
    for watch in watches:
        watch.tell()
    await asyncio.wait_for(watches[0].until_over(), WITHIN)
    assert other.heard == [CHANGED]


async def test_what_happens_before_the_stream_has_begun_is_said_when_it_has():
    ear, watch = Ear(), Watch(["application:1"])
    watch.tell()
    watch.nudge()
    watch.tell()
    watch.speak(partial(_say, ear.send, watch), pause=0)
    assert ear.heard == [CHANGED]


async def test_after_its_end_a_stream_says_nothing():
    ear = Ear()
    watch = watching(ear.send)
    watch.end()
    watch.tell()
    watch.nudge()
    assert ear.heard == []
