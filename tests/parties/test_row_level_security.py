"""Behind every scoped query stands the database: raw SQL as the web role finds what is one's own.

A whole onboarding is played first, so that no table passes because it is empty, and the role
signs in by itself: the owner, who could become anybody, would make these tests lie.
"""

from __future__ import annotations

from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from psycopg import sql

from atrio.identity.models import SignedIn
from atrio.integrators.models import ApiKey, Endpoint, EventDelivery, KeptAnswer
from atrio.kernel.actors import Actor
from atrio.kernel.database import acting_as
from atrio.kernel.ids import new_id
from atrio.onboarding.delegation_models import Delegation
from atrio.onboarding.models import (
    AccessRequest,
    Application,
    Call,
    CreditWithdrawal,
    Help,
    LinkRequest,
    Reminder,
    RepairItem,
    RepairRun,
    Step,
)
from atrio.onboarding.promise_models import Promise, Reached
from atrio.parties.matching.keeping import keep_keys
from atrio.parties.models import Account, Membership, Merge, Pair
from atrio.sign_on.models import Provider
from atrio.trade.actions import fetch_first_prices
from atrio.trade.models import CreditLine, ShopCustomer
from tests.onboarding.house import CNPJ, Visitor, accepted, code_sent_to, furnish
from tests.parties.customers import become_customer, make_unit

# A table with one of these columns holds customers' rows; so do those without, named here.
COLUMNS = ["account_id", "application_id"]
AND_THESE = [
    "identity_signedin",
    "integrators_keptanswer",
    "onboarding_application",
    "outside_link",
    "parties_account",
    "parties_membership",
    "parties_merge",
    "parties_pair",
    "sign_on_maildomain",
]
# What goes to customers by mail, and who resembles whom: the web role reads none of it, not even
# one's own.
NOBODYS = {
    "integrators_eventdelivery",
    "integrators_keptanswer",  # of programs, which read it as a role of their own
    "notices_message",
    "parties_matchkey",
    "parties_merge",
    "parties_pair",
}

ROLES = ("atrio_web", "atrio_staff", "atrio_integrator", "atrio_worker")

_CUSTOMERS_TABLES = """
    select c.relname, c.relrowsecurity and c.relforcerowsecurity
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and (
        c.relname = any(%s) or exists (
            select from pg_attribute a
            where a.attrelid = c.oid and a.attname = any(%s) and not a.attisdropped))
    order by c.relname
"""


def customers_tables():
    """Return every table with customers' rows, and whether row-level security is forced on it."""
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS_TABLES, [AND_THESE, COLUMNS])
        return dict(cursor.fetchall())


@pytest.mark.django_db
def test_every_table_with_customers_rows_has_row_level_security_forced():
    tables = customers_tables()

    assert {*AND_THESE, "trade_personalprice", "onboarding_fact"} <= tables.keys()
    assert [table for table, is_forced in tables.items() if not is_forced] == []


@pytest.mark.django_db
def test_a_new_table_that_forgets_it_is_noticed():
    with connection.cursor() as cursor:
        cursor.execute("create table leak (id int, account_id uuid)")
        assert customers_tables()["leak"] is False
        cursor.execute("alter table leak enable row level security")
        assert customers_tables()["leak"] is False


@pytest.mark.django_db
def test_each_policy_is_for_one_role_and_has_no_or_in_it():
    """An OR in a policy makes PostgreSQL read the whole table, and PUBLIC means everybody."""
    with connection.cursor() as cursor:
        cursor.execute("select policyname, roles::text[], qual, with_check from pg_policies")
        policies = cursor.fetchall()

    assert policies
    for name, roles, *conditions in policies:
        assert roles in ([role] for role in ROLES), name
        assert not any(" or " in (condition or "").lower() for condition in conditions), name


def play_one_onboarding():
    """Let Alice become a customer over HTTP, and begin anew elsewhere with a mistake."""
    furnish(name=f"row-level-security-{new_id()}")
    alice = Visitor().begin()
    alice.answer(company__tax_id=CNPJ).wait()
    alice.answer(**accepted(alice.text))
    alice.answer(
        contact__name="Alice Prado",
        contact__email="alice@ventorim.example",
        contact__phone="+55 11 91234-5678",
        contact__role="buyer",
    )
    alice.answer(proof__code=code_sent_to("alice@ventorim.example"))
    alice.answer(consent__terms="yes").wait()
    Visitor().begin().answer(company__tax_id="not a number")
    return Account.objects.get()


def keep_promises_and_doubles(*accounts):
    """Let every promise be late, and let customers resemble each other and be merged."""
    for promise in Promise.objects.all():
        Reached.objects.create(
            promise=promise,
            application_id=promise.application_id,
            level=1,
            due_at=timezone.now(),
            at=timezone.now(),
        )
    for application in Application.objects.all():
        Reminder.objects.create(application=application, occasion="a day", at=timezone.now())
        Delegation.objects.create(
            application=application,
            step=Step.objects.filter(application=application).latest("id"),
            name="Bob Reis",
            email="bob@elsewhere.example",
            asked_by_kind="applicant",
            asked_by_id=str(application.pk),
            asked_by_label="Alice Prado",
            asked_at=timezone.now(),
            valid_until=timezone.now(),
        )
        LinkRequest.objects.create(application=application, at=timezone.now())
        Help.objects.create(
            application=application,
            kind=Help.Kind.WROTE,
            at=timezone.now(),
            by_id="carla",
            by_label="Carla",
        )
    for account in accounts:
        ShopCustomer.objects.create(
            account=account,
            shop="shop-br",
            state=ShopCustomer.State.REFUSED,
            changed_at=timezone.now(),
        )
    AccessRequest.objects.create(
        application=Application.objects.first(),
        account_id=accounts[0].pk,
        company=accounts[0].name,
        name="Bob Reis",
        email="bob@elsewhere.example",
        asked_at=timezone.now(),
    )
    CreditWithdrawal.objects.create(
        account_id=accounts[0].pk,
        asked_at=timezone.now(),
        asked_by=Membership.objects.get(account=accounts[0]).user,
        asked_by_label="Alice Prado",
    )
    keep_an_answer()
    keep_sign_on(accounts[0])
    call = Call.objects.latest("id")
    run = RepairRun.objects.create(
        call=call.name, error_code="invalid", by_id=new_id(), started_at=timezone.now()
    )
    RepairItem.objects.create(run=run, application=call.application, call=call)
    CreditLine.objects.bulk_create(CreditLine(account=account) for account in accounts)
    keep_keys()
    one, other = sorted(account.pk for account in accounts)
    unit = accounts[0].business_unit
    Pair.objects.create(
        kind="company", one_id=one, other_id=other, business_unit=unit, score=0.6, verdict="maybe"
    )
    Merge.objects.create(
        kind="account",
        business_unit=unit,
        kept_id=one,
        dropped_id=other,
        merged_at=timezone.now(),
        undo_until=timezone.now(),
    )


def keep_an_answer():
    """Let a program have been answered."""
    now = timezone.now()
    key = ApiKey.objects.create(
        name="Rico's shop",
        business_units=["nordlicht-br"],
        scopes=["applications:read"],
        prefix="atrio_abcdefgh",
        digest=b"digest",
        created_at=now,
        window_at=now,
    )
    endpoint = Endpoint.objects.create(
        key=key, url="https://rico.example/", events=[], created_at=now
    )
    EventDelivery.objects.create(
        endpoint=endpoint,
        event_id=new_id(),
        type="ping",
        application_id=Application.objects.latest("id").pk,
        body="{}",
        created_at=now,
    )
    KeptAnswer.objects.create(key=key, name="order-1", asked=b"digest", status=200, at=now)


def keep_sign_on(account):
    """Let a customer's people come in by their company."""
    provider = Provider.objects.create(
        account_id=account.pk, name=account.name, created_at=timezone.now()
    )
    provider.domains.create(name="ventorim.example")


class Web:
    """A connection that signs in as the web role and speaks raw SQL."""

    def __init__(self):
        parameters = connection.get_connection_params()
        names = [name for name in ("dbname", "host", "port") if parameters.get(name)]
        place = {name: parameters[name] for name in names}
        self.connection = psycopg.connect(**place, user="atrio_web")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def run(self, command, table, *, application="", accounts=(), user=""):
        """Run a command about a table as somebody, undo it, and return its cursor."""
        context = {
            "atrio.application": str(application),
            "atrio.accounts": "{" + ",".join(str(account) for account in accounts) + "}",
            "atrio.user": str(user),
        }
        with self.connection.transaction(force_rollback=True):
            for name, value in context.items():
                self.connection.execute("select set_config(%s, %s, true)", [name, value])
            return self.connection.execute(sql.SQL(command).format(sql.Identifier(table)))

    def rows(self, table, **who):
        """Return every row of a table that somebody sees, as text."""
        return [row for (row,) in self.run("select t::text from {} t", table, **who).fetchall()]


@pytest.fixture
def cast(transactional_db):
    """Alice, who has just become a customer, and Mallory, who works elsewhere and is one too."""
    account = play_one_onboarding()
    of_alice = list(Application.objects.values_list("pk", flat=True))
    user = Membership.objects.get(account=account).user_id
    SignedIn.objects.create(
        user_id=user, session_key="of-alice", at=timezone.now(), seen_at=timezone.now()
    )
    Visitor().begin()
    mallory = become_customer(
        make_unit(code="elsewhere"), "mallory@marupanga.example", company="Marupanga S.A."
    )
    fetch_first_prices(account_id=mallory.account.pk, now=timezone.now())
    keep_promises_and_doubles(account, mallory.account)
    of_mallory = Application.objects.exclude(pk__in=of_alice).get().pk
    return SimpleNamespace(
        alice=[
            {"accounts": [account.pk], "user": user},
            *({"application": application} for application in of_alice),
        ],
        mallory=[
            {"accounts": [mallory.account.pk], "user": mallory.user.pk},
            {"application": of_mallory},
        ],
        alices_account=account.pk,
        alices_ids=[str(one) for one in (account.pk, user, *of_alice)],
    )


def test_raw_sql_as_the_web_role_finds_what_is_ones_own_and_nothing_else(cast):
    tables = list(customers_tables())
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'select t::text from "{table}" t')
            rows = [row for (row,) in cursor.fetchall()]
            assert rows, f"{table} is empty and would prove nothing"

    with Web() as web:
        for table in tables:
            assert web.rows(table) == [], f"{table} without a context"
            for mallory in cast.mallory:
                found = "".join(web.rows(table, **mallory))
                assert not any(one in found for one in cast.alices_ids), f"{table} as Mallory"
            hers = [row for alice in cast.alice for row in web.rows(table, **alice)]
            assert bool(hers) == (table not in NOBODYS), f"{table} as Alice"


def test_raw_sql_as_the_web_role_changes_nothing_of_other_peoples(cast):
    with Web() as web:
        for table in customers_tables():
            key = key_of(table)
            for mallory in cast.mallory:
                hers = len(web.rows(table, **mallory))
                assert web.run(f"update {{}} set {key} = {key}", table, **mallory).rowcount <= hers
                try:
                    deleted = web.run("delete from {}", table, **mallory).rowcount
                except psycopg.errors.ForeignKeyViolation as refused:
                    # A row of her own is referred to; Alice's would be named here as well.
                    named, deleted = str(refused), hers
                else:
                    named = ""
                assert deleted <= hers, table
                assert not any(one in named for one in cast.alices_ids), table


def test_a_row_cannot_be_slipped_to_somebody_else(cast):
    slip = f"update {{}} set id = '{cast.alices_account}'"
    with Web() as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.run(slip, "parties_account", **cast.mallory[0])


@pytest.mark.parametrize("role", ["atrio_worker", "atrio_owner", "postgres"])
def test_the_web_role_cannot_become_the_background_nor_the_owner(transactional_db, role):
    with Web() as web, pytest.raises(psycopg.Error):
        web.run("set role {}", role)


def test_an_error_leaves_no_context_behind_on_the_connection(transactional_db):
    mallory = Actor(kind="member", id=str(new_id()), accounts=frozenset({new_id()}))

    with pytest.raises(ZeroDivisionError), acting_as(mallory):
        raise ZeroDivisionError

    with connection.cursor() as cursor:
        cursor.execute(
            "select current_user::text, current_setting('atrio.accounts', true),"
            " current_setting('atrio.user', true)"
        )
        assert cursor.fetchone() == ("atrio_owner", "", "")


def key_of(table):
    """Return the name of a table's primary key."""
    with connection.cursor() as cursor:
        return connection.introspection.get_primary_key_column(cursor, table)
