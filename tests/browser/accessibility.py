"""Which rules of WCAG 2.2 AA the page in a browser breaks; its context is opened with `bypass_csp`."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BROKEN = """(rules) => axe
  .run(document, { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`)))"""


def broken_rules(page: Page) -> list[str]:
    """Which rules are broken, and where."""
    page.evaluate(AXE.read_text())
    broken: list[str] = page.evaluate(BROKEN, RULES)
    return broken
