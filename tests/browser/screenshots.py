"""Take the README's pictures from a running demonstration: nothing in them is drawn by hand.

    python -m tests.browser.screenshots http://127.0.0.1:8000

It becomes a customer, with an ERP slow enough to see the tracker at work, and leaves everything
outside well. Runs in the project's folder, where the pictures belong.
"""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from pathlib import Path
from random import SystemRandom

from playwright.sync_api import sync_playwright

from atrio.outside.invented import invented_numbers
from atrio.site.demo.personas import STAFF
from tests.browser.guests import DESKTOP, PHONE, Guest
from tests.chromium import find_chromium

IMAGES = Path("docs/images")
CARLA = STAFF[0].email
SIDE_BY_SIDE = """<style>
  body { display: flex; gap: 24px; margin: 0; padding: 24px; background: #dfe7e7; }
  img { width: 360px; border-radius: 24px; box-shadow: 0 12px 32px -12px #10262c80; }
</style>"""


def main(url: str) -> None:
    """Take every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        desk = Guest(browser, url, viewport=DESKTOP)
        desk.sign_in_as(CARLA)
        customer = Guest(browser, url, viewport=PHONE)
        pictures = [on_the_first_page(customer), on_the_way(customer, desk), in_the_shop(customer)]
        save(IMAGES / "customer.png", side_by_side(browser, pictures))
        save(IMAGES / "desk.png", on_the_desk(desk))
        save(IMAGES / "blueprint.png", desk.page.locator(".panel:has(.blueprint)").screenshot())
        browser.close()


def on_the_first_page(guest):
    """Return what everybody sees first."""
    guest.open("/")
    guest.page.screenshot()  # the first one may be quicker than the northern light
    return guest.page.screenshot()


def on_the_way(guest, desk):
    """Become a customer, and return what the tracker looks like meanwhile."""
    turn(desk, "erp", "slow")
    try:
        guest.walk(next(invented_numbers(start=SystemRandom().randrange(1, 80_000))))
        guest.page.locator(".is-done ~ .is-running").wait_for()
        return guest.page.screenshot()
    finally:
        turn(desk, "erp", "well")


def in_the_shop(guest):
    """Return the shop with the prices of one's own."""
    guest.into_the_shop()
    return guest.page.screenshot()


def on_the_desk(guest):
    """Return what the newest customer's application looks like."""
    guest.open("/desk/?view=finished")
    guest.page.locator(".queue-link").first.click()
    guest.page.wait_for_url(re.compile("/desk/applications/"))
    guest.page.locator(".djs-shape").first.wait_for()
    return guest.page.screenshot()


def turn(guest, route, preset):
    """Give an outside system one of the named days, from the desk."""
    guest.open("/desk/systems/")
    guest.page.locator(f"form[action$='/{route}/'] button[value='{preset}']").click()
    guest.page.wait_for_load_state()


def side_by_side(browser, pictures):
    """Return several pictures as one."""
    width = len(pictures) * (PHONE["width"] + 24) + 24
    page = browser.new_page(viewport={"width": width, "height": PHONE["height"] + 48})
    images = (f"<img src='data:image/png;base64,{b64encode(one).decode()}'>" for one in pictures)
    page.set_content(SIDE_BY_SIDE + "".join(images))
    return page.screenshot(full_page=True)


def save(file, picture):
    """Keep a picture, and say how large it is."""
    file.write_bytes(picture)
    print(f"{file}  {len(picture) / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
