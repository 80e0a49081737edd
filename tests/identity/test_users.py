"""Users: one for each address."""

from __future__ import annotations

import threading

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection
from django.test import RequestFactory

from atrio.identity.actions import ensure_user, sign_in
from atrio.identity.models import User
from atrio.identity.queries import users_by_email
from atrio.kernel.errors import NotAllowed
from atrio.kernel.queue import later, run_pending


@pytest.mark.django_db
def test_one_address_is_one_user_whatever_its_case():
    one = ensure_user(email="Alice@Ventorim.example", name="Alice", language="en")
    other = ensure_user(email="alice@VENTORIM.example", name="Somebody", language="pt-br")

    assert one == other
    assert (other.email, other.name, other.language) == ("alice@ventorim.example", "Alice", "en")
    assert User.objects.get_by_natural_key("ALICE@ventorim.example") == one
    assert not one.has_usable_password()


@pytest.mark.django_db
def test_the_database_keeps_addresses_small():
    with pytest.raises(IntegrityError):
        User.objects.bulk_create([User(email="Alice@ventorim.example")])


@pytest.mark.django_db(transaction=True)
def test_five_who_make_the_same_user_at_once_get_the_same_one():
    found, start = [], threading.Barrier(5)

    def make():
        start.wait(timeout=10)
        try:
            found.append(ensure_user(email="alice@ventorim.example", name="", language="en").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert len(found) == 5
    assert len(set(found)) == 1


@pytest.mark.django_db
def test_a_locked_user_is_neither_found_nor_let_in():
    alice = ensure_user(email="alice@ventorim.example", name="Alice", language="en")
    assert users_by_email(["ALICE@ventorim.example", "x@y.example"]) == {alice.email: alice}
    alice.is_active = False
    alice.save(update_fields=["is_active"])

    assert users_by_email([alice.email]) == {}
    with pytest.raises(NotAllowed):
        sign_in(RequestFactory().get("/"), alice)


@pytest.mark.django_db
def test_sessions_that_are_over_are_cleared_away_by_the_background():
    sessions = []
    for expires_in in (-60, 60):
        session = SessionStore()
        session.set_expiry(expires_in)
        session["visit"] = "x"
        session.save()
        sessions.append(session.session_key)
    later("identity.clear_sessions")

    run_pending()

    assert list(Session.objects.values_list("session_key", flat=True)) == sessions[1:]
