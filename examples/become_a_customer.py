"""Become a customer by the API, for somebody who sits at this terminal.

    ATRIO_KEY=atrio_… python -m examples.become_a_customer http://127.0.0.1:8000 company_br

It asks what the steps ask, hears by webhook when it goes on, and shows the account. It needs
Python, httpx, and what docs/api.md says.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import Any, Self
from uuid import uuid4

import httpx

from examples.events import Events

HALF_A_MINUTE = 30.0
EVENTS = ["application.waiting", "application.declined", "account.opened"]
# Seconds before another try of what may have failed for a moment.
PAUSES = (0.5, 2, 8, 20)
Json = dict[str, Any]


class NotTaken(Exception):
    """The API says no: `problem` says why, its `type` to programs and its `detail` to people."""

    def __init__(self, problem: Json) -> None:
        super().__init__(problem["detail"])
        self.problem = problem

    @property
    def errors(self) -> dict[str, str]:
        """Return what is wrong with each answer."""
        return {error["field"]: error["detail"] for error in self.problem["errors"]}


class Atrio:
    """The API, as one key sees it."""

    def __init__(self, url: str, key: str, *, language: str = "en") -> None:
        headers = {"Authorization": f"Bearer {key}", "Accept-Language": language}
        self._http = httpx.Client(base_url=f"{url}/api/v1/", headers=headers, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.close()

    def read(self, path: str, **query: str) -> Json:
        """Return what stands at an address. Raises NotTaken."""
        return self._ask("GET", path, params=query)

    def send(self, path: str, body: Json | None = None) -> Json:
        """Have something done, once however often it has to be sent. Raises NotTaken."""
        key = {"Idempotency-Key": str(uuid4())}
        return self._ask("POST", path, json=body or {}, headers=key)

    def remove(self, path: str) -> None:
        """Delete something. Raises NotTaken."""
        self._ask("DELETE", path)

    def _ask(self, method: str, path: str, **request: Any) -> Json:
        for pause in (*PAUSES, None):
            try:
                answer = self._http.request(method, path, **request)
            except httpx.TransportError:
                if pause is None:
                    raise
            else:
                may_pass = answer.status_code == 429 or answer.is_server_error
                if pause is None or not may_pass:
                    return _said(answer)
                pause = float(answer.headers.get("Retry-After", pause))
            time.sleep(pause)
        raise AssertionError("The last try has either raised or returned")


def _said(answer: httpx.Response) -> Json:
    if answer.status_code == 204:
        return {}
    # A proxy on the way may say something else than JSON; then httpx says what is wrong.
    if answer.is_error and answer.headers.get("Content-Type") == "application/problem+json":
        raise NotTaken(answer.json())
    found: Json = answer.raise_for_status().json()
    return found


# Gets a step and what was wrong with its last answers, by field; returns the answers.
Asks = Callable[[Json, dict[str, str]], Json]


def become_customer(atrio: Atrio, journey: str, *, ask: Asks, events: Events) -> Json | None:
    """Begin, answer what is asked, and return the account; None if there will be none."""
    application = atrio.send("applications", {"journey": journey})
    path, wrong = f"applications/{application['id']}", dict[str, str]()
    while application["status"] == "open" and not application["account"]:
        if not application["open_steps"]:
            # An event only says that it is worth asking, and asking now and then does no harm.
            events.wait_for(application["id"], seconds=HALF_A_MINUTE)
            application = atrio.read(path)
            continue
        step = atrio.read(f"{path}/steps/{application['open_steps'][0]}")
        try:
            application = atrio.send(f"{path}/steps/{step['step']}", {"answers": ask(step, wrong)})
            wrong = {}
        except NotTaken as refused:
            if not refused.errors:
                raise
            wrong = refused.errors
    return atrio.read(f"accounts/{application['account']}") if application["account"] else None


def ask_here(step: Json, wrong: dict[str, str]) -> Json:
    """Ask the person at the terminal for a step's answers; Enter takes what stands in brackets."""
    print("", f"{step['number']}/{step['of']} {step['title']}", step["intro"], sep="\n")
    answers: Json = {}
    for name, about in step["answers"]["properties"].items():
        for text in filter(None, (about.get("description"), wrong.get(name))):
            print(f"  {text}")
        choices = "/".join(option["const"] for option in about.get("oneOf", ()))
        is_truth = about["type"] == "boolean"
        hint = " ".join(filter(None, ("yes/no" if is_truth else choices, step["values"].get(name))))
        said = input(f"{about['title']} [{hint}] ") or step["values"].get(name, "")
        if said:
            answers[name] = said == "yes" if is_truth else said
    return answers


def main() -> None:
    """Become a customer from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url", help="where Atrio is")
    parser.add_argument("journey", help="one that GET /journeys lists: company_br")
    parser.add_argument("--port", type=int, default=9000, help="to listen on for events")
    parser.add_argument("--hook", help="where Atrio finds that port; by default this machine")
    asked = parser.parse_args()
    with Atrio(asked.url, os.environ["ATRIO_KEY"]) as atrio, Events(asked.port) as events:
        url = asked.hook or events.url
        endpoint = atrio.send("webhooks", {"url": url, "events": EVENTS})
        path = f"webhooks/{endpoint['id']}"
        events.secrets = atrio.read(f"{path}/secrets")["secrets"]
        try:
            account = become_customer(atrio, asked.journey, ask=ask_here, events=events)
        finally:
            atrio.remove(path)
    if account is None:
        print("\nThere is no account; the status says why.")
    else:
        print(f"\nCustomer {account['number']}: {account['name']}, {account['price_group']}")


if __name__ == "__main__":
    main()
