"""A vault or petty cash box is counted blind by two people who find the same; the difference goes to OS."""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.grammar.cash_count import Count
from workorders.ledger import balance, post
from workorders.messages.message import Message
from workorders.policy.cash_control import agreed, difference_lines
from workorders.problems import Problem
from workorders.queries.custody import counts_of
from workorders.queries.offices import office_named
from workorders.queries.vault import standing_count
from workorders.tables import CashSignature, VaultCount
from workorders.usecases.administration.audit import note_change
from workorders.usecases.cash.counting import keep_count, needed_reason
from workorders.usecases.cash.petty_funds import fund_for_update
from workorders.usecases.history import count as next_value

COUNTED = {
    "VAULT": ("VC", "vault_count", "vault_counted", "entry.vault_counted"),
    "PETTY": ("PC", "petty_count", "petty_counted", "entry.petty_counted"),
}
"""Ledger → how its counts are numbered and by which counter, their purpose in the books and what they say."""


def count_vault(
    session: Session, office: str, count: Count, *, now: datetime, actor: str, ledger: str = "VAULT"
) -> VaultCount:
    """Keep what one of two people found; the first one begins the count, and nothing goes in or out.

    `ledger`: VAULT, or PETTY for the box of petty cash. Raises Problem `not_found`, `no_vault`, `cash_closed`
    once two agree, `counted_by_two` and `bad_input`.
    """
    _lock(session, office, ledger)
    found = standing_count(session, office, ledger)
    if found is None:
        prefix, counter, _purpose, _code = COUNTED[ledger]
        found = VaultCount(
            id=f"{prefix}-{next_value(session, counter):06d}",
            office=office,
            ledger=ledger,
            state="open",
            opened_at=now,
            opened_by=actor[:80],
        )
        session.add(found)
        session.flush()
    if found.state != "open":
        raise Problem("cash_closed", key=found.id)
    both = agreed(keep_count(session, found.id, count, items=(), now=now, actor=actor))
    if both is not None:
        found.expected_cents, found.counted_cents = balance(session, ledger, office), both.cents
        found.state = "counted"
    session.flush()
    return found


def close_vault_count(
    session: Session, office: str, *, reason: str, now: datetime, actor: str, ledger: str = "VAULT"
) -> VaultCount:
    """One of the two who counted closes it; the difference is posted with its reason.

    Raises Problem `not_found`, `cash_closed` unless two agree, `counted_by_two` for somebody else, and
    `bad_input` without a reason for a difference.
    """
    found = _standing(session, office, ledger)
    if found is None or found.expected_cents is None or found.counted_cents is None:
        raise Problem("cash_closed", key=found.id if found else office)
    if actor[:80] not in {one.counted_by for one in counts_of(session, found.id)}:
        raise Problem("counted_by_two", key=found.id)
    lines = difference_lines(ledger, found.expected_cents, found.counted_cents)
    if lines:
        found.reason = needed_reason(reason)
        _prefix, _counter, purpose, code = COUNTED[ledger]
        post(
            session,
            source=f"vault_count:{found.id}",
            purpose=purpose,
            message=Message.of(code, office=office),
            lines=lines,
            parties={"office": office},
            effective_at=now,
            now=now,
        )
    session.add(CashSignature(subject=found.id, signed_by=actor[:80], signed_at=now, as_supervisor=False))
    found.state, found.closed_at, found.closed_by = "closed", now, actor[:80]
    session.flush()
    return found


def set_count_aside(
    session: Session, office: str, *, reason: str, now: datetime, actor: str, ledger: str = "VAULT"
) -> VaultCount:
    """End a count that those who began it do not bring to an end; nothing is posted, what they found stays.

    Raises Problem `not_found`, `cash_closed` when none stands, and `bad_input` without a reason.
    """
    found = _standing(session, office, ledger)
    if found is None:
        raise Problem("cash_closed", key=office)
    found.reason = needed_reason(reason, field="aside")
    found.state, found.closed_at, found.closed_by = "set_aside", now, actor[:80]
    session.flush()
    people = ", ".join(sorted({one.counted_by for one in counts_of(session, found.id)}))
    note_change(
        session,
        f"vault_count:{found.id}",
        "count_set_aside",
        now=now,
        actor=actor,
        changes={"counted_by": (people, None)},
        reason=found.reason,
    )
    return found


def _standing(session: Session, office: str, ledger: str) -> VaultCount | None:
    if ledger == "PETTY":
        fund_for_update(session, office, still=False)
    else:
        office_named(session, office, lock=True)
    return standing_count(session, office, ledger)


def _lock(session: Session, office: str, ledger: str) -> None:
    """Lock what is counted. Raises Problem `not_found` and `no_vault`."""
    if ledger == "PETTY":
        fund_for_update(session, office, still=False)
        return
    vault = office_named(session, office, lock=True)
    if not vault.has_vault:
        raise Problem("no_vault", office=vault.name)
