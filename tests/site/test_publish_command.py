"""`atrio publish`: a pack that has changed reaches new applications."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import atrio
from atrio.journeys.models import Release
from atrio.journeys.packs import load_pack, write_pack
from atrio.site.commands.publish import app

PACK = Path(atrio.__file__).parent / "packs/company_br"

pytestmark = pytest.mark.django_db


def publish(pack):
    return CliRunner().invoke(app, [str(pack)])


@pytest.fixture
def folder(tmp_path):
    """A copy of the Brazilian pack, to be changed."""
    write_pack(load_pack(PACK), tmp_path / PACK.name)
    return tmp_path / PACK.name


def test_a_pack_is_published_by_its_name_and_only_once():
    assert "company_br 1 is what new applications get" in publish("company_br").output
    assert "company_br 1 is what new applications get" in publish("company_br").output


def test_a_changed_policy_is_the_next_release(folder):
    publish("company_br")
    policy = folder / "policy/approval.json"
    policy.write_text(json.dumps(json.loads(policy.read_text()) | {"mode": "before_erp"}))

    assert "company_br 2 is what new applications get" in publish(folder).output


def test_a_pack_that_would_not_run_is_refused_with_file_and_reason(folder):
    (folder / "forms/cnpj.json").write_text("{")

    result = publish(folder)

    assert result.exit_code == 1
    assert "forms/cnpj.json" in result.output
    assert not Release.objects.exists()


def test_a_misspelt_name_is_answered_with_the_names_there_are():
    result = publish("company_bra")

    assert result.exit_code == 2
    assert "company_br" in result.output
