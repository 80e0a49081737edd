"""Where every page is: applications that rest where one can look at them, made when asked for."""

from __future__ import annotations

from contextlib import closing
from functools import cached_property
from urllib.parse import urlsplit
from uuid import UUID

from atrio.outside.invented import invented_numbers
from atrio.site.demo.personas import ALICE
from atrio.site.machine.play import Customer, become_customer
from tests.waiting import eventually


class Places:
    """Pages of one house, as paths. Applications come by HTTP, as quickly as the house allows."""

    def __init__(self, house, *, start=200):
        self._house = house
        self._numbers = invented_numbers(start=start)
        self._suspended = invented_numbers(start=start, status="suspended")

    @cached_property
    def first_step(self):
        """The first question, and nothing known yet."""
        return self._stop_at("/step/enter_tax_id/")

    @cached_property
    def proposed(self):
        """What the register proposes, and nobody has looked at."""
        return self._stop_at("/step/confirm_company/")

    @cached_property
    def contact(self):
        return self._stop_at("/step/give_contact/")

    @cached_property
    def code(self):
        return self._stop_at("/step/prove_email/")

    @cached_property
    def summary(self):
        return self._stop_at("/step/check_and_submit/")

    @cached_property
    def mailbox(self):
        return self.code.partition("/step/")[0] + "/mail/"

    @cached_property
    def withdrawal(self):
        return self.code.partition("/step/")[0] + "/withdraw/"

    @cached_property
    def tracker(self):
        """On its way to an ERP that does not answer."""
        self._house.faults.set("erp", down=True)
        return self._stop_at("/track/")

    @cached_property
    def open_shop(self):
        """The tracker of Alice, who has become a customer."""
        return self._stop_at("/cabinet/shop/", email=ALICE.email)

    @cached_property
    def case(self):
        """Alice's application, on the desk."""
        return self._on_desk(self.open_shop)

    @cached_property
    def review(self):
        """An application that waits for a person: its company is suspended."""
        return f"/desk/applications/{self.fresh_review()}/"

    def fresh_review(self):
        """Let one more company that is suspended apply, and return its application's id."""
        track = self._stop_at("/track/", number=next(self._suspended))
        eventually(lambda: self._waits_on(track) == "associate")
        return _application(track)

    @cached_property
    def letter(self):
        """The newest letter to Alice."""
        ((message,),) = self._house.rows(
            "select id from notices_message where not is_secret and application_id = %s"
            " order by created_at desc limit 1",
            _application(self.open_shop),
        )
        return f"/desk/outbox/{message}/"

    def _stop_at(self, ending, *, number="", email=""):
        """Become a customer until a page's address ends so; return the application's last page."""
        number = number or next(self._numbers)
        own = ""
        with closing(Customer(self._house.url)) as customer:
            for _ in become_customer(
                customer, number=number, email=email or f"alice@v{number}.example"
            ):
                path = urlsplit(customer.address).path
                own = path if path.startswith("/apply/") else own
                if path.endswith(ending):
                    break
        return own

    def _waits_on(self, path):
        query = "select waiting_on from onboarding_application where id = %s"
        return self._house.rows(query, _application(path))[0][0]

    def _on_desk(self, path):
        return f"/desk/applications/{_application(path)}/"


def _application(path):
    """Return the application's id, which an applicant's address begins with."""
    return UUID(path.split("/")[2].partition("~")[0])
