"""What every outside shop must do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from atrio.kernel.errors import OutsideFailure
from atrio.outside.ports import PostalAddress, ShopCompanyDraft, TaxId
from atrio.outside.recording import recorded

ADDRESS = PostalAddress(
    street="Rua das Bromélias",
    number="12",
    extra="Sala 3",
    district="Centro",
    postal_code="01310100",
    city="São Paulo",
    region="SP",
    country="BR",
)


def new_draft(**fields):
    """A customer that no other test has."""
    reference = str(uuid4())
    draft = ShopCompanyDraft(
        reference=reference,
        name="Ventorim",
        legal_name="Ventorim Instalações Ltda",
        tax_id=TaxId("BR", "br_cnpj", "52184603000194"),
        address=ADDRESS,
        admin_name="Alice Prado",
        admin_email=f"alice-{reference}@ventorim.example",
        phone="+5511912345678",
        state="open",
        price_group="Atacado",
    )
    return replace(draft, **fields)


class ShopContract:
    """Subclass it and provide `shop`, which knows the price groups Varejo and Atacado."""

    def test_a_company_is_made_as_the_draft_says(self, shop):
        draft = new_draft(credit_limit=Decimal("1500.50"), currency="BRL")
        made = shop.save_company(draft)

        assert (made.reference, made.name) == (draft.reference, "Ventorim")
        assert made.admin_email == draft.admin_email
        assert (made.state, made.price_group) == ("open", "Atacado")
        assert (made.credit_limit, made.currency) == (Decimal("1500.50"), "BRL")
        assert shop.find_company(draft.reference) == made

    def test_the_same_reference_is_one_company(self, shop):
        draft = new_draft()
        assert shop.save_company(draft) == shop.save_company(draft)

    def test_one_that_nobody_made_is_none_and_no_error(self, shop):
        assert shop.find_company(str(uuid4())) is None

    def test_price_group_credit_and_name_follow(self, shop):
        draft = new_draft(credit_limit=Decimal(100), currency="BRL")
        first = shop.save_company(draft)

        changed = shop.save_company(
            replace(draft, name="Ventorim e Filhos", price_group="", credit_limit=None, currency="")
        )

        assert changed.id == first.id
        assert (changed.name, changed.price_group) == ("Ventorim e Filhos", "")
        assert (changed.credit_limit, changed.currency) == (None, "")

    def test_who_waits_is_let_in_blocked_and_let_in_again(self, shop):
        draft = new_draft(state="waiting")
        assert shop.save_company(draft).state == "waiting"
        assert shop.save_company(draft).state == "waiting"
        for state in ("open", "blocked", "open"):
            assert shop.save_company(replace(draft, state=state)).state == state
        # Nobody waits who was in.
        assert shop.save_company(draft).state == "blocked"

    def test_the_admin_is_the_shops_from_then_on(self, shop):
        draft = new_draft()
        shop.save_company(draft)

        again = shop.save_company(replace(draft, admin_email="other@ventorim.example"))

        assert again.admin_email == draft.admin_email

    def test_an_admin_of_another_company_is_for_a_person(self, shop):
        first = new_draft()
        shop.save_company(first)
        second = new_draft(admin_email=first.admin_email)

        with pytest.raises(OutsideFailure) as caught:
            shop.save_company(second)

        assert caught.value.code == "taken"
        assert shop.find_company(second.reference) is None

    def test_a_price_group_it_does_not_know_is_for_a_person_and_makes_nothing(self, shop):
        draft = new_draft(price_group="Unheard of")
        with pytest.raises(OutsideFailure) as caught:
            shop.save_company(draft)

        assert caught.value.code == "misconfigured"
        assert shop.find_company(draft.reference) is None

    @pytest.mark.parametrize("name", ["Ação & Filhos <3", '"quoted" 100%', "Ромашка 🎉", "Plato"])
    def test_any_words_arrive(self, shop, name):
        draft = new_draft(name=name, admin_name=name)
        assert shop.save_company(draft).name == name
        assert shop.find_company(draft.reference).name == name

    def test_one_of_whom_little_is_known_is_made_as_well(self, shop):
        draft = new_draft(
            tax_id=None, address=PostalAddress(country="DE"), phone="", admin_name="Bob"
        )
        assert shop.save_company(draft).state == "open"

    def test_a_probe_is_recorded_and_changes_nothing(self, shop):
        with recorded() as exchanges:
            assert shop.probe() is None
        assert {exchange.outcome for exchange in exchanges} == {"ok"}
