"""The chart of a report as a drawing: bars that lie for names, bars that stand for days. Pure geometry."""

from dataclasses import dataclass

from server.reports.cells import Reader, label, shown
from workorders.messages.texts import N_
from workorders.queries.reports.report import Column
from workorders.queries.reports.running import Bars

WIDTH, HEIGHT = 720, 190
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 10, 24
GAP = 0.25
"""Part of each day's room that stays empty."""
LABELS = 10
"""Days that are named at most."""
COUNT = N_("Number")
ROWS = Column("rows", COUNT, "number")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `part` of the longest one for bars that lie, a box for those that stand."""

    series: int
    text: str
    part: float
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """The bars of one name or day, the label below it, and whether there is room to show that."""

    label: str
    bars: tuple[Bar, ...]
    x: float = 0.0
    named: bool = True


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart ready for a template. `grid`: (y, value in words) of the axis."""

    groups: tuple[Group, ...]
    series: tuple[str, ...]
    stands: bool
    grid: tuple[tuple[float, str], ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def drawing_of(bars: Bars | None, reader: Reader) -> Drawing | None:
    """The drawing; None when there is nothing to draw, or something is below zero."""
    if bars is None or not bars.bars:
        return None
    values = [value for _, some in bars.bars for value in some]
    if min(values) < 0 or max(values) <= 0:
        return None
    columns = [one or ROWS for one in bars.series]
    titles = tuple(reader.said(one.title) for one in columns)
    if bars.by_day:
        return _standing(bars, columns, titles, reader)
    most = max(values)
    groups = tuple(
        Group(
            label(at, bars.label, reader),
            tuple(
                Bar(number, shown(value, columns[number], reader), value / most)
                for number, value in enumerate(some)
            ),
        )
        for at, some in bars.bars
    )
    return Drawing(groups, titles, False)


def _standing(bars: Bars, columns: list[Column], titles: tuple[str, ...], reader: Reader) -> Drawing:
    top = nice_top(max(value for _, some in bars.bars for value in some))
    room, tall = (WIDTH - LEFT - RIGHT) / len(bars.bars), HEIGHT - TOP - BOTTOM
    every = -(-len(bars.bars) // LABELS)
    groups = []
    for place, (at, some) in enumerate(bars.bars):
        wide = min(room * (1 - GAP), 48) / len(some)
        left = LEFT + room * (place + 0.5) - wide * len(some) / 2
        boxes = []
        for number, value in enumerate(some):
            height = tall * value / top
            text = shown(value, columns[number], reader)
            box = (left + number * wide, TOP + tall - height, wide, height)
            boxes.append(Bar(number, text, value / top, *(round(one, 1) for one in box)))
        middle = round(LEFT + room * (place + 0.5), 1)
        named = (len(bars.bars) - 1 - place) % every == 0
        groups.append(Group(label(at, bars.label, reader), tuple(boxes), middle, named))
    grid = tuple(
        (round(TOP + tall * (1 - part), 1), shown(top * part, columns[0], reader)) for part in (0, 0.5, 1)
    )
    return Drawing(tuple(groups), titles, True, grid)


def nice_top(most: float) -> float:
    """The smallest of 2, 4, 10, 20, 40 … that is not below `most`: half of it is whole too."""
    step = 1
    while True:
        for factor in (2, 4, 10):
            if step * factor >= most:
                return float(step * factor)
        step *= 10
