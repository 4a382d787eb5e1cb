"""Which rules of WCAG 2.2 AA the page in a browser breaks; its context is opened with `bypass_csp`."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLORS = ["color-contrast", "link-in-text-block"]
"""The only ones that another theme could break."""
BROKEN = """([type, values]) => axe
  .run(document, { runOnly: { type, values }, resultTypes: ["violations"] })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`)))"""


def broken_rules(page: Page, *, of_colors: bool = False) -> list[str]:
    """Which rules are broken, and where; `of_colors`: those of a page already looked at in another theme."""
    page.evaluate(AXE.read_text())
    rules = ["rule", COLORS] if of_colors else ["tag", RULES]
    broken: list[str] = page.evaluate(BROKEN, rules)
    return broken
