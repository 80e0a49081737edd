"""`atrio rehearse`: a pack's examples through engine, database, worker and outside systems."""

import json
import os
import subprocess
import sys
from pathlib import Path

import atrio
from atrio.journeys.packs import load_pack, write_pack

COMPANY_BR = Path(atrio.__file__).parent / "packs" / "company_br"


def rehearse(*arguments):
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "SECRET_KEY", "ATRIO_TESTING"}
    }
    return subprocess.run(
        [sys.executable, "-m", "atrio", "rehearse", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
    )


def test_every_example_of_the_brazilian_pack_goes_as_it_says():
    played = rehearse("company_br")

    assert played.returncode == 0, played.stdout + played.stderr
    number = len(list(COMPANY_BR.glob("examples/*.json")))
    assert played.stdout.rstrip().endswith(f"{number} of {number} go as they say they do.")
    assert "create_customer          failed:failed" in played.stdout


def test_a_country_is_added_by_adding_a_folder(tmp_path):
    folder = tmp_path / "company_xx"
    write_pack(load_pack(COMPANY_BR), folder)
    for file in (folder / "examples").glob("*.json"):
        if file.stem != "happy_path":
            file.unlink()
    manifest = folder / "pack.toml"
    manifest.write_text(manifest.read_text().replace('"company_br"', '"company_xx"'))
    drawing = folder / "process.bpmn"
    drawing.write_text(drawing.read_text().replace("give_contact", "name_contact"))
    for file in [*folder.glob("texts/*.toml"), *folder.glob("examples/*.json")]:
        file.write_text(file.read_text().replace("give_contact", "name_contact"))

    played = rehearse(folder)

    assert played.returncode == 0, played.stdout + played.stderr
    assert "name_contact" in played.stdout
    assert "1 of 1 go as they say they do." in played.stdout


def test_an_example_that_goes_another_way_is_said_so(tmp_path):
    folder = tmp_path / "company_br"
    write_pack(load_pack(COMPANY_BR), folder)
    for file in (folder / "examples").glob("*.json"):
        if file.stem != "happy_path":
            file.unlink()
    example = folder / "examples/happy_path.json"
    story = json.loads(example.read_text())
    story["expect"]["end"] = "declined"
    example.write_text(json.dumps(story))

    played = rehearse(folder)

    assert played.returncode == 1
    assert "declined" in played.stdout


def test_an_unknown_pack_is_named_with_those_that_are_known():
    played = rehearse("company_nowhere")

    assert played.returncode != 0
    assert "company_br" in played.stderr
