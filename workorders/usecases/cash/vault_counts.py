"""A vault is counted blind by two people who find the same; what is over or short goes to OS."""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.grammar.cash_count import Count
from workorders.ledger import post
from workorders.messages.message import Message
from workorders.policy.cash_control import agreed, difference_lines
from workorders.problems import Problem
from workorders.queries.custody import counts_of
from workorders.queries.offices import office_named
from workorders.queries.vault import standing_count, vault_cents
from workorders.tables import CashSignature, VaultCount
from workorders.usecases.administration.audit import note_change
from workorders.usecases.cash.counting import keep_count, needed_reason
from workorders.usecases.history import count as next_value


def count_vault(session: Session, office: str, count: Count, *, now: datetime, actor: str) -> VaultCount:
    """Keep what one of two people found; the first one begins the count, and the vault stands still.

    Raises Problem `not_found`, `no_vault`, `cash_closed` once two agree, `counted_by_two` and `bad_input`.
    """
    vault = office_named(session, office, lock=True)
    if not vault.has_vault:
        raise Problem("no_vault", office=vault.name)
    found = standing_count(session, office)
    if found is None:
        found = VaultCount(
            id=f"VC-{next_value(session, 'vault_count'):06d}",
            office=office,
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
        found.expected_cents, found.counted_cents = vault_cents(session, office), both.cents
        found.state = "counted"
    session.flush()
    return found


def close_vault_count(session: Session, office: str, *, reason: str, now: datetime, actor: str) -> VaultCount:
    """One of the two who counted closes it; the difference is posted with its reason.

    Raises Problem `not_found`, `cash_closed` unless two agree, `counted_by_two` for somebody else, and
    `bad_input` without a reason for a difference.
    """
    office_named(session, office, lock=True)
    found = standing_count(session, office)
    if found is None or found.expected_cents is None or found.counted_cents is None:
        raise Problem("cash_closed", key=found.id if found else office)
    if actor[:80] not in {one.counted_by for one in counts_of(session, found.id)}:
        raise Problem("counted_by_two", key=found.id)
    lines = difference_lines("VAULT", found.expected_cents, found.counted_cents)
    if lines:
        found.reason = needed_reason(reason)
        post(
            session,
            source=f"vault_count:{found.id}",
            purpose="vault_counted",
            message=Message.of("entry.vault_counted", office=office),
            lines=lines,
            parties={"office": office},
            effective_at=now,
            now=now,
        )
    session.add(CashSignature(subject=found.id, signed_by=actor[:80], signed_at=now, as_supervisor=False))
    found.state, found.closed_at, found.closed_by = "closed", now, actor[:80]
    session.flush()
    return found


def set_count_aside(session: Session, office: str, *, reason: str, now: datetime, actor: str) -> VaultCount:
    """End a count that those who began it do not bring to an end; nothing is posted, what they found stays.

    Raises Problem `not_found`, `cash_closed` when none stands, and `bad_input` without a reason.
    """
    office_named(session, office, lock=True)
    found = standing_count(session, office)
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
