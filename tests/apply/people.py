"""The cast in front of the applicant's screens: Alice applies, Mallory has another application."""

from __future__ import annotations

from uuid import UUID

from lxml import html

from atrio.onboarding.models import Application
from atrio.timeline.models import Entry
from tests.onboarding.house import CNPJ, Visitor, accepted, code_sent_to
from tests.parties.customers import Browser

EMAIL = "alice@ventorim.example"
CONTACT = {
    "contact.name": "Alice Prado",
    "contact.role": "buyer",
    "contact.email": EMAIL,
    "contact.phone": "+55 11 91234-5678",
}
STEPS = (
    "enter_tax_id",
    "confirm_company",
    "give_contact",
    "prove_email",
    "check_and_submit",
    "track",
)


class Applicant(Visitor):
    """Somebody who applies, served as the web process is by the database."""

    def __init__(self, *, language: str = "en", email: str = EMAIL, cnpj: str = CNPJ) -> None:
        super().__init__(language=language, browser=Browser)
        self.email, self.cnpj = email, cnpj

    def come_to(self, step: str) -> Applicant:
        """Begin, and answer everything rightly until this step is shown."""
        self.begin()
        passed = STEPS[: STEPS.index(step)]
        for current in passed[:-1]:
            assert self.step == current, self.words
            self.hurry(**self.right_answers(current))
            if self.step == "track":
                self.wait()
        for last in passed[-1:]:
            self.pass_by(last)
        assert self.step == step, self.words
        return self

    def read_up_to(self, step: str) -> Applicant:
        """Come to a step as people do, who look at every page on the way."""
        self.begin()
        for current in STEPS[: STEPS.index(step)]:
            self.pass_by(current)
        assert self.step == step, self.words
        return self

    def pass_by(self, step: str) -> None:
        """Answer a step rightly and wait for what comes of it."""
        assert self.step == step, self.words
        self.send(self.right_answers(step))
        if self.step == "track":
            self.wait()

    def right_answers(self, step: str) -> dict[str, str]:
        """Return what is right at the step that is shown."""
        return {
            "enter_tax_id": lambda: {"company.tax_id": self.cnpj},
            "confirm_company": lambda: accepted(self.text),
            "give_contact": lambda: CONTACT | {"contact.email": self.email},
            "prove_email": lambda: {"proof.code": code_sent_to(self.email)},
            "check_and_submit": lambda: {"consent.terms": "yes"},
        }[step]()

    def send(self, answers: dict[str, object], *, step: str = "") -> Applicant:
        """Send answers to the page one is on, or to another step of the same application."""
        address = self.address(step) if step else self.at
        return self._follow(self.client.post(address, answers, follow=True))

    def open(self, step: str) -> Applicant:
        """Go to another page of the same application."""
        self.at = self.address(step)
        return self._follow(self.client.get(self.at, follow=True))

    def address(self, step: str) -> str:
        """Return the address of a step, or of a page like "track"."""
        page = f"step/{step}/" if "_" in step else f"{step}/" if step else ""
        return f"/apply/{self.token}/{page}"

    @property
    def token(self) -> str:
        """The key to the application, as it stands in every address."""
        return self.at.strip("/").split("/")[1]

    @property
    def application(self) -> Application:
        """What is kept."""
        return Application.objects.get(pk=UUID(self.token.partition("~")[0]))

    @property
    def words(self) -> str:
        """What one reads on the page."""
        return words_of(self.page)

    @property
    def inputs(self) -> dict[str, str]:
        """What stands in the inputs."""
        return accepted(self.text)

    def error_at(self, field: str) -> str:
        """Return the message at a field, "" when there is none."""
        told = html.fromstring(self.text).xpath(
            "//*[@id=$id]", id=f"f-{field.replace('.', '-').replace('_', '-')}-error"
        )
        return " ".join(told[0].text_content().split()) if told else ""


def words_of(page) -> str:
    """Return what one reads on a page."""
    text = html.fromstring(page.content.decode()).text_content()
    return " ".join(text.split())


def entries(what: str) -> list[Entry]:
    """Return what the timeline says of one kind, oldest first."""
    return list(Entry.objects.filter(what=what).order_by("id"))
