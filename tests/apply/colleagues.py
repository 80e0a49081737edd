"""Dana, at Alice's company: she is asked for one step, and comes by the link in her letter."""

from __future__ import annotations

import re

from lxml import html

from atrio.notices.models import Message
from tests.apply.people import words_of
from tests.parties.customers import Browser

DANA = "dana@ventorim.example"
ASKING = {
    "name": "Dana Roth (accounting)",
    "email": DANA,
    "asked_by": "Alice Prado",
    "note": "You know the address better than I do.",
}


def ask(alice, step, **otherwise):
    """Let Alice ask for a step; return the page she comes to."""
    way = f"{alice.address(step)}ask/"
    return alice._follow(alice.client.post(way, ASKING | otherwise, follow=True))


def letters(notice, to=DANA):
    """Return the letters of a kind that somebody got, oldest first."""
    return list(Message.objects.filter(to=to, notice=notice).order_by("created_at"))


class Colleague:
    """Somebody with a browser of their own, and a letter."""

    def __init__(self, *, email=DANA, language="en"):
        self.client = Browser(headers={"accept-language": language})
        letter = letters("step_asked", email)[-1]
        self.at = re.search(r"https?://[^/\s]+(/asked/[^\s)\"]+)", letter.text)[1]
        self.open()

    def open(self):
        """Follow the link."""
        self.page = self.client.get(self.at, follow=True)
        return self

    def answer(self, **answers):
        """Send what the page holds, and what is said otherwise."""
        said = self.held | {name.replace("__", "."): value for name, value in answers.items()}
        self.page = self.client.post(self.at, said, follow=True)
        return self

    def decline(self):
        """Say that somebody else has to."""
        self.page = self.client.post(self.at, {"decline": "yes"}, follow=True)
        return self

    @property
    def held(self):
        """What stands in the form, as a browser would send it."""
        form = html.fromstring(self.page.content.decode())
        forms = [one for one in form.forms if "decline" not in dict(one.form_values())]
        values = next((dict(one.form_values()) for one in forms if one.xpath(".//input[@id]")), {})
        return {name: value for name, value in values.items() if name != "csrfmiddlewaretoken"}

    @property
    def words(self):
        """What one reads on the page."""
        return words_of(self.page)

    @property
    def token(self):
        """The key to the step."""
        return self.at.strip("/").split("/")[1]
