"""A small house for tests: one business unit, its outside systems in memory, the Brazilian pack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from django.test import Client
from django.utils import timezone
from lxml import html

import atrio
from atrio.identity.models import User
from atrio.journeys.actions import publish
from atrio.journeys.models import Release
from atrio.kernel.actors import SYSTEM, Actor
from atrio.kernel.queue import run_pending
from atrio.notices.models import Message
from atrio.outside.invented import invented_numbers
from atrio.outside.models import Connection
from atrio.seller.models import BusinessUnit, Staff
from atrio.seller.queries import staff_actor
from atrio.trade.actions import mirror_catalogue

PACKS = Path(atrio.__file__).parent / "packs"
CNPJ = next(invented_numbers())  # an active company, older than half a year
# Every test takes the catalogue over anew.
SMALL: Mapping[str, object] = {"articles": 30}


def furnish(
    *, name: str = "test", options: Mapping[str, object] | None = None, crm: bool = False
) -> BusinessUnit:
    """Make the unit, its connections in memory under `name`, the catalogue and the release."""
    now = timezone.now()
    for port in ("erp", "registry", *(["crm"] if crm else [])):
        Connection.objects.create(
            code=f"{port}-br",
            port=port,
            product="memory",
            base_url=f"memory:{name}",
            options={**SMALL, **(options or {})},
            created_at=now,
        )
    unit = BusinessUnit.objects.create(
        code="nordlicht-br",
        name="Nordlicht Supplies Brasil",
        country="BR",
        currency="BRL",
        language="pt-br",
        sender="ola@nordlicht.example",
        erp="erp-br",
        registry="registry-br",
        crm="crm-br" if crm else "",
        journeys=["company_br"],
    )
    mirror_catalogue(erp="erp-br", now=now)
    _release(now)
    return unit


_released: list[Release] = []


def _release(now: datetime) -> None:
    """Publish the pack; from the second time on put back what came of it, for checking is slow."""
    if _released:
        Release.objects.bulk_create(_released)
    else:
        _released.append(publish(by=SYSTEM, folder=PACKS / "company_br", now=now))


def hire(unit: BusinessUnit, email: str, *roles: str) -> Actor:
    """Employ somebody and return them as an actor."""
    user = User.objects.create_user(email, name=email.partition("@")[0].title())
    for role in roles:
        Staff.objects.create(user=user, business_unit=unit, role=role)
    actor = staff_actor(user.pk, str(user))
    assert actor is not None
    return actor


def code_sent_to(email: str) -> str:
    """Return the code in the latest message to an address, as its reader would."""
    message = Message.objects.filter(to=email, notice="code").latest("created_at")
    found = re.search(r"\b\d{6}\b", message.text)
    assert found
    return found[0]


class Visitor:
    """Somebody with a browser who wants to become a customer; knows only what pages show."""

    def __init__(self, *, language: str = "en", browser: type[Client] = Client) -> None:
        self.client = browser(headers={"accept-language": language})
        self.at = "/"
        self.page = self.client.get("/")

    def begin(self, pack: str = "company_br") -> Visitor:
        """Choose a journey on the landing page."""
        return self._follow(self.client.post("/apply/start/", {"pack": pack}, follow=True))

    def answer(self, **answers: object) -> Visitor:
        """Fill in the page one is on; dots in names are written as two underscores."""
        return self._follow(self.client.post(self.at, _sent(answers), follow=True))

    def hurry(self, **answers: object) -> Visitor:
        """Answer rightly, and do not look at the page after it: half of the time goes into pages.

        What is read next, as `text`, has to be asked for.
        """
        taken = self.client.post(self.at, _sent(answers))
        assert taken.status_code == 302, taken.content.decode()
        self.at = taken["Location"]
        return self

    def wait(self) -> Visitor:
        """Let the background work, and look again."""
        run_pending()
        return self._follow(self.client.get(self.at, follow=True))

    def _follow(self, response) -> Visitor:
        if response.redirect_chain:
            self.at = response.redirect_chain[-1][0]
        self.page = response
        return self

    @property
    def step(self) -> str:
        """The element of the step one is on, "track" on the tracker."""
        parts = self.at.strip("/").split("/")
        return parts[-1]

    @property
    def text(self) -> str:
        """All that the page says."""
        return self.page.content.decode()


def _sent(answers: Mapping[str, object]) -> dict[str, object]:
    return {name.replace("__", "."): value for name, value in answers.items()}


def accepted(page_text: str) -> dict[str, str]:
    """Return what the step's form holds, as a browser would send it on."""
    document = html.fromstring(page_text)
    form = next(form for form in document.forms if form.get("data-leave-url") is not None)
    return {name: value for name, value in form.form_values() if name != "csrfmiddlewaretoken"}


A_DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
