"""What axe has to say about a page, by Playwright."""

from functools import cache
from pathlib import Path

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

# Our policy refuses foreign <script> tags, so the source is evaluated in the page instead.
RUN = """async (rules) => {
  const runOnly = rules.length ? {runOnly: {type: "rule", values: rules}} : {};
  const found = await axe.run(document, {resultTypes: ["violations"], ...runOnly});
  return found.violations
    .filter((violation) => ["serious", "critical"].includes(violation.impact))
    .map((violation) => ({
      rule: violation.id,
      impact: violation.impact,
      help: violation.help,
      places: violation.nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
    }));
}"""


@cache
def _source():
    return AXE.read_text(encoding="utf-8")


def serious_violations(page, *rules):
    """Return axe's serious and critical violations of all rules or of some; [] is well done."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    return page.evaluate(RUN, rules)


def told(violations):
    """Return violations as text for a failing test."""
    return "\n".join(
        f"{v['impact']} {v['rule']}: {v['help']}\n  " + "\n  ".join(v["places"]) for v in violations
    )
