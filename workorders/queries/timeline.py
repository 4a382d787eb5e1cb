"""The timeline of an order: what the office did, what the field reported, what money moved.

Facts are ordered by when they happened, not by when they were heard of; a line says both when a tablet
was without signal in between.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workorders.messages.message import Message, typed
from workorders.messages.viewer import Viewer
from workorders.messages.words import say
from workorders.queries.corrections_made import CorrectionMade
from workorders.tables import ExceptionCase

LATE = timedelta(minutes=5)
"""Heard later than this after it happened, a line says when it was heard."""
FIELD_KINDS = frozenset(
    {
        "acknowledged",
        "en_route",
        "on_site",
        "started",
        "suspended",
        "resumed",
        "completed",
        "unable",
        "visit",
        "cancel_seen",
        "backed_out",
        "receipt_void",
        "payment",
        "office_code",
    }
)
KINDS = FIELD_KINDS | {
    "requested",
    "approved",
    "changed",
    "held",
    "gate_overridden",
    "tag_posted",
    "tag_delivered",
    "tag_dropped",
    "scheduled",
    "assigned",
    "unassigned",
    "dispatched",
    "recalled",
    "cancelled",
    "superseded",
    "accepted",
    "rejected",
    "reconsidered",
    "closed",
    "code_given",
}
"""Kinds of history lines that have a text of their own."""
TROUBLE = frozenset({"completed_after_cancel", "wrongful_cut", "wrong_premise"})
"""Outcomes that are shown as something that went wrong."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when it happened, when it was recorded, what it says, and its side of the story.

    `side`: office, field, money or review; `alert`: something went wrong.
    """

    at: datetime
    recorded_at: datetime
    message: Message
    side: str
    alert: bool = False
    source: str | None = None

    @property
    def late(self) -> bool:
        """It was heard of well after it happened."""
        return self.recorded_at - self.at > LATE

    def words(self, viewer: Viewer, names: Mapping[str, str]) -> str:
        """The sentence for a viewer. `names`: actor or technician id → the name people know."""
        said = say(self.message, viewer, names)
        return said[:1].upper() + said[1:]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A row of the order's history (`OrderEvent`), with the body of the field event behind it."""

    at: datetime
    recorded_at: datetime
    kind: str
    actor: str
    source: str | None
    detail: Mapping[str, Any]
    body: Mapping[str, Any]


def history_line(of: HistoryLine, technician: str | None) -> Line:
    """One row; `technician` is the id of who had the order at that moment."""
    before = of.detail.get("from")
    outcome = of.detail.get("outcome") or of.body.get("reason") or of.body.get("outcome")
    receipt = of.body.get("receipt")
    receipt = receipt if isinstance(receipt, Mapping) else {}
    cents = receipt.get("amount_cents")
    message = Message.of(
        _code(of, before),
        who=of.actor,
        kind=of.kind,
        technician=of.detail.get("technician") or technician,
        before=before or technician,
        reason=_reason(of),
        outcome=str(outcome) if outcome else None,
        amount=cents if isinstance(cents, int) else None,
        receipt=receipt.get("number"),
        choice=of.body.get("choice") or "later",
        given=of.detail.get("code") or of.body.get("kind"),
    )
    side = (
        "money" if of.kind in {"payment", "receipt_void"} else "field" if of.kind in FIELD_KINDS else "office"
    )
    return Line(of.at, of.recorded_at, message, side, str(outcome) in TROUBLE, of.source)


def _code(of: HistoryLine, before: object) -> str:
    if of.kind == "assigned" and before:
        return "timeline.moved"
    if of.kind == "approved" and of.detail.get("reason"):
        return "timeline.approved_because"
    return f"timeline.{of.kind}" if of.kind in KINDS else "timeline.unknown"


def _reason(of: HistoryLine) -> dict[str, Any] | None:
    """Why, as a message; rows of before messages had codes carry it as text."""
    given = of.detail.get("reason") or of.detail.get("decision") or of.detail.get("words")
    if given:
        return Message.from_json(given).as_json()
    reason = of.body.get("reason")
    return typed(str(reason)).as_json() if reason else None


def case_lines(case: ExceptionCase) -> list[Line]:
    """What was opened for review, and what was decided."""
    opened = Message.of("timeline.case_opened", case=case.message)
    lines = [Line(case.opened_at, case.opened_at, opened, "review", case.code in TROUBLE)]
    if case.decided_at is not None:
        decided = Message.of(
            f"timeline.case_{case.state}", case=case.code, who=case.decided_by, reason=case.decided_as
        )
        lines.append(Line(case.decided_at, case.decided_at, decided, "review"))
    return lines


def payment_line(at: datetime, cents: int, channel: str) -> Line:
    """A payment that reached the office while the order lived."""
    return Line(at, at, Message.of("timeline.paid", amount=cents, channel=channel), "money")


def entry_line(at: datetime, recorded_at: datetime, line: Message, customer_cents: int) -> Line:
    """A journal entry of the order; `customer_cents` is what it added to what the customer owes."""
    code = "timeline.entry"
    if customer_cents:
        code = "timeline.entry_charged" if customer_cents > 0 else "timeline.entry_credited"
    return Line(at, recorded_at, Message.of(code, line=line, amount=abs(customer_cents)), "money")


def correction_line(made: CorrectionMade) -> Line:
    """A read of the order that the office corrected since."""
    code = "timeline.read_corrected" if made.register is None else "timeline.register_corrected"
    message = Message.of(
        code,
        who=made.actor,
        serial=made.serial,
        register=made.register,
        before=made.before,
        after=made.after,
        reason=typed(made.reason).as_json(),
    )
    return Line(made.at, made.at, message, "office")


def follow_on_line(at: datetime, number: str, type_title: str) -> Line:
    """An order that was raised because of this one; its reason may have changed since, so it is not shown."""
    return Line(at, at, Message.of("timeline.follow_on", number=number, title=type_title), "office")


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Lines as they happened; of the same instant, as they were recorded."""
    return sorted(lines, key=lambda line: (line.at, line.recorded_at))
