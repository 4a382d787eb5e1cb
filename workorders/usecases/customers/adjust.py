"""Adjustments, transfers, write-offs and refunds: posted within a limit, else by a second person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.money import PAYMENT_MAX_CENTS, text_from_cents
from workorders.grammar.texts import CODE_MAX, checked_line
from workorders.ledger import EntryDraft, balance, draft, post_many
from workorders.messages.message import Message
from workorders.policy.adjustments import KINDS, LINES, check_amount, limit_of
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.lookups import account_named, lock_accounts
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Adjustment
from workorders.usecases.collections.reconsider import reconsider_account
from workorders.usecases.customers.approvals import reconsider_applications

OVER = ("final", "closed", "inactive")
"""States of an account whose service has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentRequest:
    """What somebody wants to move, and why. `id`: given by the caller."""

    id: str
    account_number: str
    kind: str
    amount_cents: int
    reason: str
    evidence: str = ""
    to_account: str = ""


def request_adjustment(
    session: Session, asked: AdjustmentRequest, *, roles: Iterable[str], now: datetime, actor: str
) -> Adjustment:
    """Post it within the limit of `roles` (rule `money_approval`), else keep it for a second person.

    The same id again changes nothing. Raises Problem `not_found`, `bad_input` naming the field,
    `adjustment_conflict`, and what the balance does not allow: `no_credit`, `not_owed`, `still_served`.
    """
    if not checked_line(asked.id, field="id", longest=CODE_MAX):
        raise Problem("bad_input", field="id", reason="1 to 40 characters")
    account = account_named(session, asked.account_number)
    target = _target(session, asked, account)
    lock_accounts(session, {account.id, *([target.id] if target is not None else [])})
    known = session.get(Adjustment, asked.id)
    if known is not None:
        if (known.account_id, known.kind, known.amount_cents) != (account.id, asked.kind, asked.amount_cents):
            raise Problem("adjustment_conflict", adjustment=asked.id)
        return known
    reason = _check(asked)
    _check_balance(session, account, asked.kind, asked.amount_cents)
    made = Adjustment(
        id=asked.id,
        account=account,
        to_account=target,
        kind=asked.kind,
        amount_cents=asked.amount_cents,
        reason=reason,
        evidence=checked_line(asked.evidence, field="evidence") or None,
        state="pending",
        requested_at=now,
        requested_by=actor[:80],
    )
    session.add(made)
    session.flush()
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    if asked.amount_cents <= limit_of(roles, rules):
        _post(session, made, now=now, actor=actor)
    return made


def decide_adjustment(
    session: Session, adjustment_id: str, *, approve: bool, words: str, now: datetime, actor: str
) -> Adjustment:
    """Post what waits, or refuse it; either is final. `words` say why it is refused.

    Raises Problem `not_found`, `second_person_needed` for whoever asked, `adjustment_decided`, `bad_input`,
    and what the balance does not allow by now.
    """
    found = session.get(Adjustment, adjustment_id)
    if found is None:
        raise Problem("not_found", what="adjustment", key=adjustment_id)
    lock_accounts(session, {one for one in (found.account_id, found.to_account_id) if one is not None})
    session.refresh(found)
    if found.state != "pending":
        raise Problem("adjustment_decided", adjustment=adjustment_id)
    if found.requested_by == actor[:80]:
        raise Problem("second_person_needed", what="adjustment", key=adjustment_id)
    words = checked_line(words, field="words")
    if not approve and not words:
        raise Problem("bad_input", field="words", reason="say why it is refused")
    found.decided_at, found.decided_by, found.decision = now, actor[:80], words or None
    if approve:
        _check_balance(session, found.account, found.kind, found.amount_cents)
        _post(session, found, now=now, actor=actor)
    else:
        found.state = "refused"
    session.flush()
    return found


def _post(session: Session, made: Adjustment, *, now: datetime, actor: str) -> None:
    made.state = "posted"
    session.flush()
    post_many(session, [_entry(made, now)], now=now)
    for account in (made.account, made.to_account):
        if account is not None:
            reconsider_account(
                session,
                account,
                reason=Message("reason.nothing_due"),
                source=f"adjustment:{made.id}",
                now=now,
                actor=actor,
            )
            reconsider_applications(session, account, now=now, actor=actor)


def _entry(made: Adjustment, now: datetime) -> EntryDraft:
    source, cents = f"adjustment:{made.id}", made.amount_cents
    if made.to_account is None:
        debit, credit = LINES[made.kind]
        return draft(
            source=source,
            purpose=made.kind,
            message=Message.of(f"entry.{made.kind}", reason=made.reason),
            lines=[(debit, credit, cents)],
            parties={"account": made.account.number},
            effective_at=now,
        )
    message = Message.of("entry.transfer", before=made.account.number, after=made.to_account.number)
    postings = (("AR", made.to_account.number, cents), ("AR", made.account.number, -cents))
    return EntryDraft(source, made.kind, message, postings, now, None)


def _check(asked: AdjustmentRequest) -> str:
    if asked.kind not in KINDS:
        raise Problem("bad_input", field="kind", reason=Reason("one of {known}", known=", ".join(KINDS)))
    if type(asked.amount_cents) is not int or not 0 < asked.amount_cents <= PAYMENT_MAX_CENTS:
        most = text_from_cents(PAYMENT_MAX_CENTS)
        raise Problem(
            "bad_input", field="amount", reason=Reason("more than $0.00 and at most {most}", most=most)
        )
    reason = checked_line(asked.reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    return reason


def _check_balance(session: Session, account: Account, kind: str, cents: int) -> None:
    check_amount(
        kind,
        cents,
        balance=balance(session, "AR", account.number),
        refundable=-balance(session, "REFUND", account.number),
        over=account.status in OVER,
    )


def _target(session: Session, asked: AdjustmentRequest, account: Account) -> Account | None:
    """Nobody's debt becomes another customer's."""
    if asked.kind != "transfer":
        return None
    number = asked.to_account.strip()
    if not number or number == account.number:
        raise Problem("bad_input", field="to_account", reason="name another account of the customer")
    target = session.scalar(select(Account).where(Account.number == number))
    if target is None:
        raise Problem("not_found", what="account", key=number)
    if target.customer_id != account.customer_id:
        raise Problem(
            "bad_input", field="to_account", reason="it is another customer’s: debts stay where they are"
        )
    return target
