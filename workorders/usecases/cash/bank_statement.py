"""A bank statement taken in: each line about deposits once, matched where nothing is in doubt."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.policy.bank_matching import Slip, credited_slip, named_slip
from workorders.queries.bank_lines import bank_figure, entry_of, slips_named, unseen_slips
from workorders.queries.pieces import pieces
from workorders.tables import BankLine, BankStatement
from workorders.usecases.history import count as next_value

KINDS = ("deposit", "correction", "returned", "other")
"""What a line is; `other` does not concern deposits and is only counted."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a statement. `cents` are positive where the bank credited."""

    posted_on: date
    kind: str
    cents: int
    reference: str | None = None
    bank_reference: str | None = None
    bank_account: str | None = None
    description: str | None = None


def take_statement(
    session: Session, source: str, lines: Sequence[StatementLine], *, now: datetime, actor: str
) -> dict[str, int]:
    """Take the lines in and match them; what each came to is counted in the answer.

    A file that was taken in (its `source`) changes nothing, and of one that overlaps an earlier one only
    what is new is taken.
    """
    if session.scalar(select(BankStatement.id).where(BankStatement.source == source)) is not None:
        return {"lines_known_already": len(lines)}
    # Taken first: statements are taken in one after the other, so that a line is in only once.
    number = next_value(session, "bank_statement")
    about = [one for one in lines if one.kind != "other"]
    keys = _keys(about)
    known = _known(session, keys)
    statement = BankStatement(
        id=f"BS-{number:06d}",
        source=source,
        taken_at=now,
        taken_by=actor[:80],
        first_day=min(one.posted_on for one in lines),
        last_day=max(one.posted_on for one in lines),
        lines=len(lines),
        new_lines=len(about) - len(known),
    )
    session.add(statement)
    session.flush()
    fresh = [_row(statement.id, key, one) for key, one in zip(keys, about, strict=True) if key not in known]
    session.add_all(fresh)
    session.flush()
    _match(session, fresh, now=now, actor=actor)
    session.flush()
    found = Counter(one.state for one in fresh)
    counts = {"lines": len(fresh), **{state: found[state] for state in ("matched", "to_correct", "open")}}
    counts["other_lines"] = len(lines) - len(about)
    return counts | ({"lines_known_already": len(known)} if known else {})


def _row(statement: str, key: str, line: StatementLine) -> BankLine:
    return BankLine(
        statement_id=statement,
        key=key,
        kind=line.kind,
        posted_on=line.posted_on,
        amount_cents=line.cents,
        reference=line.reference,
        bank_reference=line.bank_reference,
        bank_account=line.bank_account,
        description=line.description,
        state="open",
    )


def _keys(lines: Sequence[StatementLine]) -> list[str]:
    """A digest for each line; of lines that say the same, the first, the second … are told apart.

    The bank's words are left out: they are cut at another length in another export.
    """
    seen: Counter[str] = Counter()
    keys = []
    for one in lines:
        said = "\x1f".join(
            (
                one.bank_account or "",
                one.posted_on.isoformat(),
                one.kind,
                str(one.cents),
                one.reference or "",
                one.bank_reference or "",
            )
        )
        seen[said] += 1
        keys.append(hashlib.sha256(f"{said}\x1f{seen[said]}".encode()).hexdigest())
    return keys


def _known(session: Session, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in pieces(keys):
        found.update(session.scalars(select(BankLine.key).where(BankLine.key.in_(some))))
    return found


def _match(session: Session, lines: Sequence[BankLine], *, now: datetime, actor: str) -> None:
    """Give each line its deposit where nothing is in doubt; those that name one come first."""
    left = {one.deposit: one for one in unseen_slips(session, limit=None)}
    credited = [one for one in lines if one.kind == "deposit"]
    for by_name in (True, False):
        for line in credited:
            if line.deposit_id is None:
                find = named_slip if by_name else credited_slip
                slip = find(entry_of(line), tuple(left.values()))
                if slip is not None:
                    del left[slip.deposit]
                    give(line, slip, now=now, actor=actor)
    every = slips_named(session, lines)
    for line in lines:
        slip = named_slip(entry_of(line), every) if line.kind == "correction" else None
        if slip is not None:
            give(line, slip, now=now, actor=actor)


def give(line: BankLine, slip: Slip, *, now: datetime, actor: str) -> None:
    """The line is about that deposit: settled where the figures agree, else to be corrected."""
    line.deposit_id = slip.deposit
    if bank_figure(line, slip.cents) != slip.cents:
        line.state = "to_correct"
        return
    decide(line, "matched", now=now, actor=actor)


def decide(line: BankLine, state: str, *, now: datetime, actor: str, reason: str | None = None) -> None:
    """Nothing more is to be done about the line."""
    line.state, line.reason = state, reason
    line.decided_at, line.decided_by = now, actor[:80]
