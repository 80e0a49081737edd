"""Browsers that speak real HTTP to a real web process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
from lxml import html

from atrio.onboarding.tokens import token_for


@contextmanager
def browsing(address):
    """Open a browser for the length of a `with` block."""
    with httpx.Client(base_url=address, headers={"accept-language": "en"}, timeout=60) as http:
        yield Browser(http)


class Browser:
    """One browser: its cookies, and the forms it is shown."""

    def __init__(self, http):
        self.http = http

    def form_of(self, applicant, step):
        """Open a step and return what its form would send, ready to be changed."""
        page = self.http.get(path_of(applicant, step))
        assert page.status_code == 200, page.text
        forms = html.fromstring(page.text).forms
        form = next(form for form in forms if form.get("data-leave-url") is not None)
        return dict(form.form_values())

    def send(self, applicant, step, values):
        """Send a form as it is, without following where the answer leads."""
        return self.http.post(path_of(applicant, step), data=values)


def path_of(applicant, step):
    return f"/apply/{token_for(applicant.pk)}/step/{step}/"


def at_once(*works):
    """Do all of them at the same time and return what each of them returned."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [work.result() for work in [pool.submit(work) for work in works]]
