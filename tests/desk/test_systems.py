"""The systems page: how those whom we ask are, what waits for them, and asking them at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html

from atrio.identity.models import User
from atrio.kernel.errors import OutsideFailure
from atrio.kernel.queue import run_pending
from atrio.onboarding.actions import fail_call
from atrio.onboarding.models import Call
from atrio.outside.breaker import OPENS_AFTER
from atrio.outside.connections import open_erp
from atrio.outside.invented import invented_numbers
from atrio.outside.models import Connection, Delivery
from atrio.outside.queries import lately
from atrio.seller.models import BusinessUnit, Staff
from atrio.timeline.models import Entry
from tests.desk.conftest import apply_with, seated
from tests.notices.postbox import Postbox, listening
from tests.notices.writing import say
from tests.onboarding.house import hire
from tests.outside.serving import unused_address

pytestmark = pytest.mark.django_db(transaction=True)


def state(visitor, system="erp-br"):
    """Return what the page says of a system."""
    page = html.fromstring(visitor.get("/desk/systems/").content)
    return " ".join(page.get_element_by_id(f"state-{system}").text_content().split())


def exchange(*, seconds, outcome="ok", before=timedelta(minutes=10)):
    sent_at = timezone.now() - before
    return Delivery(
        connection=Connection.objects.get(code="erp-br"),
        operation="erp.find",
        request="GET /",
        outcome=outcome,
        sent_at=sent_at,
        answered_at=sent_at + timedelta(seconds=seconds),
    )


def keep(*exchanges):
    Delivery.objects.bulk_create(exchanges)


def let_it_rest(*, code="erp-br", since=timedelta(minutes=2), left=timedelta(seconds=40)):
    now = timezone.now()
    Connection.objects.filter(code=code).update(
        failures=OPENS_AFTER + 3, silent_since=now - since, rests_until=now + left
    )


def test_a_system_nobody_has_asked_says_so(carla):
    assert state(carla) == "not asked yet"


def test_it_says_how_fast_a_system_answers_and_how_often_it_does_not(carla):
    keep(
        *(exchange(seconds=0.2) for _ in range(18)),
        exchange(seconds=3, outcome="failed"),
        exchange(seconds=5, outcome="failed"),
        *(exchange(seconds=20, outcome="no_answer") for _ in range(2)),
        exchange(seconds=60, before=timedelta(hours=2)),
    )
    said = state(carla)
    assert said.startswith("answers")
    assert "asked 22 times, 2 times in vain" in said
    assert "usually 200 ms, 95 of 100 within 3.1 s" in said


def test_the_last_answer_is_told_though_nothing_came_for_hours(carla):
    keep(
        exchange(seconds=1, before=timedelta(hours=5)),
        exchange(seconds=20, outcome="no_answer", before=timedelta(hours=4)),
    )
    said = state(carla)
    assert "Last answer 4 h 59 min ago" in said
    assert "In the last hour" not in said


def test_a_silent_system_is_said_to_be_left_alone_and_when_it_is_asked_again(carla):
    let_it_rest()
    said = state(carla)
    assert said.startswith("does not answer")
    assert "Silent for 2 min 0 s" in said
    assert "ask again by ourselves in 40 s" in said
    let_it_rest(left=timedelta(seconds=-1))
    assert "We are asking it again" in state(carla)


def test_one_that_was_silent_now_and_then_is_not_yet_given_up(carla):
    Connection.objects.filter(code="erp-br").update(failures=2)
    assert state(carla) == "did not answer the last 2 times"


@pytest.fixture
def trying(unit):
    """An application whose customer the ERP has not taken yet; it will be tried again."""
    open_erp("erp-br").break_next("find_customer", "busy")
    return apply_with(next(invented_numbers(start=41)))


def give_up(application):
    """Let the process lose its patience with the ERP."""
    call = Call.objects.get(application=application, name="erp.create_customer")
    silence = OutsideFailure("The system cannot be reached", code="unreachable")
    fail_call(call_id=call.pk, error=silence, now=timezone.now())
    run_pending()
    application.refresh_from_db()
    assert application.waiting_on == "associate"


def test_what_waits_because_of_a_system_is_counted_from_the_first_try_on(carla, trying):
    assert "1 application waits because of it" in state(carla)
    give_up(trying)
    assert "1 application waits because of it" in state(carla)


def test_what_other_units_wait_for_is_not_counted(carla, mallory, trying):
    assert "because of it" in state(carla)
    assert "because of it" not in state(mallory)


def ask(visitor, system="erp-br"):
    answer = visitor.post(f"/desk/systems/{system}/ask", follow=True)
    assert answer.status_code == 200
    return answer


def test_asked_at_once_a_system_that_is_well_again_lets_everything_go_on(carla, trying):
    give_up(trying)
    let_it_rest()
    ask(carla)
    assert "It is being asked …" in state(carla)
    run_pending()
    said = state(carla)
    assert said.startswith("answers")
    assert "It answered in" in said
    assert "asked by Carla, just now" in said
    trying.refresh_from_db()
    assert trying.status == "done"
    assert Entry.objects.filter(what="system.asked", by_label="Carla").count() == 1


def test_what_was_stopped_goes_on_though_the_breaker_never_opened(carla, trying):
    give_up(trying)
    Connection.objects.update(failures=0)
    ask(carla)
    run_pending()
    trying.refresh_from_db()
    assert trying.status == "done"


def test_asked_at_once_a_silent_system_stays_alone_and_what_came_back_is_shown(carla, unit):
    Connection.objects.filter(code="erp-br").update(
        product="tryton", base_url=unused_address(), options={"database": "none", "user": "none"}
    )
    let_it_rest()
    ask(carla)
    run_pending()
    said = state(carla)
    assert said.startswith("does not answer")
    assert "No answer after" in said
    assert "cannot be reached" in said
    assert "Word for word" in said


def test_asked_twice_it_is_asked_once(carla, unit):
    for _ in range(3):
        ask(carla)
    run_pending()
    assert Entry.objects.filter(what="system.asked").count() == 3
    assert Entry.objects.filter(what="system.answered").count() == 1


def test_who_sells_sees_the_systems_and_does_not_have_them_asked(martin, unit):
    page = martin.get("/desk/systems/").content.decode()
    assert "memory · erp-br" in page
    assert "Ask now" not in page
    assert martin.post("/desk/systems/erp-br/ask").status_code == 403


def test_a_unit_sees_and_asks_its_own_systems_alone(unit, elsewhere):
    BusinessUnit.objects.filter(pk=elsewhere.pk).update(erp="erp-elsewhere")
    mallory = seated(hire(elsewhere, "mallory@elsewhere.example", "admin"))
    page = mallory.get("/desk/systems/").content.decode()
    assert "registry-br" in page
    assert "erp-br" not in page
    assert mallory.post("/desk/systems/erp-br/ask").status_code == 404


def test_htmx_is_given_the_states_and_no_page(carla, unit):
    answer = carla.get("/desk/systems/", headers={"hx-target": "systems-follow"})
    said = answer.content.decode()
    assert 'id="state-erp-br"' in said
    assert "<html" not in said


@pytest.mark.parametrize("many", [1, 4])
def test_the_page_asks_as_often_however_many_systems_and_deliveries_there_are(
    carla, unit, django_assert_num_queries, many
):
    for number in range(many):
        Connection.objects.create(
            code=f"more-{number}",
            port="crm",
            product="memory",
            base_url="memory:x",
            created_at=timezone.now(),
        )
        branch = BusinessUnit.objects.create(
            code=f"more-{number}",
            name="More",
            country="BR",
            currency="BRL",
            language="en",
            sender="x@nordlicht.example",
            erp="erp-br",
            registry="registry-br",
            crm=f"more-{number}",
        )
        Staff.objects.create(
            user=User.objects.get(name="Carla"), business_unit=branch, role="associate"
        )
    keep(*(exchange(seconds=1) for _ in range(50)))
    carla.get("/desk/systems/")
    with django_assert_num_queries(17):
        carla.get("/desk/systems/")


def test_how_fast_it_answers_is_read_from_an_index(unit):
    keep(*(exchange(seconds=1) for _ in range(2_000)))
    rows = list(Connection.objects.all())
    with CaptureQueriesContext(connection) as asked:
        lately(rows, now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("analyze outside_delivery")
        cursor.execute("explain " + asked[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert plan.count("using delivery_of_connection") == 2


class TestTheMailServer:
    def test_without_one_letters_stay_here_and_nobody_is_asked(self, carla, unit):
        assert "letters are kept in the outbox" in state(carla, "mail-server")
        page = carla.get("/desk/systems/").content.decode()
        assert "/desk/systems/mail-server/ask" not in page

    def test_letters_it_does_not_take_wait_and_go_when_it_answers(self, carla, unit, settings):
        settings.ATRIO_SMTP_URL = f"smtp://localhost:{unused_address().rpartition(':')[2]}"
        letter = say(business_unit="nordlicht-br")
        run_pending()
        assert "1 letter waits for its next try" in state(carla, "mail-server")
        ask(carla, "mail-server")
        run_pending()
        assert "No answer after" in state(carla, "mail-server")

        with listening(Postbox()) as postbox:
            settings.ATRIO_SMTP_URL = postbox.url
            ask(carla, "mail-server")
            run_pending()
            assert [one["Subject"] for one in postbox.letters] == ["The shop is open"]
        letter.refresh_from_db()
        assert letter.status == "sent"
        assert state(carla, "mail-server").startswith("takes our letters")
