"""Become a customer over HTTP, as a browser without scripts would, and say how long each step took.

    python -m atrio.site.machine.play http://127.0.0.1:8000

Knows nothing but what pages show: it follows redirects, sends forms as they stand, reads its
mail in the demo's mailbox, and waits where the tracker says to wait.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from random import SystemRandom
from typing import Any
from urllib.parse import urljoin

import httpx
from lxml import html

from atrio.outside.invented import invented_numbers

PATIENCE = 60.0  # seconds for one step
LOOK_AGAIN = 0.2  # seconds between two looks at the tracker
ALICE = "alice@ventorim.example"
_COMPANIES = 80_000


class Stuck(Exception):
    """The hall did not let the customer through; the text says where it stopped and why."""


class Customer:
    """Somebody with a browser and no scripts."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(
            base_url=url, follow_redirects=True, timeout=30, headers={"accept-language": "en"}
        )
        self._began = self._last = time.monotonic()
        self.address = url
        self.page: Any = html.fromstring("<html/>")  # lxml says too little of its types

    def close(self) -> None:
        """Close the browser."""
        self._client.close()

    def open(self, path: str) -> None:
        """Open a page."""
        self._take(self._client.get(path))

    def send(self, answers: Mapping[str, str], *, action: str = "") -> None:
        """Send the form with this action (else the one of the step), filled in further."""
        form = next(
            form
            for form in self.page.forms
            if (form.action == action if action else form.get("data-leave-url") is not None)
        )
        values = dict(form.form_values()) | dict(answers)
        self._take(self._client.post(urljoin(self.address, form.action or ""), data=values))

    def read_code(self) -> str:
        """Return the code in the newest mail."""
        mail = self._client.get(self.read("//a[contains(@href, '/mail/')]/@href"))
        found = re.search(r"\b\d{6}\b", mail.text.partition("<main")[2])
        if found is None:
            raise Stuck("No code has arrived")
        return found[0]

    def wait_for(self, path: str) -> None:
        """Look again until the page at an XPath is there."""
        until = time.monotonic() + PATIENCE
        while not self.page.xpath(path):
            if time.monotonic() > until:
                raise Stuck(f"{self.address} still says: {self.title}")
            time.sleep(LOOK_AGAIN)
            self.open(self.address)

    def tell(self, what: str) -> None:
        """Print a step with the time it took, and the time since the first page."""
        now = time.monotonic()
        print(f"  {now - self._began:6.2f} s  +{now - self._last:5.2f} s  {what}", flush=True)
        self._last = now

    @property
    def title(self) -> str:
        """Return what the page is headed."""
        return self.read("//main//*[self::h1 or self::h2]")

    def read(self, path: str) -> str:
        """Return the text of the first thing at an XPath, "" if there is none."""
        return " ".join(str(self.page.xpath(f"string(({path})[1])")).split())

    def _take(self, response: httpx.Response) -> None:
        self.page = html.fromstring(response.text)
        if response.is_error:
            said = self.read("//*[@class='field-error']")
            raise Stuck(f"{response.url} answered {response.status_code} {said}".strip())
        self.address = str(response.url)


def play(url: str) -> None:
    """Become a customer with an invented company and print the way. Raises Stuck."""
    with closing(Customer(url)) as customer:
        _play(customer)


def _play(customer: Customer) -> None:
    customer.open("/sign-in/")
    is_first = not customer.page.xpath(f"//*[@value='{ALICE}']")
    start = SystemRandom().randrange(1, _COMPANIES)
    number = next(invented_numbers(start=start))
    email = ALICE if is_first else f"buyer-{number[2:8]}@ventorim.example"
    for said in become_customer(customer, number=number, email=email):
        customer.tell(said)
    price = customer.read("//*[@class='article-price']/strong")
    article = customer.read("//*[@class='article']//h2")
    customer.tell(f"the first article with its own price: {article}, {price}")


def become_customer(customer: Customer, *, number: str, email: str) -> Iterator[str]:
    """Go from the landing page to the first page of the shop that shows a price, page by page.

    Each page is yielded in words as it is reached; whoever stops listening stops there. Raises
    Stuck.
    """
    customer.open("/")
    yield f"landing page: {customer.title}"
    customer.send({}, action="/apply/start/")
    yield customer.title
    customer.send({"company.tax_id": number})
    customer.wait_for("//form[@data-leave-url]")
    yield f"the register knows {number}: {customer.title}"
    customer.send({})
    yield customer.title
    customer.send(
        {
            "contact.name": "Alice Prado",
            "contact.role": "buyer",
            "contact.email": email,
            "contact.phone": "+55 11 91234-5678",
        }
    )
    yield f"{customer.title} ({email})"
    customer.send({"proof.code": customer.read_code()})
    yield customer.title
    customer.send({"consent.terms": "yes"})
    yield f"sent: {customer.title}"
    customer.wait_for("//form[contains(@action, '/shop/')]")
    yield customer.title
    customer.send({}, action=customer.read("//form[contains(@action, '/shop/')]/@action"))
    customer.wait_for("//*[@class='article-price']/strong")


if __name__ == "__main__":
    try:
        play(sys.argv[1])
    except Stuck as stuck:
        sys.exit(f"The onboarding stopped: {stuck}")
