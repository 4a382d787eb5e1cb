"""Colours of the office pages: every text on every surface it stands on can be read, light and dark."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[3] / "server" / "static" / "css" / "tokens.css"
COLOR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")

TEXT_ON = {
    "text": ("ground", "surface", "raised", "accent-soft", "bad-soft", "warn-soft", "good-soft"),
    "muted": ("ground", "surface", "raised", "accent-soft"),
    "accent": ("ground", "surface", "raised", "accent-soft"),
    "bad": ("surface", "raised", "bad-soft", "accent-soft"),
    "warn": ("surface", "warn-soft"),
    "good": ("surface", "good-soft"),
    "info": ("surface", "info-soft"),
    "busy": ("surface", "busy-soft"),
    "quiet": ("surface", "quiet-soft"),
    "on-accent": ("accent", "accent-strong"),
    "on-header": ("header",),
    "on-header-muted": ("header",),
}
"""Text colour → the surfaces it is used on (WCAG 2.2: 4.5 to 1)."""
EDGES = {"line-strong": ("surface", "raised"), "focus": ("ground", "surface", "raised")}
"""Borders of controls and the focus ring (3 to 1)."""


def schemes() -> dict[str, dict[str, str]]:
    """The colours of both schemes; dark ones replace light ones."""
    light, dark = TOKENS.read_text().split("@media (prefers-color-scheme: dark)")
    first = dict(COLOR.findall(light))
    return {"light": first, "dark": first | dict(COLOR.findall(dark))}


def luminance(color: str) -> float:
    """Relative luminance of sRGB (WCAG 2.2)."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_ON, 4.5), (EDGES, 3.0)])
def test_colours_can_be_distinguished(scheme: str, pairs: dict[str, tuple[str, ...]], least: float) -> None:
    colors = schemes()[scheme]
    weak = {
        (front, back): round(contrast(colors[front], colors[back]), 2)
        for front, backs in pairs.items()
        for back in backs
        if contrast(colors[front], colors[back]) < least
    }
    assert weak == {}
