"""What somebody without a mouse meets: where the focus goes, and whether they see it."""

from __future__ import annotations

# What can be focused is, one after the other. What is drawn for a box that is out of sight counts
# for the box: its label. What changes around it when the focus comes is how one sees it.
LOST = """() => {
  const able =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const seen = (element) => element.checkVisibility({visibilityProperty: true});
  const shown = (element) => element.closest("label") ?? element;
  const looks = (element) => {
    const around = [element];
    for (let up = element.parentElement; up && around.length < 4; up = up.parentElement)
      around.push(up);
    return around.map((one) => {
      const {outline, boxShadow, borderColor, backgroundColor} = getComputedStyle(one);
      return [outline, boxShadow, borderColor, backgroundColor].join();
    }).join("|");
  };
  const covered = (element) => {
    const {left, top, width, height} = element.getBoundingClientRect();
    return [[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]].every(([x, y]) => {
      const found = document.elementFromPoint(left + x * width, top + y * height);
      return !found || !(element.contains(found) || found.contains(element));
    });
  };
  const lost = [];
  for (const element of [...document.querySelectorAll(able)].filter(seen)) {
    if (element.disabled) continue;
    document.activeElement?.blur();
    const before = looks(element);
    element.focus({focusVisible: true});
    const name = `${element.outerHTML.slice(0, 120)}…`;
    if (document.activeElement !== element) lost.push(`cannot be focused: ${name}`);
    else if (looks(element) === before) lost.push(`does not show its focus: ${name}`);
    else if (covered(shown(element))) lost.push(`is covered when focused: ${name}`);
  }
  document.activeElement?.blur();
  scrollTo(0, 0);
  return lost;
}"""


def tab_to(page, selector):
    """Press the tabulator until the focus is on what is looked for."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the tabulator does not lead to {selector}")


def lost_focus(page):
    """Return what can be focused and is not seen then; [] is well done."""
    return page.evaluate(LOST)
