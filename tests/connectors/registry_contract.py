"""What every register connector must do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from atrio.kernel.errors import OutsideFailure
from atrio.outside.ports import CompanyRecord, TaxId


class RegistryContract:
    """Subclass it; provide `registry`, the `company` that must come back and an `unknown` number.

    Of the company, `as_of` and `evidence` are the connector's own.
    """

    another_kind = TaxId("DE", "de_vat", "136695976")

    def test_returns_the_company_of_a_number(self, registry, company):
        found = registry.find_company(company.tax_id)

        for field in CompanyRecord.__dataclass_fields__.keys() - {"as_of", "evidence"}:
            assert getattr(found, field) == getattr(company, field), field

    def test_says_as_of_when_and_keeps_the_answer_as_evidence(self, registry, company):
        found = registry.find_company(company.tax_id)

        assert timedelta(0) <= datetime.now(UTC) - found.as_of < timedelta(minutes=1)
        assert company.tax_id.number in found.evidence

    def test_a_company_nobody_knows_is_none_and_no_error(self, registry, unknown):
        assert registry.find_company(unknown) is None

    def test_a_register_that_works_can_be_probed(self, registry):
        assert registry.probe() is None

    def test_a_number_of_another_kind_is_refused(self, registry):
        with pytest.raises(OutsideFailure) as caught:
            registry.find_company(self.another_kind)

        assert caught.value.code == "invalid"
