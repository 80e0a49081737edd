"""Companies in BrasilAPI's shape: recorded ones, ones of another shape converted, invented ones."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stdnum.br import cnpj

from atrio.outside.invented import invented_company
from atrio.outside.ports import CompanyRecord, CompanyStatus

Record = dict[str, Any]

_STATUS_CODES: dict[CompanyStatus, int] = {
    "void": 1,
    "active": 2,
    "suspended": 3,
    "unfit": 4,
    "closed": 8,
}
_STATUS_CODE_OF_WORD = {"NULA": 1, "ATIVA": 2, "SUSPENSA": 3, "INAPTA": 4, "BAIXADA": 8}
_LEGAL_FORM_CODES = {"Sociedade Empresária Limitada": 2062, "Sociedade Anônima Fechada": 2054}


def recorded(folder: Path) -> dict[str, Record]:
    """Return the real companies below a folder of recorded answers, by compact CNPJ."""
    return {record["cnpj"]: record for record in _all_recorded(folder)}


def _all_recorded(folder: Path) -> Iterator[Record]:
    companies = folder / "br_receitaws_companies" / "companies_sample.csv.gz"
    if companies.exists():
        with gzip.open(companies, "rt", encoding="utf-8", newline="") as lines:
            yield from (_from_receitaws(row) for row in csv.DictReader(lines) if row["name"])
    minha_receita = folder / "br_minha_receita" / "response.json"
    if minha_receita.exists():
        yield json.loads(minha_receita.read_text())
    brasilapi = folder / "br_brasilapi" / "cnpj.json"
    if brasilapi.exists():
        document = json.loads(brasilapi.read_text())
        yield document["components"]["schemas"]["CNPJ"]["example"]


def invented(number: str) -> Record | None:
    """Return the invented company of a compact CNPJ, None if it names none."""
    company = invented_company(number, as_of=datetime.now(UTC))
    return _from_company(company) if company else None


def _from_company(company: CompanyRecord) -> Record:
    address = company.address
    kind_of_street, _, street = address.street.upper().partition(" ")
    phone = company.phone.removeprefix("+55")
    return _complete(
        {
            "cnpj": company.tax_id.number,
            "razao_social": company.legal_name.upper(),
            "nome_fantasia": company.trade_name.upper(),
            "situacao_cadastral": _STATUS_CODES[company.status],
            "descricao_situacao_cadastral": company.status_text,
            "natureza_juridica": company.legal_form,
            "codigo_natureza_juridica": _LEGAL_FORM_CODES[company.legal_form],
            "data_inicio_atividade": company.founded_on and company.founded_on.isoformat(),
            "cnae_fiscal": int(company.activity_code),
            "cnae_fiscal_descricao": company.activity,
            "identificador_matriz_filial": 1 if company.is_head_office else 2,
            "descricao_tipo_de_logradouro": kind_of_street,
            "logradouro": street,
            "numero": address.number,
            "complemento": address.extra.upper(),
            "bairro": address.district.upper(),
            "cep": address.postal_code,
            "municipio": address.city.upper(),
            "uf": address.region,
            "ddd_telefone_1": phone,
            "email": company.email or None,
            "qsa": [_partner(company)],
            "opcao_pelo_simples": bool(company.tax_regime),
            "opcao_pelo_mei": company.tax_regime == "mei",
        }
    )


def _partner(company: CompanyRecord) -> Record:
    """Return a partner; the public data mask a person's CPF but for six digits."""
    return {
        "nome_socio": f"ALICE {company.legal_name.split()[0].upper()}",
        "cnpj_cpf_do_socio": f"***{company.tax_id.number[2:8]}**",
        "identificador_de_socio": 2,
        "qualificacao_socio": "Sócio-Administrador",
        "codigo_qualificacao_socio": 49,
        "data_entrada_sociedade": company.founded_on and company.founded_on.isoformat(),
        "faixa_etaria": "Entre 41 a 50 anos",
        "codigo_faixa_etaria": 5,
        "pais": None,
        "codigo_pais": None,
    }


def _from_receitaws(row: Mapping[str, str]) -> Record:
    """Convert a row of ReceitaWS by rule: its words and dates become codes and ISO dates."""
    form_code, _, form = row["legal_entity"].partition(" - ")
    return _complete(
        {
            "cnpj": cnpj.compact(row["cnpj"]),
            "razao_social": row["name"],
            "nome_fantasia": row["trade_name"],
            "situacao_cadastral": _STATUS_CODE_OF_WORD[row["situation"]],
            "descricao_situacao_cadastral": row["situation"],
            "data_situacao_cadastral": _iso(row["situation_date"]),
            "natureza_juridica": form,
            "codigo_natureza_juridica": int(_digits(form_code) or 0),
            "data_inicio_atividade": _iso(row["opening"]),
            "cnae_fiscal": int(_digits(row["main_activity_code"]) or 0),
            "cnae_fiscal_descricao": row["main_activity"],
            "identificador_matriz_filial": 1 if row["type"] == "MATRIZ" else 2,
            "logradouro": row["address"],
            "numero": row["number"],
            "complemento": row["additional_address_details"],
            "bairro": row["neighborhood"],
            "cep": _digits(row["zip_code"]),
            "municipio": row["city"],
            "uf": row["state"],
            "ddd_telefone_1": _digits(row["phone"].partition("/")[0]),
            "email": row["email"] or None,
            "cnaes_secundarios": list(_secondary_activities(row)),
        }
    )


def _secondary_activities(row: Mapping[str, str]) -> Iterator[Record]:
    for number in range(1, 100):
        code = row.get(f"secondary_activity_{number}_code")
        if not code:
            return
        yield {"codigo": int(_digits(code)), "descricao": row[f"secondary_activity_{number}"]}


def _complete(known: Record) -> Record:
    """Return the record with the members that are null or empty for most companies."""
    return {
        "pais": None,
        "codigo_pais": None,
        "porte": "DEMAIS",
        "codigo_porte": 5,
        "capital_social": 0,
        "qsa": [],
        "cnaes_secundarios": [],
        "descricao_tipo_de_logradouro": "",
        "ddd_telefone_2": "",
        "ddd_fax": "",
        "motivo_situacao_cadastral": 0,
        "data_situacao_cadastral": None,
        "situacao_especial": "",
        "opcao_pelo_simples": None,
        "opcao_pelo_mei": None,
        "regime_tributario": None,
        "codigo_municipio_ibge": None,
        **known,
    }


def _iso(day: str) -> str | None:
    return "-".join(reversed(day.split("/"))) if day else None


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
