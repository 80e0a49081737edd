"""Browsers that speak real HTTP to a real web process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock

import httpx
from django.conf import settings
from django.test import Client
from lxml import html

from atrio.onboarding.tokens import token_for


@contextmanager
def browsing(address, *, cookies=None):
    """Open a browser for the length of a `with` block, with another one's cookies if there are."""
    headers = {"accept-language": "en"}
    with httpx.Client(base_url=address, headers=headers, cookies=cookies, timeout=60) as http:
        yield Browser(http)


def signed_in(user):
    """Return the cookies of a browser in which somebody has signed in."""
    client = Client()
    client.force_login(user)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


class Browser:
    """One browser: its cookies, and the forms it is shown."""

    def __init__(self, http):
        self.http = http
        self._token = Lock()

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

    def post(self, path, values):
        """Send what no page has offered, with the token that any page gives."""
        # Of many at once the first fetches the token: two pages would give two, and one be stale.
        with self._token:
            if settings.CSRF_COOKIE_NAME not in self.http.cookies:
                self.http.get("/")
        token = self.http.cookies[settings.CSRF_COOKIE_NAME]
        return self.http.post(path, data=values | {"csrfmiddlewaretoken": token})

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
