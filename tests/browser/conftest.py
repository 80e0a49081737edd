"""One running house for all browser tests, a browser for each module, fresh guests for each test.

Playwright keeps an event loop running in its thread, which other tests must not find there:
therefore the browser lives no longer than a module.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.guests import Guest
from tests.running_house import running_house


@pytest.fixture(scope="session")
def running(tmp_path_factory, tryton):
    folder = tmp_path_factory.mktemp("house")
    # Style sheets and scripts come as they are deployed: collected, hashed and compressed.
    deployed = {"ATRIO_TESTING": "0", "ATRIO_VAR": str(folder / "var")}
    with running_house(folder, tryton=tryton, **deployed) as house:
        yield house


@pytest.fixture
def house(running):
    """The house with everything outside well, before and after."""
    yield running
    running.faults.reset()
    running.processes.tell()


@pytest.fixture(scope="module")
def browser(chromium):
    with sync_playwright() as playwright:
        # As root there is no sandbox, and the pages are our own.
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def arrive(browser, house):
    """Let somebody come with a browser of their own; at the end none may have complained."""
    guests = []

    def make(**options):
        guests.append(Guest(browser, house.url, **options))
        return guests[-1]

    yield make
    for guest in guests:
        guest.leave()
    assert [complaint for guest in guests for complaint in guest.complaints] == []
