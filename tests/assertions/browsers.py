"""Browsers that speak real HTTP to a real web process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
from lxml import html

from atrio.onboarding.tokens import token_for


@contextmanager
def browsing(address, *, cookies=None):
    """Open a browser for the length of a `with` block, with another one's cookies if there are."""
    headers = {"accept-language": "en"}
    with httpx.Client(base_url=address, headers=headers, cookies=cookies, timeout=60) as http:
        yield Browser(http)


class Browser:
    """One browser: its cookies, and the forms it is shown."""

    def __init__(self, http):
        self.http = http

    def form_of(self, applicant, step):
        """Open a step and return what its form would send, ready to be changed."""
        return self._form(path_of(applicant, step), lambda form: form.get("data-leave-url"))

    def form_to_begin(self):
        """Open the landing page and return what its first button would send."""
        return self._form("/", lambda form: form.action == "/apply/start/")

    def send(self, applicant, step, values, **headers):
        """Send a step's form, without following where the answer leads."""
        return self.http.post(path_of(applicant, step), data=values, headers=headers)

    def begin(self, values, **headers):
        """Send the landing page's form."""
        return self.http.post("/apply/start/", data=values, headers=headers)

    def _form(self, path, is_it):
        page = self.http.get(path)
        assert page.status_code == 200, page.text
        form = next(form for form in html.fromstring(page.text).forms if is_it(form))
        return dict(form.form_values())


def path_of(applicant, step):
    return f"/apply/{token_for(applicant.pk)}/step/{step}/"


def at_once(*works):
    """Do all of them at the same time and return what each of them returned."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [work.result() for work in [pool.submit(work) for work in works]]
