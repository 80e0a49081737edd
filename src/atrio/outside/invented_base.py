"""Customers that Nordlicht Supplies Brasil has had for years, none of whom exists.

What the ERP and the CRM of the demonstration know before the first application: about sixty
companies and their people, always the same ones. The register's simulator agrees with them, for
their tax ids are those of `invented`. As in any grown base some records are not as they should
be: doubles, a missing tax id, a wrong one, addresses nobody can write to.

The named cases are what the ways of an existing customer are tried with.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Literal

from atrio.outside.invented import invented_company, invented_numbers
from atrio.outside.ports import PostalAddress, TaxId

Seat = Literal["", "admin", "buyer"]

# Far from the numbers that guests of the demonstration, tests and benchmarks come with.
_FIRST_ROOT = 500_001
_FIRST_NUMBER = 20_001
_COMPANIES = 60
_AS_OF = datetime(2026, 1, 1, tzinfo=UTC)

_GIVEN_NAMES = (
    "Beatriz", "Caio", "Débora", "Eduardo", "Fernanda", "Gustavo", "Helena", "Ícaro", "Joana",
    "Leandro", "Márcia", "Nelson", "Otávio", "Patrícia", "Renato", "Sílvia", "Tiago", "Vanessa",
)  # fmt: skip
_SURNAMES = (
    "Aranha", "Brandão", "Cerqueira", "Dantas", "Escobar", "Falcão", "Guerra", "Holanda",
    "Jardim", "Lacerda", "Mendonça", "Nogueira", "Peçanha", "Quintela", "Rezende",
)  # fmt: skip
_ROLES = ("Compras", "Financeiro", "Diretoria", "Obras", "Almoxarifado")


@dataclass(frozen=True, slots=True)
class BasePerson:
    """A human who works, or has worked, for a customer."""

    key: str  # the same for the same human at two companies
    name: str
    email: str  # "" or not an address where the record is broken
    phone: str  # E.164
    language: str = "pt-BR"


@dataclass(frozen=True, slots=True)
class BaseContact:
    """A person at a customer, as the CRM links them; the ERP knows no roles."""

    person: BasePerson
    role: str
    is_active: bool = True
    is_direct: bool = True  # the CRM's own account of the person, not a further one
    seat: Seat = ""  # what they may do in the cabinet from the first minute, "" without a login


@dataclass(frozen=True, slots=True)
class BaseCustomer:
    """A company as the ERP and the CRM have it."""

    number: str  # the ERP's; "" where only the CRM knows the company
    legal_name: str
    trade_name: str
    tax_id: TaxId | None  # as it was typed there: one of them is wrong
    address: PostalAddress
    phone: str  # E.164
    domain: str
    price_group: str  # "" for the ERP's default
    contacts: tuple[BaseContact, ...]
    crm_names: tuple[str, ...]  # one for each of its records in the CRM: two are a double

    @property
    def is_in_erp(self) -> bool:
        """Whether it is a customer; what only the CRM has is a prospect."""
        return bool(self.number)

    @property
    def is_in_crm(self) -> bool:
        """Whether the CRM has it, at least once."""
        return bool(self.crm_names)


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody who applies, and the company for which they do."""

    company: BaseCustomer
    person: BasePerson


@cache
def invented_base() -> tuple[BaseCustomer, ...]:
    """Return all customers, by their place in the base; the named cases come first."""
    companies = [_company(place, number) for place, number in enumerate(_numbers())]
    _give_cases(companies)
    _break_some(companies)
    return tuple(companies)


def _numbers() -> Iterator[str]:
    """Yield the tax ids of companies no two of which share a domain."""
    domains: set[str] = set()
    for number in invented_numbers(start=_FIRST_ROOT):
        domain = _domain(number)
        if domain not in domains:
            domains.add(domain)
            yield number
        if len(domains) == _COMPANIES:
            return


def _company(place: int, number: str) -> BaseCustomer:
    record = invented_company(number, as_of=_AS_OF)
    if record is None:
        raise ValueError(f"{number} names no invented company")
    area = record.phone[3:5] or "11"
    # Every fifth has only ever bought at the counter: no one of it has a login.
    is_offline = place % 5 == 4
    contacts = [
        BaseContact(
            _person(place, turn, domain=_domain(number), area=area),
            role=_ROLES[(place + turn) % len(_ROLES)],
            seat=_seat(turn, is_offline=is_offline),
        )
        for turn in range(1 + place % 3)
    ]
    if place % 7 == 0:
        gone = _person(place, 5, domain=_domain(number), area=area)
        contacts.append(BaseContact(gone, role="Compras", is_active=False))
    name = record.legal_name
    return BaseCustomer(
        number=str(_FIRST_NUMBER + place),
        legal_name=name,
        trade_name=record.trade_name,
        tax_id=record.tax_id,
        address=record.address,
        phone=record.phone or f"+55{area}3{place:03}4400",
        domain=_domain(number),
        price_group=("Varejo", "Atacado", "")[place % 3],
        contacts=tuple(contacts),
        # Two people have typed it: the CRM often writes a name otherwise than the ERP.
        crm_names=() if is_offline else (name.upper() if place % 4 == 1 else name,),
    )


def _domain(number: str) -> str:
    record = invented_company(number, as_of=_AS_OF)
    first, second, *_rest = (record.legal_name if record else "").split()
    return f"{first}-{second}.example".lower()


def _person(place: int, turn: int, *, domain: str, area: str) -> BasePerson:
    serial = place * 7 + turn
    given = _GIVEN_NAMES[serial % len(_GIVEN_NAMES)]
    surname = _SURNAMES[(place + turn * 4) % len(_SURNAMES)]
    return BasePerson(
        key=f"{place:02}-{turn}",
        name=f"{given} {surname}",
        email=f"{_ascii(given)}.{_ascii(surname)}@{domain}",
        phone=f"+55{area}9{serial:04}{place:02}{turn:02}",
    )


def _seat(turn: int, *, is_offline: bool) -> Seat:
    """Return the first one's seat: who looks after the account. The others have no login yet."""
    return "" if is_offline or turn else "admin"


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore")
    return plain.decode().lower()


# The places of the named cases. All but the one offline have an administrator in the cabinet.
_LINKED, _NOT_LINKED, _FORMER, _UNKNOWN, _OFFLINE, _FIRST_OF_TWO, _SECOND_OF_TWO = range(7)
# Companies with something wrong, and what.
_ELSEWHERE, _TWICE_IN_CRM, _TWICE_IN_ERP, _NO_TAX_ID, _WRONG_TAX_ID = 8, 10, 12, 13, 15
_PROSPECTS = (16, 17)
_NO_EMAIL, _NO_ADDRESS, _SHARED_MAILBOX = 18, 20, 21


def _give_cases(companies: list[BaseCustomer]) -> None:
    _add(companies, _LINKED, _further(companies, _LINKED), "Compras")
    # The CRM knows this one at another company, and nowhere at the one they will apply for.
    _add(companies, _ELSEWHERE, _further(companies, _NOT_LINKED), "Obras")
    _add(companies, _FORMER, _further(companies, _FORMER), "Financeiro", is_active=False)
    both = _further(companies, _FIRST_OF_TWO)
    _add(companies, _FIRST_OF_TWO, both, "Diretoria")
    _add(companies, _SECOND_OF_TWO, both, "Diretoria", is_direct=False)


def _break_some(companies: list[BaseCustomer]) -> None:
    """Give the base what every grown one has."""
    double = companies[_TWICE_IN_CRM]
    again = f"{double.legal_name.split()[0]} {double.legal_name.split()[1]}".upper()
    companies[_TWICE_IN_CRM] = replace(double, crm_names=(double.legal_name, again))

    companies[_NO_TAX_ID] = replace(companies[_NO_TAX_ID], tax_id=None)
    wrong = companies[_WRONG_TAX_ID]
    companies[_WRONG_TAX_ID] = replace(wrong, number="", tax_id=_mistyped(wrong.tax_id))
    for place in _PROSPECTS:
        companies[place] = replace(companies[place], number="")
    for place in (_WRONG_TAX_ID, *_PROSPECTS):
        nobody = tuple(replace(contact, seat="") for contact in companies[place].contacts)
        companies[place] = replace(companies[place], contacts=nobody)

    _add(companies, _NO_EMAIL, replace(_further(companies, _NO_EMAIL), email=""), "Obras")
    unknown = replace(_further(companies, _NO_ADDRESS), email="n/d")
    _add(companies, _NO_ADDRESS, unknown, "Compras")
    mailbox = f"compras@{companies[_SHARED_MAILBOX].domain}"
    for turn in (3, 4):
        one = replace(_further(companies, _SHARED_MAILBOX, turn), email=mailbox)
        _add(companies, _SHARED_MAILBOX, one, "Compras")

    twin = replace(
        companies[_TWICE_IN_ERP],
        number=str(_FIRST_NUMBER + _COMPANIES),
        price_group="Atacado",
        contacts=(),
        crm_names=(),
    )
    companies.append(twin)


def _further(companies: list[BaseCustomer], place: int, turn: int = 3) -> BasePerson:
    company = companies[place]
    return _person(place, turn, domain=company.domain, area=company.phone[3:5])


def _add(
    companies: list[BaseCustomer],
    place: int,
    person: BasePerson,
    role: str,
    *,
    is_active: bool = True,
    is_direct: bool = True,
) -> None:
    contact = BaseContact(person, role, is_active=is_active, is_direct=is_direct)
    company = companies[place]
    companies[place] = replace(company, contacts=(*company.contacts, contact))


def _mistyped(tax_id: TaxId | None) -> TaxId | None:
    """Return the number with two of its digits the other way round, as people type."""
    if tax_id is None:
        return None
    number = tax_id.number
    return replace(tax_id, number=number[:-3] + number[-2] + number[-3] + number[-1])


def _case(company: int, person: BasePerson) -> Case:
    return Case(invented_base()[company], person)


def _last_of(place: int) -> BasePerson:
    return invented_base()[place].contacts[-1].person


KNOWN_AND_LINKED = _case(_LINKED, _last_of(_LINKED))
KNOWN_NOT_LINKED = _case(_NOT_LINKED, _last_of(_ELSEWHERE))
FORMER = _case(_FORMER, _last_of(_FORMER))
COMPANY_KNOWN_CONTACT_UNKNOWN = _case(
    _UNKNOWN,
    BasePerson("stranger", "Lívia Sampaio", "livia.sampaio@webpost.example", "+5511987650001"),
)
AT_TWO_ACCOUNTS = _case(_FIRST_OF_TWO, _last_of(_FIRST_OF_TWO))
SECOND_ACCOUNT = _case(_SECOND_OF_TWO, _last_of(_SECOND_OF_TWO))  # the same person's other one
OFFLINE_ONLY = _case(_OFFLINE, _last_of(_OFFLINE))
