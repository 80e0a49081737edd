"""Everybody knocks at every address once; several tests read what they were answered.

A page costs some forty milliseconds, and there are more than a thousand pairs of an address and a
visitor: whoever wants to know something about all of them looks it up here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone

from atrio.onboarding.models import Application
from tests.site.world import ADDRESSES, GET, POST, VISITORS, contents

# Those of whom one is like the next where it does not matter who asks.
ONE_OF_EACH = ("stranger", "member", "admin")


class Answer(NamedTuple):
    """What somebody was answered at an address."""

    name: str
    visitor: str
    method: str
    status: int
    headers: dict[str, str]
    page: str


class Tour:
    """All answers, and what looking has changed."""

    def __init__(self, world):
        self.world = world
        self.key = world.alice.token.partition("~")[2]
        self.ours = [world.application.reference, world.application.title, world.alice.email]
        self.changed, self._answers = {}, []
        # That somebody is here is noted once a minute, and the tour may take longer than that.
        Application.objects.update(seen_at=timezone.now() + timedelta(hours=1))
        self._look()
        self._send()

    def _look(self):
        browsers = {visitor: self.world.browser(visitor) for visitor in VISITORS}
        before = contents()
        for name in ADDRESSES:
            for visitor, browser in browsers.items():
                self._note(name, visitor, browser, GET)
                if visitor in ONE_OF_EACH:
                    browser.head(self.world.address(name))
            after = contents()
            self.changed[name] = {table for table in before if after[table] != before[table]}
            before = after

    def _send(self):
        meant = {name for name, (method, _) in ADDRESSES.items() if method == POST}
        # What is not meant comes last: it may end what all the others are answered about.
        for names, visitors in ((meant, VISITORS), (ADDRESSES.keys() - meant, ONE_OF_EACH)):
            for visitor in visitors:
                for name in names:
                    self._note(name, visitor, self.world.browser(visitor), POST)

    def __iter__(self):
        """Go through all answers."""
        return iter(self._answers)

    def as_meant(self):
        """Go through the answers to the method that is meant."""
        return (answer for answer in self if ADDRESSES[answer.name][0] == answer.method)

    def _note(self, name, visitor, browser, method):
        said = self.world.says(name)
        answer = getattr(browser, method)(self.world.address(name), said)
        noted = (answer.status_code, dict(answer.items()), read(answer))
        self._answers.append(Answer(name, visitor, method, *noted))


def read(answer):
    """Return what an answer says, also one that comes in pieces."""
    pieces = answer.streaming_content if answer.streaming else [answer.content]
    return b"".join(pieces).decode()
