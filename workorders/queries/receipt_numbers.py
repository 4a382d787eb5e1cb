"""Receipt numbers of blocks: used, void, missing and why, or not given out yet.

A block lasts as long as its tablet, so only its newest numbers are read, and the search for missing ones
begins where the last signature under a turn-in ended.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from workorders.judgement.receipts import format_number, parse_number
from workorders.tables import FieldEvent, Receipt, ReceiptBlock, ReceiptExplanation, TurnInReceipt

LISTED = 500
"""Numbers of one block that are listed and counted, from the highest downwards."""


@dataclass(frozen=True, slots=True)
class NumberLine:
    """What became of one number."""

    number: str
    state: str
    """used | void | missing | explained."""
    cents: int
    technician: str | None
    method: str | None
    taken_at: datetime | None
    turn_in: str | None
    reason: str | None
    """Why it is void or missing."""
    by: str | None
    """Who explained it."""


@dataclass(frozen=True, slots=True)
class Unaccounted:
    """What was given out of a block since its numbers were last accounted for."""

    block: ReceiptBlock
    highest: int
    missing: tuple[str, ...]
    """Numbers up to `highest` that have no receipt, and nobody explained."""
    technicians: frozenset[str]
    """Who answers for them: whose block it is, or everybody who wrote a receipt since, on a tablet's own."""


@dataclass(frozen=True, slots=True)
class BlockLines:
    """A block, the newest LISTED numbers given out of it, ascending, and how many are left."""

    block: ReceiptBlock
    lines: tuple[NumberLine, ...]
    unused: int

    def count(self, state: str) -> int:
        """Numbers in that state."""
        return sum(1 for line in self.lines if line.state == state)


def blocks_of(session: Session) -> Sequence[ReceiptBlock]:
    """Every block, by prefix."""
    return session.scalars(select(ReceiptBlock).order_by(ReceiptBlock.prefix)).all()


def block_lines(session: Session, blocks: Sequence[ReceiptBlock]) -> list[BlockLines]:
    """For each block its newest numbers, up to the highest that was given out; what is above is unused."""
    spans = []
    for block, highest in _highest(session, blocks):
        spans.append(_Span(block, max(block.first, highest - LISTED + 1), highest))
    found = _read(session, spans)
    return [
        BlockLines(
            span.block,
            tuple(found.line(number) for number in span.numbers()),
            span.block.last - max(span.highest, span.block.first - 1),
        )
        for span in spans
    ]


def unaccounted(session: Session, technicians: Collection[str]) -> list[Unaccounted]:
    """Blocks of these technicians out of which numbers were given since they were last accounted for.

    A block granted to a tablet alone is everybody's who wrote a receipt out of it since.
    """
    known = set(technicians)
    if not known:
        return []
    blocks = [one for one in blocks_of(session) if one.technician_id is None or one.technician_id in known]
    spans = []
    for block, highest in _highest(session, blocks):
        lowest = block.first if block.accounted is None else block.accounted + 1
        if highest >= lowest:
            spans.append(_Span(block, lowest, highest))
    if not spans:
        return []
    receipts = _within(select(Receipt.number, Receipt.technician_id), Receipt.number, spans)
    written: dict[str, str] = dict(session.execute(receipts).all())
    said = _within(select(ReceiptExplanation.number), ReceiptExplanation.number, spans)
    explained = set(session.scalars(said))
    found = []
    for span in spans:
        numbers = tuple(span.numbers())
        owner = span.block.technician_id
        people = {written[one] for one in numbers if one in written} if owner is None else {owner}
        if people & known:
            missing = tuple(one for one in numbers if one not in written and one not in explained)
            found.append(Unaccounted(span.block, span.highest, missing, frozenset(people & known)))
    return found


def missing_numbers(session: Session, technicians: Collection[str]) -> dict[str, list[str]]:
    """By technician, numbers of their blocks that should have a receipt, have none, and nobody explained."""
    found: dict[str, list[str]] = {technician: [] for technician in technicians}
    for one in unaccounted(session, technicians):
        for technician in one.technicians:
            found[technician] += one.missing
    return found


def is_missing(session: Session, number: str) -> bool:
    """Whether a later number of its block was given out, and this one has no receipt."""
    parsed = parse_number(number)
    if parsed is None or session.get(Receipt, number) is not None:
        return False
    blocks = session.scalars(select(ReceiptBlock).where(ReceiptBlock.prefix == parsed[0])).all()
    return any(block.first <= parsed[1] < highest for block, highest in _highest(session, blocks))


def missing_until(session: Session, block: ReceiptBlock, serial: int) -> list[str]:
    """Numbers of a block up to `serial` that have no receipt, and nobody explained."""
    if serial < block.first:
        return []
    span = _Span(block, block.first, serial)
    known = set(session.scalars(_within(select(Receipt.number), Receipt.number, [span])))
    said = _within(select(ReceiptExplanation.number), ReceiptExplanation.number, [span])
    known |= set(session.scalars(said))
    return [number for number in span.numbers() if number not in known]


@dataclass(frozen=True, slots=True)
class _Span:
    """Numbers of a block from `lowest` to `highest`; none when that is below."""

    block: ReceiptBlock
    lowest: int
    highest: int

    def numbers(self) -> Iterator[str]:
        """Each as it is printed."""
        return (format_number(self.block.prefix, one) for one in range(self.lowest, self.highest + 1))

    def holds(self, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """Whether a number is one of them: between two texts of one shape, which an index answers."""
        ends = (format_number(self.block.prefix, max(self.lowest, 0)), max(self.lowest, self.highest))
        return and_(column >= ends[0], column <= format_number(self.block.prefix, ends[1]))


def _highest(session: Session, blocks: Sequence[ReceiptBlock]) -> list[tuple[ReceiptBlock, int]]:
    """The highest serial of each block that has a receipt; 0 for a block without one.

    A number that was not granted to who used it is kept with the tablet's name after an @, and a second
    receipt of one number with a ~: neither is a number of the block.
    """
    if not blocks:
        return []
    newest = (
        select(Receipt.number)
        .where(
            Receipt.number >= ReceiptBlock.prefix + "-000000",
            Receipt.number <= ReceiptBlock.prefix + "-999999",
            func.length(Receipt.number) == func.length(ReceiptBlock.prefix) + len("-000000"),
        )
        .order_by(Receipt.number.desc())
        .limit(1)
        .correlate(ReceiptBlock)
        .scalar_subquery()
    )
    wanted = select(ReceiptBlock.id, newest).where(ReceiptBlock.id.in_([one.id for one in blocks]))
    numbers: dict[int, str | None] = dict(session.execute(wanted).all())
    return [(block, min(_serial_of(numbers[block.id]), block.last)) for block in blocks]


def _serial_of(number: str | None) -> int:
    parsed = parse_number(number) if number is not None else None
    return parsed[1] if parsed is not None else 0


def _within(query: Any, column: InstrumentedAttribute[str], spans: Sequence[_Span]) -> Any:
    return query.where(or_(*(span.holds(column) for span in spans)))


def _read(session: Session, spans: Sequence[_Span]) -> "_Found":
    """What the records say of the numbers of some spans."""
    used = [span for span in spans if span.highest]
    if not used:
        return _Found({}, {}, {}, {})
    receipts = {one.number: one for one in session.scalars(_within(select(Receipt), Receipt.number, used))}
    void = [one.source for one in receipts.values() if one.method == "void"]
    explained = _within(select(ReceiptExplanation), ReceiptExplanation.number, used)
    handed_in = _within(
        select(TurnInReceipt.receipt_number, TurnInReceipt.turn_in_id), TurnInReceipt.receipt_number, used
    ).where(TurnInReceipt.released.is_(False))
    return _Found(
        receipts,
        {row.number: row for row in session.scalars(explained)},
        _void_reasons(session, void),
        dict(session.execute(handed_in).all()),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    receipts: Mapping[str, Receipt]
    explanations: Mapping[str, ReceiptExplanation]
    void_reasons: Mapping[str, str | None]
    turn_ins: Mapping[str, str]

    def line(self, number: str) -> NumberLine:
        """What the records say of a number."""
        receipt, explained = self.receipts.get(number), self.explanations.get(number)
        reason = explained.reason if explained is not None else None
        by = explained.explained_by if explained is not None else None
        if receipt is None:
            return NumberLine(
                number, "missing" if explained is None else "explained", 0, None, None, None, None, reason, by
            )
        void = receipt.method == "void"
        return NumberLine(
            number,
            "void" if void else "used",
            receipt.amount_cents,
            receipt.technician_id,
            None if void else receipt.method,
            receipt.taken_at,
            self.turn_ins.get(number),
            self.void_reasons.get(receipt.source) if void else reason,
            receipt.technician_id if void else by,
        )


def _void_reasons(session: Session, sources: list[str]) -> dict[str, str | None]:
    """What the technician wrote when the number was spoilt."""
    if not sources:
        return {}
    rows = session.execute(select(FieldEvent.id, FieldEvent.body).where(FieldEvent.id.in_(sources)))
    return {event: str((body.get("body") or {}).get("reason") or "") or None for event, body in rows}
