"""What a gloved hand and wet eyes would curse on a page: small targets, words cut off, fields under a bar."""

from typing import Any

from playwright.sync_api import Page

HAND_PX = 48
"""The smallest target of a gloved finger, in CSS pixels."""

SMALL = """(hand) => {
  const shown = (part) => part.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const target = (part) => part.closest("label.choice, label.button, label.find") ?? part;
  const name = (part) => (part.ariaLabel ?? part.innerText ?? "").trim() || part.outerHTML.slice(0, 90);
  const all = document.querySelectorAll("a, button, summary, input, textarea, select");
  return [...new Set([...all].filter(shown).map(target))].flatMap((part) => {
    const { width, height } = part.getBoundingClientRect();
    const small = width > 1 && height > 0 && Math.min(width, height) < hand - 0.5;
    if (!small || part.matches(".skip, .unseen, .maplibregl-ctrl-attrib *")) return [];
    return [`${name(part)}: ${Math.round(width)} x ${Math.round(height)}`];
  });
}"""
"""Targets that a gloved finger misses, by name and size. A radio button counts with its whole row."""

CUT_OFF = """() => {
  const found = [];
  const { scrollWidth, clientWidth } = document.scrollingElement;
  if (scrollWidth > clientWidth) found.push(`the page: ${scrollWidth} of ${clientWidth}`);
  for (const part of document.querySelectorAll("#app *")) {
    if (!part.checkVisibility() || part.closest("svg, .maplibregl-map, .unseen, video")) continue;
    const { left, right, width } = part.getBoundingClientRect();
    const clips = getComputedStyle(part).overflowX !== "visible";
    const own = [...part.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (clips && own && part.scrollWidth > part.clientWidth + 1) found.push(`cut off: ${part.innerText}`);
    if (own && width > 1 && (right > innerWidth + 1 || left < -1)) found.push(`outside: ${part.innerText}`);
  }
  return found;
}"""
"""Words that end at an edge before they end."""

COVERED = """async () => {
  const found = [];
  for (const part of document.querySelectorAll("form input:not(.unseen), form textarea")) {
    if (!part.checkVisibility()) continue;
    part.focus();
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const { left, top, width, height } = part.getBoundingClientRect();
    const at = (share) => document.elementFromPoint(left + width / 2, top + height * share);
    const seen = [0.1, 0.9].every((share) => part.parentElement.contains(at(share)));
    if (!seen) found.push(part.name || part.id);
  }
  document.activeElement.blur();
  return found;
}"""
"""Fields of a form that lie under a bar, or outside, while somebody is in them."""


def curses(page: Page) -> list[str]:
    """What is too small to press or too long to read on what is shown."""
    found: list[Any] = [*page.evaluate(SMALL, HAND_PX), *page.evaluate(CUT_OFF)]
    return [str(one) for one in found]


def covered(page: Page) -> list[str]:
    """Names of the fields of the open form that a person could not see while typing into them."""
    return [str(one) for one in page.evaluate(COVERED)]
