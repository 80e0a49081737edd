"""Companies of Brazil by their CNPJ."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, cast

import httpx

from atrio.kernel.errors import OutsideBusy, OutsideFailure
from atrio.outside.http import HttpAnswer, OutsideHttp
from atrio.outside.ports import CompanyRecord, CompanyStatus, PostalAddress, TaxId

# Receita Federal's codes of `situacao_cadastral`.
_STATUS: dict[int, CompanyStatus] = {
    1: "void",
    2: "active",
    3: "suspended",
    4: "unfit",
    8: "closed",
}
_HEAD_OFFICE = 1
# Its check digits are wrong, so no register has to look for it.
_NOBODYS = "00000000000000"
# What the register writes as the state of a place abroad.
_ABROAD = "EX"


class BrasilApiRegistry:
    """Fulfils the port `Registry` for tax ids of kind `br_cnpj`, numeric and alphanumeric.

    Options: those of `OutsideHttp`. There is no secret.
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret: str = "",
        options: Mapping[str, Any] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare to ask; nothing is sent yet."""
        self._http = OutsideHttp(base_url, options=options, secrets=[secret], transport=transport)

    def probe(self) -> None:
        """Ask for a number that nobody can have; to be told so is an answer."""
        answer = self._http.send("GET", f"/api/cnpj/v1/{_NOBODYS}")
        if _kind_of_refusal(answer) not in ("bad_request", "not_found"):
            raise OutsideBusy(f"The register answered {answer.status}, and not in its own words")

    def find_company(self, tax_id: TaxId) -> CompanyRecord | None:
        """Return the company, None if the register says that it knows none of that number.

        OutsideFailure("invalid") if it calls the number wrong.
        """
        if tax_id.kind != "br_cnpj":
            raise OutsideFailure(f"This register knows no {tax_id.kind}", code="invalid")
        answer = self._http.send("GET", f"/api/cnpj/v1/{tax_id.number}")
        if answer.status == 200:
            return _record(answer, tax_id)
        kind = _kind_of_refusal(answer)
        if answer.status == 404 and kind == "not_found":
            return None
        if answer.status == 400 and kind == "bad_request":
            raise OutsideFailure(f"The register calls {tax_id.number} wrong", code="invalid")
        # A 404 in other words is a wrong address, which says nothing of the company.
        raise OutsideFailure(f"The register answered {answer.status}", code="misconfigured")


def _kind_of_refusal(answer: HttpAnswer) -> str:
    try:
        body = answer.json()
    except OutsideBusy:
        return ""
    return str(body.get("type", "")) if isinstance(body, dict) else ""


def _record(answer: HttpAnswer, tax_id: TaxId) -> CompanyRecord:
    data = answer.json()
    if not isinstance(data, dict) or data.get("cnpj") != tax_id.number:
        raise OutsideBusy("The answer does not speak of the company that was asked for")
    status = _STATUS.get(data.get("situacao_cadastral", 0))
    if status is None:
        raise OutsideFailure(
            f"The register gives an unknown status: {data.get('situacao_cadastral')!r}"
        )
    return CompanyRecord(
        tax_id=tax_id,
        legal_name=_text(data, "razao_social"),
        trade_name=_text(data, "nome_fantasia"),
        status=status,
        status_text=_text(data, "descricao_situacao_cadastral"),
        address=_address(data),
        # A number in JSON, so the zeros at its beginning are lost.
        activity_code=_text(data, "cnae_fiscal").zfill(7),
        activity=_text(data, "cnae_fiscal_descricao"),
        legal_form=_text(data, "natureza_juridica"),
        founded_on=_day(data, "data_inicio_atividade"),
        is_head_office=_is_head_office(data),
        email=_text(data, "email").lower(),
        phone=_phone(_text(data, "ddd_telefone_1")),
        as_of=datetime.now(UTC),
        evidence=answer.text,
        tax_regime=_tax_regime(data),
    )


def _address(data: Mapping[str, Any]) -> PostalAddress:
    region = _text(data, "uf")
    kind_of_street = _text(data, "descricao_tipo_de_logradouro")
    return PostalAddress(
        street=f"{kind_of_street} {_text(data, 'logradouro')}".strip(),
        number=_text(data, "numero"),
        extra=_text(data, "complemento"),
        district=_text(data, "bairro"),
        postal_code=_text(data, "cep"),
        city=_text(data, "municipio"),
        region="" if region == _ABROAD else region,
        country="" if region == _ABROAD else "BR",
    )


def _tax_regime(data: Mapping[str, Any]) -> str:
    """Return the lighter regime that the company has chosen; each MEI has chosen Simples, too."""
    chosen = (name for name in ("mei", "simples") if data.get(f"opcao_pelo_{name}") is True)
    return next(chosen, "")


def _text(data: Mapping[str, Any], name: str) -> str:
    """Return a member as text; the register writes null, "" or nothing for the unknown."""
    value = data.get(name)
    # Fixed-width sources leave runs of spaces inside names.
    return "" if value is None else " ".join(str(value).split())


def _day(data: Mapping[str, Any], name: str) -> date | None:
    try:
        return date.fromisoformat(_text(data, name))
    except ValueError:
        return None


def _is_head_office(data: Mapping[str, Any]) -> bool | None:
    kind = cast("int | None", data.get("identificador_matriz_filial"))
    return None if kind is None else kind == _HEAD_OFFICE


def _phone(digits: str) -> str:
    """Return the number in E.164; "" unless it has an area code and eight or nine digits."""
    return f"+55{digits}" if digits.isdecimal() and len(digits) in (10, 11) else ""
