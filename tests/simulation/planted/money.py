"""Planted faults of money: cuts let off or kept by mistake, receipts of others, payments twice or nowhere."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from sqlalchemy.orm import Session

from tests.simulation.planted.patching import Together
from workorders.judgement.receipts import BlockFacts
from workorders.ledger import entries
from workorders.tables import Account
from workorders.usecases.cash import payment_arrived, receipts, take_payment_back
from workorders.usecases.collections import reconsider
from workorders.usecases.field import money_effects, outcome
from workorders.usecases.orders import orders


def a_cent_avoids_a_cut() -> AbstractContextManager[object]:
    """Any payment calls every cut of the account off, however little it is."""
    return patch.object(reconsider, "is_satisfied", lambda *_given, **_named: True)


def only_the_first_cut_is_called_off() -> AbstractContextManager[object]:
    """Of several cuts of an account a payment cancels one."""
    real = reconsider._in_question

    def first(session: Session, account: Account, paid_at: Any) -> Sequence[str]:
        return real(session, account, paid_at)[:1]

    return patch.object(reconsider, "_in_question", first)


def receipts_of_another_block_pass() -> AbstractContextManager[object]:
    """A tablet may use the receipt numbers of another one."""
    return patch.object(BlockFacts, "grants", lambda *_given: True)


def a_repeated_receipt_is_posted_again() -> AbstractContextManager[object]:
    """The same receipt under another event brings its money a second time."""
    real = receipts.keep_receipt

    def keep(session: Session, event: Any, device: str, cause: Any, *, number: str | None = None) -> Any:
        return real(session, event, device, cause, number=f"{event.id[-20:]}")

    with_other_number = patch.object(outcome, "keep_receipt", keep)
    never_known = patch.object(outcome, "look_up", lambda *_given: receipts.Known.NEW)
    return Together(with_other_number, never_known)


def door_money_goes_to_the_visited_account() -> AbstractContextManager[object]:
    """Money taken for a neighbour is posted to the account of the order in hand."""
    real = money_effects._pay

    def pay(session: Session, what: Any, cause: Any) -> None:
        account = cause.order.account
        real(session, replace(what, account=account.number if account else None), cause)

    return patch.object(money_effects, "_pay", pay)


def a_returned_payment_stays_posted() -> AbstractContextManager[object]:
    """A payment taken back is noted and not reversed."""
    return patch.object(take_payment_back, "reverse", lambda *_given, **_named: None)


def a_payment_looks_at_no_cut() -> AbstractContextManager[object]:
    """Money is posted, and the cuts of its account stand as they stood."""
    return patch.object(payment_arrived, "reconsider_account", lambda *_given, **_named: None)


def a_payment_heard_late_changes_nothing() -> AbstractContextManager[object]:
    """A payment made before a cut and heard of after it leaves that cut a proper one."""
    return patch.object(reconsider, "_reconsider_posted", lambda *_given, **_named: None)


def a_rejected_cut_goes_back_to_work() -> AbstractContextManager[object]:
    """A cut that comes back from the supervisor is open again although nothing is owed."""
    return patch.object(orders, "reconsider_account", lambda *_given, **_named: None)


def nobody_is_sent_to_restore() -> AbstractContextManager[object]:
    """The account has paid, its cut service gets no reconnect."""
    return patch.object(reconsider, "_restore", lambda *_given, **_named: None)


def a_balance_misses_a_posting() -> AbstractContextManager[object]:
    """The running balances leave the last posting out."""
    real = entries._sum_up

    def sum_up(session: Session, postings: Any) -> None:
        real(session, list(postings)[:-1])

    return patch.object(entries, "_sum_up", sum_up)


PLANTED = (
    a_cent_avoids_a_cut,
    only_the_first_cut_is_called_off,
    receipts_of_another_block_pass,
    a_repeated_receipt_is_posted_again,
    door_money_goes_to_the_visited_account,
    a_returned_payment_stays_posted,
    a_payment_looks_at_no_cut,
    a_payment_heard_late_changes_nothing,
    a_rejected_cut_goes_back_to_work,
    nobody_is_sent_to_restore,
    a_balance_misses_a_posting,
)
