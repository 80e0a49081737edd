"""Where every page is: applications that rest where one can look at them, made when asked for."""

from __future__ import annotations

import re
from contextlib import closing, contextmanager
from functools import cached_property
from urllib.parse import urlsplit
from uuid import UUID

from atrio.outside.invented import invented_numbers
from atrio.site.demo.personas import ALICE, STAFF
from atrio.site.machine.play import Customer, become_customer
from tests.waiting import eventually

CARLA, TOMAS = STAFF[0].email, STAFF[3].email
UNIT = "nordlicht-br"
PROPOSE_TWO = """
    insert into parties_pair
        (id, kind, one_id, other_id, business_unit, score, verdict, evidence, status, dismissed_by)
    select gen_random_uuid(), 'account', min(id::text)::uuid, max(id::text)::uuid, %s, 0.8,
           'maybe', '[]', 'open', ''
    from (select id from parties_account where business_unit = %s and origin <> 'onboarding'
          order by id offset %s limit 2) two
    returning id
"""
LET_LETTERS_COME_BACK = """
    update onboarding_application set signal = 'returned', returned_from = fact.value #>> '{}'
    from onboarding_fact fact
    where fact.application_id = onboarding_application.id and fact.field = 'contact.email'
      and onboarding_application.id = %s returning onboarding_application.id
"""
BREAK_THE_CALL = """
    update onboarding_call set status = 'failed', error_code = 'invalid',
           error = 'The city of the address is unknown.', finished_at = now()
    where application_id = %s and status not in ('done', 'failed') returning id
"""
SEND_AN_EVENT = """
    with endpoint as (
        insert into integrators_endpoint
            (id, url, events, secret_number, created_at, stopped, key_id)
        select gen_random_uuid(), 'https://warehouse.example/events', '{}', 1, now(), '', id
        from integrators_apikey limit 1 returning id)
    insert into integrators_eventdelivery
        (id, event_id, type, body, status, attempts, round, next_try_at, created_at, endpoint_id)
    select gen_random_uuid(), gen_random_uuid(), 'application.finished', '{}', 'failed', '[]', 1,
           now(), now(), id
    from endpoint returning id
"""


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
        return _beside(self.code, "mail")

    @cached_property
    def elsewhere(self):
        """Where one asks for a letter with which to go on on another device."""
        return _beside(self.code, "elsewhere")

    @cached_property
    def ask(self):
        """Where one asks a colleague for a step."""
        return self._stop_at("/step/check_and_submit/") + "ask/"

    @cached_property
    def asked(self):
        """The step, as the colleague sees it who was written to."""
        with closing(Customer(self._house.url)) as alice:
            alice.open(self.ask)
            said = {"name": "Bob Reis", "email": "bob@reis.example", "asked_by": "Alice Prado"}
            (form,) = alice.page.xpath("//main//form")
            form.action = self.ask  # one that says nothing is sent to where it stands
            alice.send(said, action=self.ask)
        return self._link_in_letter("bob@reis.example", r"/asked/\S+/")

    @cached_property
    def withdrawal(self):
        return _beside(self.code, "withdraw")

    @cached_property
    def tracker(self):
        """On its way to an ERP that does not answer."""
        self._house.faults.set("erp", down=True)
        return self._stop_at("/track/")

    @cached_property
    def open_shop(self):
        """The tracker of Alice, who has become a customer and would like to pay later."""
        self._house.faults.reset("erp")
        with closing(Customer(self._house.url)) as alice:
            for _ in become_customer(alice, number=next(self._numbers), email=ALICE.email):
                if alice.address.endswith("/step/check_and_submit/"):
                    break
            wish = {"credit.wanted": "yes", "credit.amount": "5000"}
            alice.send({"consent.terms": "yes"} | wish)
            track = urlsplit(alice.address).path
            alice.wait_for(f"//form[@action='{_beside(track, 'shop')}']")
            alice.send({}, action=_beside(track, "shop"))
        return track

    @cached_property
    def credit_withdrawal(self):
        return _beside(self.open_shop, "withdraw/credit")

    @cached_property
    def request(self):
        """Somebody wants to join Alice's company, and she is asked."""
        ((request,),) = self._house.rows(
            "select id from onboarding_accessrequest where application_id = %s",
            _application(self._colleague),
        )
        return f"/cabinet/requests/{request}/"

    @cached_property
    def request_by_letter(self):
        """The same, for whoever has followed the link in the letter."""
        assert self.request
        return self._link_in_letter(ALICE.email, r"/cabinet/requests/by-letter/\S+/")

    @cached_property
    def _colleague(self):
        ((number,),) = self._house.rows(
            "select value #>> '{}' from onboarding_fact"
            " where application_id = %s and field = 'company.tax_id' limit 1",
            _application(self.open_shop),
        )
        track = self._stop_at("/track/", number=number)
        asked = "select id from onboarding_accessrequest where application_id = %s"
        eventually(lambda: self._house.rows(asked, _application(track)))
        return track

    @cached_property
    def case(self):
        """Alice's application, on the desk."""
        return self._on_desk(self.open_shop)

    @cached_property
    def review(self):
        """An application that waits for a person: its company is suspended."""
        return f"/desk/applications/{self.fresh_review()}/"

    def suspended(self):
        """Return the tax number of one more company that is suspended."""
        return next(self._suspended)

    def let_letters_come_back(self, path):
        """Let nobody read what is written to the address in an application."""
        assert self._house.rows(LET_LETTERS_COME_BACK, _application(path))

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

    @cached_property
    def help(self):
        """Alice's neighbour is helped from the desk."""
        return f"{self.draft}help/"

    @cached_property
    def fill(self):
        """Somebody at the desk fills in what a customer says on the telephone."""
        return f"{self.draft}fill/give_contact/"

    @cached_property
    def draft(self):
        return self._on_desk(self.contact)

    @cached_property
    def colleague(self):
        """Where a customer's word is taken that somebody else there knows the answers."""
        return f"{self._on_desk(self.ask)}colleague/check_and_submit/"

    @cached_property
    def correction(self):
        return f"{self.review}correct/confirm_company/"

    @cached_property
    def withdrawn_at_the_desk(self):
        return f"{self.review}withdraw/"

    @cached_property
    def pair(self):
        """Two who may be one."""
        return self._new_pair(0)

    @cached_property
    def merged(self):
        """Two who were, and were made one."""
        pair = self._new_pair(2)
        with self._as(CARLA) as carla:
            carla.open(pair)
            carla.send({}, action=f"{pair}merge")
            carla.open("/desk/duplicates/?view=merged")
            return carla.read("//main//a[contains(@href, '/duplicates/merged/')]/@href")

    @cached_property
    def failures(self):
        """What the ERP has refused; of a house that runs only the row can be broken."""
        self._house.faults.set("erp", down=True)
        application = _application(self._stop_at("/track/"))
        eventually(lambda: self._house.rows(BREAK_THE_CALL, application))
        with self._as(CARLA) as carla:
            carla.open("/desk/systems/")
            return carla.read("//main//a[contains(@href, '/failures/')]/@href")

    @cached_property
    def repair_run(self):
        with self._as(CARLA) as carla:
            carla.open(self.failures)
            carla.send({"which": "all"}, action=f"{self.failures}repair")
            return urlsplit(carla.address).path

    @cached_property
    def company_sign_on(self):
        """How people of another company would come in, of whom little is known yet."""
        with self._as(TOMAS) as tomas:
            tomas.open("/desk/doors/companies/")
            said = {"name": "Ventorim", "unit": UNIT}
            tomas.send(said, action="/desk/doors/companies/open")
            return urlsplit(tomas.address).path

    @cached_property
    def keys(self):
        """The keys for programs, with one of them."""
        with self._as(TOMAS) as tomas:
            tomas.open("/desk/systems/keys/")
            said = {"name": "The warehouse", "units": UNIT, "scopes": "webhooks:write"}
            tomas.send(said, action="/desk/systems/keys/")
        return "/desk/systems/keys/"

    @cached_property
    def events(self):
        """The events that were sent, one of which nobody took."""
        assert self.keys
        self._house.rows(SEND_AN_EVENT)
        return "/desk/systems/webhooks/"

    @cached_property
    def doors(self):
        """How people come in, with an outside shop."""
        with self._as(TOMAS) as tomas:
            tomas.open("/desk/doors/")
            said = {"name": "The other shop", "returns": "https://shop.example/in", "unit": UNIT}
            tomas.send(said, action="/desk/doors/shops")
        return "/desk/doors/"

    @cached_property
    def import_run(self):
        ((run,),) = self._house.rows("select id from enrolment_importrun limit 1")
        return f"/desk/imports/{run}/"

    def _new_pair(self, skipped):
        ((pair,),) = self._house.rows(PROPOSE_TWO, UNIT, UNIT, skipped)
        return f"/desk/duplicates/{pair}/"

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

    def _link_in_letter(self, email, link):
        """Return where the newest letter to somebody that has such a link leads to."""
        query = 'select text from notices_message where "to" = %s order by created_at desc'

        def found():
            texts = (text for (text,) in self._house.rows(query, email))
            return next(filter(None, (re.search(link, text) for text in texts)), None)

        return eventually(found)[0]

    @contextmanager
    def _as(self, email):
        """Be one of the demonstration's people."""
        with closing(Customer(self._house.url)) as somebody:
            somebody.open("/sign-in/")
            somebody.send({"email": email}, action="/people/")
            yield somebody

    def _waits_on(self, path):
        query = "select waiting_on from onboarding_application where id = %s"
        return self._house.rows(query, _application(path))[0][0]

    def _on_desk(self, path):
        return f"/desk/applications/{_application(path)}/"


def _beside(path, page):
    """Return another page of the same application."""
    return "/".join([*path.split("/")[:3], page, ""])


def _application(path):
    """Return the application's id, which an applicant's address begins with."""
    return UUID(path.split("/")[2].partition("~")[0])
