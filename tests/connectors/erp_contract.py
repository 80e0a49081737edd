"""What every ERP connector must do, and what it must do when the way to the ERP is bad."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from stdnum.br import cnpj

from atrio.kernel.errors import NoAnswer, OutsideBusy, OutsideFailure
from atrio.outside.ports import (
    CreditLine,
    CustomerDraft,
    ErpContact,
    PostalAddress,
    PriceQuestion,
    TaxId,
)

ADDRESS = PostalAddress(
    street="Rua das Bromélias",
    number="210",
    extra="Sala 12",
    district="Centro",
    postal_code="01310100",
    city="São Paulo",
    region="SP",
    country="BR",
)


def new_draft(price_group, *, root=None):
    """A draft of a customer that no other test knows."""
    unique = uuid4().hex.upper()
    base = f"{root or unique[:8]}0001"
    return CustomerDraft(
        reference=f"{unique[8:12]}-{unique[12:16]}",
        legal_name="Aurivale Instalações Ltda",
        trade_name="Aurivale",
        tax_id=TaxId("BR", "br_cnpj", base + cnpj.calc_check_digits(base)),
        address=ADDRESS,
        contact_name="Alice Aurivale",
        email="alice@aurivale.example",
        phone="+551132345678",
        language="pt-BR",
        price_group=price_group,
    )


class ErpContract:
    """Subclass it; provide `erp` and two `price_groups` whose prices differ.

    `dear` is the draft of a customer in the first group, `cheap` of one in the second.
    """

    longest_name = 200  # of what is sure to be kept whole

    @pytest.fixture
    def dear(self, price_groups):
        return new_draft(price_groups[0])

    @pytest.fixture
    def cheap(self, price_groups):
        return new_draft(price_groups[1])

    def test_creates_one_customer_however_often_it_is_asked(self, erp, dear):
        first = erp.create_customer(dear)
        again = erp.create_customer(dear)

        assert first == again
        assert first.reference == dear.reference
        assert erp.find_customer(tax_id=dear.tax_id).number == first.number

    def test_finds_the_customer_by_our_reference(self, erp, dear):
        receipt = erp.create_customer(dear)

        found = erp.find_customer(reference=dear.reference)
        assert (found.number, found.reference) == (receipt.number, dear.reference)

    def test_finds_the_customer_by_its_tax_id(self, erp, dear):
        receipt = erp.create_customer(dear)

        found = erp.find_customer(tax_id=dear.tax_id)
        assert (found.number, found.tax_id) == (receipt.number, dear.tax_id)

    def test_our_reference_counts_for_more_than_the_tax_id(self, erp, dear):
        erp.create_customer(dear)
        twin = replace(dear, reference=new_draft("").reference)
        erp.create_customer(twin)

        found = erp.find_customer(reference=twin.reference, tax_id=dear.tax_id)
        assert found.reference == twin.reference

    def test_finds_nobody_for_keys_nobody_has(self, erp, dear):
        assert erp.find_customer() is None
        assert erp.find_customer(reference=dear.reference) is None
        assert erp.find_customer(reference=dear.reference, tax_id=dear.tax_id) is None

    def test_takes_alphanumeric_tax_ids(self, erp, price_groups):
        draft = new_draft(price_groups[0], root=f"ZZ{uuid4().hex[:6].upper()}")
        erp.create_customer(draft)

        assert erp.find_customer(tax_id=draft.tax_id).reference == draft.reference

    def test_reads_back_what_was_written(self, erp, dear, price_groups):
        customer = erp.read_customer(erp.create_customer(dear).number)

        assert customer.reference == dear.reference
        assert customer.legal_name == dear.legal_name
        assert customer.tax_id == dear.tax_id
        assert customer.email == dear.email
        assert customer.phone == dear.phone
        assert customer.price_group == price_groups[0]
        assert customer.address == ADDRESS
        assert customer.contacts == (ErpContact(dear.contact_name, dear.email, dear.phone),)

    @pytest.mark.parametrize("typed", ["  {}\n", "{}\u00a0", None])
    def test_a_number_may_be_typed_with_spaces(self, erp, dear, typed):
        number = erp.create_customer(dear).number
        spaced = typed.format(number) if typed else " ".join(number)

        assert erp.read_customer(spaced).number == number

    @pytest.mark.parametrize("name", ["Ação & Filhos 'Ltda' \"x\"", "Ω漢字🙂", "=1+1", "a"])
    def test_any_name_comes_back_as_it_was(self, erp, dear, name):
        name = name * self.longest_name if name == "a" else name
        receipt = erp.create_customer(replace(dear, legal_name=name))

        assert erp.read_customer(receipt.number).legal_name == name

    def test_a_customer_without_contact_or_address_is_a_customer(self, erp, dear):
        draft = replace(dear, email="", phone="", contact_name="", address=PostalAddress())

        assert erp.read_customer(erp.create_customer(draft).number).email == ""

    def test_a_price_group_nobody_has_is_refused(self, erp):
        draft = new_draft("Ninguém")
        with pytest.raises(OutsideFailure) as caught:
            erp.create_customer(draft)

        assert caught.value.code == "invalid"
        assert erp.find_customer(reference=draft.reference) is None

    @pytest.mark.parametrize(
        ("ask", "arguments"),
        [
            ("read_customer", []),
            ("prices", [[]]),
            ("read_credit_line", []),
            ("set_credit_line", [CreditLine(Decimal(1), "BRL", "")]),
        ],
    )
    @pytest.mark.parametrize("number", ["nobody-has-this", "", " ", "%", "' or 1=1 --", "a" * 500])
    def test_a_number_nobody_has_is_not_found(self, erp, ask, arguments, number):
        with pytest.raises(OutsideFailure) as caught:
            getattr(erp, ask)(number, *arguments)

        assert caught.value.code == "not_found"

    def test_all_customers_come_each_once_in_an_order_that_can_be_gone_on_in(
        self, erp, dear, cheap
    ):
        ours = {erp.create_customer(draft).number for draft in (dear, cheap)}

        numbers = [customer.number for customer in erp.customers()]
        assert ours <= set(numbers)
        assert len(set(numbers)) == len(numbers)
        for place in (0, len(numbers) // 2, len(numbers) - 1):
            further = [customer.number for customer in erp.customers(after=numbers[place])]
            assert further == numbers[place + 1 :]

    def test_a_customer_among_all_is_the_one_that_is_read(self, erp, dear):
        number = erp.create_customer(dear).number

        (found,) = [customer for customer in erp.customers() if customer.number == number]
        assert found == erp.read_customer(number)

    def test_the_credit_line_comes_back_as_it_was_set_however_often(self, erp, dear):
        customer = erp.create_customer(dear).number
        assert erp.read_credit_line(customer) is None

        first, *_more, other = erp.payment_terms()
        for line in (
            CreditLine(Decimal("12500.50"), "BRL", first),
            CreditLine(Decimal(0), "BRL", other),
            CreditLine(Decimal("99999999.99"), "BRL", ""),
        ):
            erp.set_credit_line(customer, line)
            erp.set_credit_line(customer, line)
            assert erp.read_credit_line(customer) == line

    def test_a_credit_line_is_one_customers_alone(self, erp, dear, cheap):
        with_line, without = (erp.create_customer(draft).number for draft in (dear, cheap))
        erp.set_credit_line(with_line, CreditLine(Decimal(1000), "BRL", ""))

        assert erp.read_credit_line(without) is None

    @pytest.mark.parametrize(
        "wrong",
        [
            CreditLine(Decimal(1000), "EUR", ""),
            CreditLine(Decimal(1000), "BRL", "Nunca"),
            CreditLine(Decimal("1000.005"), "BRL", ""),
        ],
        ids=["currency", "term", "cents"],
    )
    def test_a_credit_line_the_erp_cannot_keep_is_refused_and_the_old_one_stays(
        self, erp, dear, wrong
    ):
        customer, line = erp.create_customer(dear).number, CreditLine(Decimal(500), "BRL", "")
        erp.set_credit_line(customer, line)
        with pytest.raises(OutsideFailure) as caught:
            erp.set_credit_line(customer, wrong)

        assert caught.value.code == "invalid"
        assert erp.read_credit_line(customer) == line

    def test_an_erp_that_works_can_be_probed(self, erp):
        assert erp.probe() is None

    def test_the_catalogue_is_whole_and_priced(self, erp):
        articles = list(erp.articles())

        assert len(articles) == 200
        assert len({article.number for article in articles}) == 200
        assert all(article.name and article.unit and article.category for article in articles)
        assert all(article.list_price > 0 for article in articles)
        assert {article.currency for article in articles} == {"BRL"}

    def test_two_price_groups_pay_different_prices(self, erp, dear, cheap):
        article = next(iter(erp.articles()))
        question = [PriceQuestion(article.number)]
        (dear_price,) = erp.prices(erp.create_customer(dear).number, question)
        (cheap_price,) = erp.prices(erp.create_customer(cheap).number, question)

        assert dear_price.amount > cheap_price.amount > 0
        assert dear_price.article == article.number
        assert dear_price.quantity == Decimal(1)
        assert dear_price.currency == article.currency

    def test_a_customer_without_a_price_group_pays_what_the_erp_asks_of_everybody(self, erp):
        article = next(iter(erp.articles()))
        customer = erp.create_customer(new_draft("")).number

        (price,) = erp.prices(customer, [PriceQuestion(article.number)])
        assert price.amount == article.list_price

    def test_prices_come_in_the_order_of_the_questions(self, erp, dear):
        numbers = [article.number for article in erp.articles()][:5]
        customer = erp.create_customer(dear).number
        questions = [
            PriceQuestion(number, quantity)
            for quantity in (Decimal(10), Decimal(1), Decimal("2.5"))
            for number in reversed(numbers)
        ]

        prices = erp.prices(customer, questions)
        assert [(p.article, p.quantity) for p in prices] == [
            (question.article, question.quantity) for question in questions
        ]

    def test_an_article_nobody_has_is_left_out(self, erp, dear):
        known = next(iter(erp.articles())).number
        customer = erp.create_customer(dear).number

        prices = erp.prices(customer, [PriceQuestion("nobody-has-this"), PriceQuestion(known)])
        assert [price.article for price in prices] == [known]

    def test_no_questions_no_prices(self, erp, dear):
        assert erp.prices(erp.create_customer(dear).number, []) == []


class ErpOverHttpContract(ErpContract):
    """For connectors that speak HTTP. Subclass it; provide also:

    `faults`, a `FaultProxy` whose route "erp" leads to the system; `erp`, connected through it
    with some second's patience and signed in already; `creating` and `crediting`, words that only
    the request has which creates a customer or sets a credit line; `unreachable`, a connector to
    an address where nobody listens.
    """

    def test_two_hundred_prices_take_as_many_requests_as_one(self, erp, faults, dear):
        questions = [PriceQuestion(article.number) for article in erp.articles()]
        customer = erp.create_customer(dear).number

        def requests_for(asked):
            before = faults.route("erp").requests
            assert len(erp.prices(customer, asked)) == len(asked)
            return faults.route("erp").requests - before

        assert requests_for(questions) == requests_for(questions[:1])
        assert len(questions) == 200

    def test_an_erp_that_is_not_there_is_busy_and_was_not_asked(self, unreachable, dear):
        with pytest.raises(OutsideBusy) as caught:
            unreachable.create_customer(dear)

        assert not isinstance(caught.value, NoAnswer)
        with pytest.raises(OutsideBusy):
            unreachable.probe()

    @pytest.mark.parametrize(
        "trouble",
        [{"down": True}, {"error_rate": 1}, {"garbage": 1}, {"execute_then_timeout": 1}],
        ids=lambda trouble: " ".join(trouble),
    )
    def test_a_probe_finds_that_the_erp_is_in_trouble_and_that_it_is_over(
        self, erp, faults, trouble
    ):
        faults.set("erp", **trouble)
        with pytest.raises(OutsideBusy):
            erp.probe()
        faults.reset("erp")

        assert erp.probe() is None

    @pytest.mark.parametrize(
        "trouble",
        [{"down": True}, {"error_rate": 1}, {"error_rate": 1, "error_status": 429}, {"garbage": 1}],
        ids=lambda trouble: " ".join(trouble),
    )
    def test_an_erp_in_trouble_is_busy_and_the_next_try_works(self, erp, faults, dear, trouble):
        faults.set("erp", **trouble)
        with pytest.raises(OutsideBusy):
            erp.create_customer(dear)
        faults.reset("erp")

        receipt = erp.create_customer(dear)
        assert erp.find_customer(reference=dear.reference).number == receipt.number

    @pytest.mark.parametrize("trouble", ["execute_then_timeout", "garbage"])
    def test_what_was_done_without_an_answer_is_found_and_not_done_twice(
        self, erp, faults, dear, creating, trouble
    ):
        faults.set("erp", **{trouble: 1}, only=creating, times=1)
        with pytest.raises(NoAnswer if trouble == "execute_then_timeout" else OutsideBusy):
            erp.create_customer(dear)

        found = erp.find_customer(reference=dear.reference)
        assert found.reference == dear.reference
        assert erp.create_customer(dear).number == found.number

    def test_a_credit_line_set_without_an_answer_is_there_to_be_read(
        self, erp, faults, dear, crediting
    ):
        customer, line = erp.create_customer(dear).number, CreditLine(Decimal(700), "BRL", "")
        faults.set("erp", execute_then_timeout=1, only=crediting, times=1)
        with pytest.raises(NoAnswer):
            erp.set_credit_line(customer, line)

        assert erp.read_credit_line(customer) == line
        erp.set_credit_line(customer, line)
        assert erp.read_credit_line(customer) == line
