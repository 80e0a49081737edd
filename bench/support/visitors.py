"""`python -m bench.support.visitors URL COUNT AT_ONCE FIRST`: customers in front of the pages.

Each becomes a customer over HTTP, and for each a line says how many seconds passed from
sending the application to the first page of the shop that shows a price.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice

from atrio.outside.invented import invented_numbers
from atrio.site.machine.play import PATIENCE, Customer, Stuck, become_customer

LOOK_EVERY = 1.0  # as often as the tracker's script
ARRIVE_WITHIN = 10.0  # seconds: all are there at once, and did not come in the same instant


class Watcher(Customer):
    """A customer who looks at a page that waits as often as its script does."""

    def wait_for(self, path: str) -> None:
        """Look again until the page at an XPath is there."""
        until = time.monotonic() + PATIENCE
        while not self.page.xpath(path):
            if time.monotonic() > until:
                raise Stuck(f"{self.address} still says: {self.title}")
            time.sleep(LOOK_EVERY)
            self.open(self.address)


def seconds_to_price(url: str, number: str) -> float:
    """Become a customer; return the seconds from the consent to the first price."""
    with closing(Watcher(url)) as customer:
        sent_at = reached_at = time.monotonic()
        email = f"buyer-{number}@ventorim.example"
        for said in become_customer(customer, number=number, email=email):
            if said.startswith("sent: "):
                sent_at = reached_at  # when the page with the consent was there
            reached_at = time.monotonic()
        return time.monotonic() - sent_at


def main(url: str, count: int, at_once: int, first: int) -> None:
    """Let so many become customers and print how long each had to wait."""

    def come(place: int, number: str) -> float:
        if place < at_once:
            time.sleep(ARRIVE_WITHIN * place / at_once)
        return seconds_to_price(url, number)

    numbers = islice(invented_numbers(start=first), count)
    with ThreadPoolExecutor(at_once) as visitors:
        for seconds in visitors.map(come, range(count), numbers):
            print(seconds, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
