"""The documents: whatever they point to is there, and every decision is found from elsewhere."""

import re
from pathlib import Path

import pytest

CLONE = Path(__file__).parents[2]
DOCUMENTS = sorted([*CLONE.glob("*.md"), *CLONE.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#]*)(?:#([^)]+))?\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)  # shows links, and points nowhere

PROOF = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def headings(document):
    """Return the names by which a document's headings can be linked to."""
    lines = document.read_text().splitlines()
    plain = (re.sub(r"[^\w\- ]", "", line.lstrip("#").lower()) for line in lines if line[:1] == "#")
    return {line.strip().replace(" ", "-") for line in plain}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CLONE)))
def test_every_link_leads_somewhere(document):
    for path, heading in LINK.findall(CODE.sub("", document.read_text())):
        target = (document.parent / path) if path else document
        assert target.exists(), f"{document.name} points to {path}"
        assert not heading or heading in headings(target), f"{path} has no heading {heading}"


@pytest.mark.parametrize(
    "decision", sorted((CLONE / "docs/decisions").glob("*.md")), ids=lambda path: path.name
)
def test_every_decision_is_told_of_in_the_architecture(decision):
    assert decision.name in (CLONE / "docs/architecture.md").read_text()


def test_decisions_are_numbered_without_gap_or_double():
    numbers = sorted(int(path.name[:4]) for path in (CLONE / "docs/decisions").glob("*.md"))

    assert numbers == list(range(1, len(numbers) + 1))


def test_every_proof_that_the_security_page_names_is_there():
    proofs = PROOF.findall((CLONE / "docs/security.md").read_text())

    assert len(proofs) > 100
    for path, name in proofs:
        assert (CLONE / path).exists(), path
        assert f"def {name}(" in (CLONE / path).read_text() or not name, f"{path}::{name}"


def test_the_security_page_names_each_requirement_once():
    rows = re.findall(r"^\| ([\d.,– ]+) \|", (CLONE / "docs/security.md").read_text(), re.MULTILINE)
    numbers = [[int(part) for part in each.split(".")] for each in re.findall(r"[\d.]+", str(rows))]

    assert len({tuple(number) for number in numbers}) == len(numbers)
    assert {number[0] for number in numbers} == set(range(1, 18))
