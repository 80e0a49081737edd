"""People with a browser: what they do, and what their browser complains about meanwhile."""

from __future__ import annotations

import re
import time

PHONE = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 900}

# The policy's violations reach the console as well, but not all of them in every browser.
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI}`));"""

# What can be seen and sticks out of the page sideways, unless one can scroll to it or dots stand
# for the rest of it. Of a drawing only its frame counts.
STICKING_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  const holds = ({overflowX, textOverflow}) =>
    ["auto", "scroll"].includes(overflowX) || textOverflow === "ellipsis";
  const isHeld = (element) => {
    for (let up = element.parentElement; up; up = up.parentElement)
      if (holds(getComputedStyle(up))) return true;
    return false;
  };
  return [...document.querySelectorAll("body *:not(svg *)")]
    .filter((element) => {
      const {width, height, right} = element.getBoundingClientRect();
      const isSeen = width > 1 && height > 1 && element.checkVisibility();
      return isSeen && right > wide + 1 && !isHeld(element);
    })
    .map((element) => `${element.tagName} ${element.className}: ${element.textContent.trim()}`);
}"""
# Menus hide what they hold until one asks for it.
OPEN_MENUS = """() => document.querySelectorAll("details").forEach((menu) => menu.open = true)"""


class Guest:
    """Somebody in front of a page. Knows fields by their names, so every language will do."""

    def __init__(
        self, browser, url, *, language="en", scripts=True, viewport=PHONE, cookies=(), elsewhere=()
    ):
        self.url = url
        self.complaints = []
        self._expected = set()
        # Where the guest goes beside the house.
        self._known = (url, *elsewhere, "data:")
        self._context = browser.new_context(
            base_url=url,
            locale=language,
            viewport=viewport,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        self._context.add_cookies(list(cookies))
        if scripts:
            self._context.add_init_script(TELL_VIOLATIONS)
        self.page = self._context.new_page()
        self.page.set_default_timeout(20_000)
        self._listen(self.page)

    def leave(self):
        self._context.close()

    @property
    def cookies(self):
        return self._context.cookies()

    def open(self, path, *, status=200):
        """Open a page that answers with a status."""
        if status != 200:
            self._expected.add(self.url + path)
        response = self.page.goto(path)
        assert response.status == status, f"{path} answered {response.status}"

    def speak(self, language):
        """Read the same page again in another language."""
        chosen = {"name": "django_language", "value": language.lower(), "url": self.url}
        self._context.add_cookies([chosen])
        self.page.reload()

    def begin(self):
        """Choose the journey on the landing page."""
        self.page.locator("form[action$='/apply/start/'] button").click()
        self.page.wait_for_url("**/step/enter_tax_id/")

    def answer(self, **answers):
        """Fill in the step's form and send it; dots in names are written as two underscores."""
        for name, value in answers.items():
            field = self.page.locator(f"[name='{name.replace('__', '.')}']")
            if field.first.get_attribute("type") in {"checkbox", "radio"}:
                self.page.locator(f"[name='{name.replace('__', '.')}'][value='{value}']").check()
            elif field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.page.locator("form[data-leave-url] button[type=submit]").last.click()

    def refused(self, **answers):
        """Answer what will not be accepted; the browser may note the status."""
        self._expected.add(self.page.url)
        self.answer(**answers)

    def arrive_at(self, step):
        """Wait until the page of a step is here, however it comes about."""
        self.page.wait_for_url(f"**/step/{step}/")

    def read_code(self):
        """Look into the demonstration's mailbox, in another tab."""
        link = self.page.locator("a[href*='/mail/']").get_attribute("href")
        mail = self._context.new_page()
        self._listen(mail)
        mail.goto(link)
        found = re.search(r"\b\d{6}\b|\b[A-Z\d]{4}-[A-Z\d]{4}\b", mail.locator("main").inner_text())
        mail.close()
        assert found, "no code has arrived"
        return found[0]

    def walk(self, number):
        """Go from the landing page to the submission, for the company with a tax number."""
        self.fill_in(number)
        self.answer(consent__terms="yes")
        self.page.wait_for_url("**/track/")

    def fill_in(self, number):
        """Answer everything but the last page, for the company with a tax number."""
        self.open("/")
        self.begin()
        self.answer(company__tax_id=number)
        self.arrive_at("confirm_company")
        self.answer()
        self.arrive_at("give_contact")
        self.answer(
            contact__name="Alice Prado",
            contact__role="buyer",
            contact__email=f"alice@v{number}.example",
            contact__phone="+55 11 91234-5678",
        )
        self.arrive_at("prove_email")
        self.answer(proof__code=self.read_code())
        self.arrive_at("check_and_submit")

    def into_the_shop(self):
        """Follow the tracker into the shop, and return the first price there."""
        self.page.locator("form[action$='/shop/'] button").click()
        self.page.wait_for_url("**/cabinet/shop/**")
        price = self.page.locator(".article-price strong").first
        price.wait_for()
        return price.inner_text()

    def sign_in_as(self, email):
        """Be one of the demonstration's people, by one click."""
        self.open("/sign-in/")
        self.page.locator(f"button[value='{email}']").click()
        self.page.wait_for_url(re.compile("/(desk|cabinet)/"))

    def wait_until(self, condition, *, within=20.0):
        """Look until something is so; the page lives on meanwhile."""
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, f"not so within {within} s"
            self.page.wait_for_timeout(20)

    def come_in(self, email):
        """Sign in by the code that is sent to an address."""
        self.ask_for_code(email)
        self.give_code()

    def ask_for_code(self, email):
        """Have a code sent, and stand where it is asked for."""
        self.open("/sign-in/")
        self.page.locator("main input[name=email]").first.fill(email)
        self.page.locator("main form button").first.click()
        self.page.wait_for_url("**/sign-in/code/")

    def give_code(self):
        """Look for the code in the demonstration's mailbox, and give it."""
        self.open("/people/mail/")
        code = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", self.page.locator("main").inner_text())
        assert code, "no code has arrived"
        self.open("/sign-in/code/")
        self.page.locator("[name=code]").fill(code[0])
        self.page.locator("main form button[type=submit]").first.click()

    def sticking_out(self):
        """Return what is wider than the page, of all that can be opened as well."""
        self.page.evaluate(OPEN_MENUS)
        return self.page.evaluate(STICKING_OUT)

    def _listen(self, page):
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("request", self._note_request)

    def _note_console(self, message):
        if message.type not in {"error", "warning"}:
            return
        where = message.location.get("url", "")
        if "the server responded with a status of" in message.text and where in self._expected:
            return
        self.complaints.append(f"{where}: {message.text}")

    def _note_request(self, request):
        if not request.url.startswith(self._known):
            self.complaints.append(f"a request to {request.url}")
