"""The timeline of an order in plain words: what the office did, what the field reported, what money moved.

Facts are ordered by when they happened, not by when they were heard of; a line says both when a tablet
was without signal in between.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workorders.grammar.money import text_from_cents
from workorders.messages import timeline_en as texts
from workorders.messages.words import case_title, outcome_title
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
    }
)
TROUBLE = frozenset({"completed_after_cancel", "wrongful_cut", "wrong_premise"})
"""Outcomes that are shown as something that went wrong."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when it happened, when it was recorded, the sentence, and its side of the story.

    `side`: office, field, money or review; `alert`: something went wrong.
    """

    at: datetime
    recorded_at: datetime
    words: str
    side: str
    alert: bool = False
    source: str | None = None

    @property
    def late(self) -> bool:
        """It was heard of well after it happened."""
        return self.recorded_at - self.at > LATE


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


def history_line(of: HistoryLine, names: Mapping[str, str], technician: str | None) -> Line:
    """The sentence of one row. `names`: actor or technician id → the name people know.

    `technician` is the id of who had the order at that moment.
    """
    who = names.get(of.actor, of.actor)
    assigned = str(of.detail.get("technician") or technician or "")
    before = of.detail.get("from")
    outcome = of.detail.get("outcome") or of.body.get("reason") or of.body.get("outcome")
    receipt = of.body.get("receipt")
    receipt = receipt if isinstance(receipt, Mapping) else {}
    cents = receipt.get("amount_cents")
    fill = {
        "who": texts.SYSTEM if of.actor == "curbstop" else who,
        "kind": of.kind.replace("_", " "),
        "technician": names.get(assigned, assigned) or "nobody",
        "before": names.get(str(before or technician), str(before or technician)),
        "reason": _plain(of.detail.get("reason") or of.body.get("reason")),
        "outcome": outcome_title(str(outcome)).lower() if outcome else "no outcome",
        "words": _plain(of.detail.get("words")),
        "amount": text_from_cents(cents) if isinstance(cents, int) else "money",
        "receipt": receipt.get("number", "without a number"),
        "choice": texts.CHOICES.get(str(of.body.get("choice")), "decide later"),
    }
    words = _capital(_sentence(of, before).format(**fill))
    side = (
        "money" if of.kind in {"payment", "receipt_void"} else "field" if of.kind in FIELD_KINDS else "office"
    )
    return Line(of.at, of.recorded_at, words, side, str(outcome) in TROUBLE, of.source)


def _sentence(of: HistoryLine, before: object) -> str:
    if of.kind == "assigned" and before:
        return texts.ASSIGNED_FROM
    if of.kind == "approved" and of.detail.get("reason"):
        return texts.APPROVED_WITH_REASON
    return texts.EVENTS.get(of.kind, texts.UNKNOWN)


def case_lines(case: ExceptionCase, names: Mapping[str, str]) -> list[Line]:
    """What was opened for review, and what was decided."""
    opened = texts.CASE_OPENED.format(words=case.words)
    lines = [Line(case.opened_at, case.opened_at, opened, "review", case.code in TROUBLE)]
    if case.decided_at is not None:
        who = names.get(case.decided_by or "", case.decided_by or "")
        said = texts.CASE_DECIDED.format(
            title=case_title(case.code),
            verdict=texts.VERDICTS.get(case.state, case.state),
            who=texts.SYSTEM if who == "curbstop" else who,
            decision=_plain(case.decision),
        )
        lines.append(Line(case.decided_at, case.decided_at, said, "review"))
    return lines


def payment_line(at: datetime, cents: int, channel: str) -> Line:
    """A payment that reached the office while the order lived."""
    return Line(at, at, texts.PAYMENT.format(amount=text_from_cents(cents), channel=channel), "money")


def entry_line(at: datetime, recorded_at: datetime, words: str, customer_cents: int) -> Line:
    """A journal entry of the order; `customer_cents` is what it added to what the customer owes."""
    amount = text_from_cents(abs(customer_cents))
    moved = texts.CUSTOMER_CHARGED if customer_cents > 0 else texts.CUSTOMER_CREDITED
    said = texts.ENTRY.format(words=words, amount=f"{amount} {moved}") if customer_cents else f"{words}."
    return Line(at, recorded_at, said, "money")


def follow_on_line(at: datetime, number: str, type_title: str) -> Line:
    """An order that was raised because of this one; its reason may have changed since, so it is not told."""
    return Line(at, at, texts.FOLLOW_ON.format(number=number, type=type_title), "office")


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Lines as they happened; of the same instant, as they were recorded."""
    return sorted(lines, key=lambda line: (line.at, line.recorded_at))


def _plain(text: object) -> str:
    """A reason as part of a sentence: without its own full stop, never empty."""
    return str(text).strip().rstrip(".") if text else "no reason given"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
