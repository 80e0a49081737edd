"""The merge desk: side by side, chosen, made one, told apart, taken back; and not by who sells."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from lxml import html

from atrio.identity.models import User
from atrio.parties.matching.keeping import keep_keys
from atrio.parties.models import Account, Contact, LegalEntity, Merge, Pair
from tests.onboarding.house import hire
from tests.parties.customers import Browser, become_customer, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make_unit(articles=1)


def at_work(unit, email, *roles):
    staff = hire(unit, email, *roles)
    return Browser(headers={"accept-language": "en"}).come_in(User.objects.get(pk=staff.id))


@pytest.fixture
def carla(unit):
    return at_work(unit, "carla@nordlicht.example", "associate")


@pytest.fixture
def kept(unit):
    return become_customer(unit).account


@pytest.fixture
def dropped(unit, kept):
    """The same company, imported long ago without a tax number."""
    account = Account.objects.create(
        name="VENTORIN INSTALACOES",
        business_unit=unit.code,
        origin="import",
        price_group="Varejo",
        opened_at=timezone.now(),
    )
    Contact.objects.create(
        account=account, name="Alice Prado", email="alice@ventorim.example", language="en"
    )
    Contact.objects.create(
        account=account, name="Bob Teixeira", email="bob@ventorim.example", language="en"
    )
    return account


@pytest.fixture
def pair(kept, dropped):
    keep_keys()
    return Pair.objects.get()


def text(response):
    assert response.status_code == 200
    return " ".join(html.fromstring(response.content).text_content().split())


def filled_in(response, **changed):
    """Return what the page's form would send, as it stands there but for what is changed."""
    (form,) = (f for f in html.fromstring(response.content).forms if f.action.endswith("/merge"))
    values = dict(form.form_values())
    return form.action, {**values, **changed}


def test_what_is_probably_one_is_listed_with_its_reasons(carla, pair):
    page = text(carla.get("/desk/duplicates/"))

    for words in ("Ventorim Instalações Ltda", "VENTORIN INSTALACOES", "very likely", "email"):
        assert words in page, words


def test_an_empty_list_explains_itself(carla):
    for view in ("open", "dismissed", "merged", "nonsense"):
        assert "appear here by themselves" in text(carla.get(f"/desk/duplicates/?view={view}"))


def test_two_stand_side_by_side_with_what_differs(carla, pair, kept):
    page = text(carla.get(f"/desk/duplicates/{pair.pk}/"))

    assert f"erp-nordlicht-br: {kept.customer_number}" in page
    for words in ("Which one is kept?", "Price group", "Atacado", "Varejo", "2 contacts"):
        assert words in page, words
    # The other has no company of its own, so there is nothing to say about companies.
    assert "Are they one company?" not in page


def test_what_is_proposed_is_kept_without_a_further_word(carla, pair, kept, dropped):
    address, values = filled_in(carla.get(f"/desk/duplicates/{pair.pk}/"))

    page = carla.post(address, values, follow=True)

    dropped.refresh_from_db()
    kept.refresh_from_db()
    assert dropped.merged_into == kept
    assert (kept.name, kept.price_group) == ("Ventorim Instalações Ltda", "Atacado")
    assert "You can take it back for 30 days." in text(page)
    assert "contacts 1 moved" in text(page)


def test_the_other_one_may_be_kept_and_its_values_chosen(carla, pair, kept, dropped):
    which = "one" if pair.one_id == dropped.pk else "other"
    address, values = filled_in(carla.get(f"/desk/duplicates/{pair.pk}/"))

    carla.post(
        address, {**values, "keep": which, "account.price_group": which, "reason": "As agreed"}
    )

    kept.refresh_from_db()
    dropped.refresh_from_db()
    assert kept.merged_into == dropped
    # The name was proposed, and stays chosen whichever is kept.
    assert (dropped.name, dropped.price_group) == ("Ventorim Instalações Ltda", "Varejo")
    assert LegalEntity.objects.get().account == dropped
    assert Merge.objects.get().reason == "As agreed"


def test_two_companies_of_one_customer_stay_two(unit, carla, kept):
    become_customer(unit, "alice@ventorim.example", company="Ventorim Comercio Ltda")
    one, other = sorted(LegalEntity.objects.values_list("pk", flat=True))
    Pair.objects.create(
        kind="company",
        one_id=one,
        other_id=other,
        business_unit=unit.code,
        score=0.6,
        verdict="maybe",
    )
    address, values = filled_in(carla.get(f"/desk/duplicates/{Pair.objects.get().pk}/"))

    page = carla.post(address, {**values, "company": "two"}, follow=True)

    assert Account.objects.filter(merged_into=None).count() == 1
    assert LegalEntity.objects.filter(merged_into=None).count() == 2
    assert "erp-nordlicht-br has another customer for this one" in text(page)


def test_a_merge_is_taken_back_by_one_button(carla, pair, kept, dropped):
    address, values = filled_in(carla.get(f"/desk/duplicates/{pair.pk}/"))
    page = carla.post(address, values, follow=True)
    (button,) = re.findall(r'action="([^"]+/undo)"', page.content.decode())

    page = carla.post(button, {"reason": "Wrong"}, follow=True)

    dropped.refresh_from_db()
    assert dropped.merged_into is None
    assert "everything is as it was" in text(page)
    assert "Taken back by Carla" in text(page)
    again = carla.post(button, follow=True)
    assert "has been undone already" in text(again)


def test_what_was_changed_since_is_named(carla, pair, kept, dropped):
    address, values = filled_in(carla.get(f"/desk/duplicates/{pair.pk}/"))
    page = carla.post(address, values, follow=True)
    Contact.objects.filter(name="Bob Teixeira").delete()
    (button,) = re.findall(r'action="([^"]+/undo)"', page.content.decode())

    page = carla.post(button, follow=True)

    assert "Changed since, and left as it is: contacts: 1" in text(page)


def test_who_was_told_apart_is_proposed_no_more_until_reopened(carla, pair):
    carla.post(f"/desk/duplicates/{pair.pk}/dismiss")

    assert "VENTORIN" not in text(carla.get("/desk/duplicates/"))
    assert "VENTORIN" in text(carla.get("/desk/duplicates/?view=dismissed"))
    assert "told apart by Carla" in text(carla.get(f"/desk/duplicates/{pair.pk}/"))
    carla.post(f"/desk/duplicates/{pair.pk}/reopen")
    assert "VENTORIN" in text(carla.get("/desk/duplicates/"))


def test_two_contacts_become_one(carla, kept):
    Contact.objects.create(
        account=kept, name="Prado, Alice", email="prado@ventorim.example", language="en"
    )
    keep_keys()
    pair = Pair.objects.get()
    address, values = filled_in(carla.get(f"/desk/duplicates/{pair.pk}/"))

    carla.post(address, values)

    assert Contact.objects.filter(merged_into=None).count() == 1


def test_a_pair_that_is_merged_already_is_gone(carla, pair):
    address, values = filled_in(carla.get(f"/desk/duplicates/{pair.pk}/"))
    carla.post(address, values)

    assert carla.post(address, values).status_code == 404
    assert carla.get(f"/desk/duplicates/{pair.pk}/").status_code == 404
    assert "Nobody here" in text(carla.get("/desk/duplicates/"))


@pytest.mark.parametrize("nonsense", [{"keep": "x", "account.name": "x"}, {"reason": "\0" * 500}])
def test_nonsense_is_taken_for_what_was_proposed(carla, pair, kept, nonsense):
    address, values = filled_in(carla.get(f"/desk/duplicates/{pair.pk}/"), **nonsense)

    assert carla.post(address, values).status_code == 302
    assert Merge.objects.get().kept_name in {"Ventorim Instalações Ltda", "VENTORIN INSTALACOES"}


def test_the_list_has_pages_and_asks_the_same_few_things(
    carla, unit, django_assert_max_num_queries
):
    for number in range(30):
        for spelling in ("Brisaforte", "BRISAFORTE"):
            Account.objects.create(
                name=f"{spelling} {number:03}", business_unit=unit.code, opened_at=timezone.now()
            )
    keep_keys()
    assert Pair.objects.count() == 30

    with django_assert_max_num_queries(15):
        first = carla.get("/desk/duplicates/")
    assert first.content.decode().count("queue-link") == 25
    (following,) = re.findall(r'href="([^"]+)" rel="next"', first.content.decode())
    second = carla.get(following.replace("&amp;", "&"))
    assert second.content.decode().count("queue-link") == 5


def test_names_are_shown_and_never_run(carla, pair, dropped):
    Account.objects.filter(pk=dropped.pk).update(name="<script>alert(1)</script>")

    for address in ("/desk/duplicates/", f"/desk/duplicates/{pair.pk}/"):
        assert "<script>alert" not in carla.get(address).content.decode()


def test_martin_who_sells_has_no_merge_desk(unit, pair):
    martin = at_work(unit, "martin@nordlicht.example", "manager")

    for address in ("/desk/duplicates/", f"/desk/duplicates/{pair.pk}/"):
        assert martin.get(address).status_code == 404
    assert martin.post(f"/desk/duplicates/{pair.pk}/merge").status_code == 404
    assert martin.post(f"/desk/duplicates/{pair.pk}/dismiss").status_code == 404
    assert not Merge.objects.exists()


def test_mallory_at_another_unit_finds_nobody(carla, pair):
    mallory = at_work(make_unit(code="elsewhere"), "mallory@elsewhere.example", "associate")
    address, values = filled_in(carla.get(f"/desk/duplicates/{pair.pk}/"))

    assert "VENTORIN" not in text(mallory.get("/desk/duplicates/"))
    assert mallory.get(f"/desk/duplicates/{pair.pk}/").status_code == 404
    assert mallory.post(address, values).status_code == 404
    carla.post(address, values)
    merged = Merge.objects.get().pk
    assert mallory.get(f"/desk/duplicates/merged/{merged}/").status_code == 404
    assert mallory.post(f"/desk/duplicates/merged/{merged}/undo").status_code == 404
    assert "VENTORIN" not in text(mallory.get("/desk/duplicates/?view=merged"))
