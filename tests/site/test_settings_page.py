"""docs/settings.md tells of every setting there is, and of no other."""

import re
from pathlib import Path

import pytest

from atrio.site.env import Environment

PAGE = Path(__file__).parents[2] / "docs/settings.md"
ROW = re.compile(r"^\| `(?P<name>\w+)` \| [^|]+ \| (?P<default>[^|]+) \| .+ \|$", re.MULTILINE)


def told():
    """Return variable → default, as the page says."""
    return {
        row["name"]: row["default"].strip().strip("`") for row in ROW.finditer(PAGE.read_text())
    }


def said(default):
    """Return a default as the page writes it."""
    match default:
        case bool():
            return "yes" if default else "no"
        case list():
            return ",".join(str(each) for each in default) or "empty"
        case "":
            return "empty"
        case _:
            return str(default)


@pytest.mark.parametrize("name", Environment.model_fields)
def test_every_setting_is_told_with_its_default(name):
    setting = Environment.model_fields[name]
    variable = (setting.alias or name).upper()
    expected = "none" if setting.is_required() else said(setting.default)

    assert told()[variable] == expected


def test_nothing_is_told_that_is_no_setting():
    settings = {(each.alias or name).upper() for name, each in Environment.model_fields.items()}

    assert set(told()) == settings
