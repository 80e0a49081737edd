"""The knobs of the systems page and of the command line, before a real fault proxy."""

from __future__ import annotations

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from atrio.outside.faults.control import FaultProxy
from atrio.outside.faults.knobs import Knobs
from atrio.outside.faults.presets import PRESETS, preset_of
from atrio.outside.faults.proxy import build_app
from atrio.outside.models import Connection
from atrio.site.commands import faults as command
from tests.desk.conftest import branch
from tests.outside.serving import served, unused_address

TOKEN = "turn-the-knobs-please"
WELL = {
    "latency": "0",
    "jitter": "0",
    "error_rate": "0",
    "error_status": "503",
    "execute_then_timeout": "0",
    "garbage": "0",
    "slow_drip": "0",
    "times": "0",
}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unit():
    return branch("nordlicht-br")


@pytest.fixture
def proxy(unit, settings, tmp_path):
    Connection.objects.create(
        code="erp-br",
        port="erp",
        product="memory",
        base_url="faults:erp",
        created_at=timezone.now(),
    )
    Connection.objects.create(
        code="crm-br",
        port="crm",
        product="memory",
        base_url="faults:crm",
        created_at=timezone.now(),
    )
    targets = {name: unused_address() for name in ("erp", "registry", "crm")}
    app = build_app(targets, token=TOKEN, state=tmp_path / "faults.json")
    with served(app) as url:
        settings.ATRIO_FAULT_PROXY, settings.ATRIO_FAULTS_TOKEN = url, TOKEN
        yield FaultProxy(url, TOKEN)


def test_every_system_behind_the_proxy_stands_there_with_its_state(carla, proxy):
    proxy.set("registry", down=True)
    page = carla.get("/desk/systems/").content.decode()
    for words in ("memory · erp-br", "memory · crm-br", "works", "down", "0 requests"):
        assert words in page, words


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_a_preset_sets_all_knobs_at_once(carla, proxy, preset):
    proxy.set("erp", latency=9.0, only="nothing else remains")
    carla.post("/desk/systems/erp/", {"preset": preset})
    assert proxy.knobs("erp") == PRESETS[preset]
    assert proxy.knobs("registry") == Knobs()
    page = carla.get("/desk/systems/").content.decode()
    assert f'value="{preset}" aria-pressed="true"' in page


def test_losing_an_answer_is_offered_only_where_something_is_written(carla, proxy):
    page = carla.get("/desk/systems/").content.decode()
    assert page.count('value="executes"') == 2
    assert page.count('value="slow"') == 3


def test_knobs_are_set_one_by_one_in_the_units_people_use(carla, proxy):
    knobs = WELL | {"latency": "1.5", "error_rate": "25", "error_status": "500", "down": "yes"}
    carla.post("/desk/systems/erp/", knobs)
    assert proxy.knobs("erp") == Knobs(latency=1.5, error_rate=0.25, error_status=500, down=True)
    page = carla.get("/desk/systems/").content.decode()
    assert 'name="error_rate" value="25"' in page


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("latency", "-1"),
        ("latency", "nan"),
        ("latency", "inf"),
        ("error_rate", "101"),
        ("error_status", "200"),
        ("error_status", "500.5"),
        ("times", "1e99"),
        ("garbage", "<b>"),
        ("slow_drip", ""),
    ],
)
def test_a_wrong_knob_is_told_at_its_field_and_turns_nothing(carla, proxy, name, typed):
    answer = carla.post("/desk/systems/erp/", WELL | {"latency": "7", name: typed})
    assert answer.status_code == 422
    assert f'id="erp-{name}-error"' in answer.content.decode()
    assert proxy.knobs("erp") == Knobs()


def test_a_system_or_preset_that_is_none_is_not_found(carla, proxy):
    assert carla.post("/desk/systems/nowhere/", {"preset": "slow"}).status_code == 404
    assert carla.post("/desk/systems/erp/", {"preset": "worse"}).status_code == 404


def test_who_sells_sees_how_the_systems_are_and_turns_no_knobs(martin, proxy):
    page = martin.get("/desk/systems/").content.decode()
    assert "memory · erp-br" in page
    assert 'value="down"' not in page
    assert martin.post("/desk/systems/erp/", {"preset": "down"}).status_code == 404
    assert proxy.knobs("erp") == Knobs()


def test_a_proxy_that_is_gone_is_said_to_be_gone(carla, settings):
    settings.ATRIO_FAULT_PROXY = unused_address()
    assert "cannot be asked" in carla.get("/desk/systems/").content.decode()
    answer = carla.post("/desk/systems/erp/", {"preset": "slow"}, follow=True)
    assert "nothing was changed" in answer.content.decode()


def test_where_there_is_no_proxy_there_are_no_knobs(carla, proxy, settings):
    settings.ATRIO_FAULT_PROXY, settings.ATRIO_DEMO = "", False
    page = carla.get("/desk/systems/").content.decode()
    assert "memory · erp-br" in page
    assert 'value="down"' not in page
    assert carla.post("/desk/systems/erp/", {"preset": "slow"}).status_code == 404
    settings.ATRIO_DEMO = True
    assert "No fault proxy runs here" in carla.get("/desk/systems/").content.decode()


def test_turned_knobs_that_ran_out_are_still_their_preset():
    assert preset_of(Knobs()) == "well"
    assert (
        preset_of(Knobs(execute_then_timeout=1, only=PRESETS["executes"].only, times=0))
        == "executes"
    )
    assert preset_of(Knobs(latency=0.1)) == ""


def run(*arguments):
    return CliRunner().invoke(command.app, arguments)


def test_the_command_line_shows_sets_and_resets(proxy):
    assert run("preset", "erp", "down").exit_code == 0
    assert proxy.knobs("erp") == PRESETS["down"]
    assert run("set", "registry", "latency=0.5", "garbage=1").exit_code == 0
    assert proxy.knobs("registry") == Knobs(latency=0.5, garbage=1)
    shown = run("show").stdout
    assert "down" in shown
    assert '"latency": 0.5' in shown
    assert run("reset").exit_code == 0
    assert {route.knobs for route in proxy.routes()} == {Knobs()}


@pytest.mark.parametrize(
    "arguments",
    [
        ("preset", "erp", "worse"),
        ("preset", "nowhere", "slow"),
        ("set", "erp", "latency=slow"),
        ("set", "erp", "colour=red"),
        ("set", "erp", "latency"),
        ("set", "erp", "error_rate=2"),
    ],
)
def test_the_command_line_refuses_in_one_line(proxy, arguments):
    result = run(*arguments)
    assert result.exit_code != 0
    assert "Traceback" not in result.output
    assert proxy.knobs("erp") == Knobs()
