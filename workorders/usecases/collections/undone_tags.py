"""A notice whose order ended without posting it: sent out again, delivered another way, or dropped."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.judgement.lifecycle import Command, State
from workorders.messages.message import Message, typed
from workorders.policy.notices import MAIL, OTHERWISE
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.lookups import find_order_for_update, lock_account
from workorders.queries.undone_tags import is_undone
from workorders.tables import Account, Notice, NoticeBatch, Order
from workorders.usecases.collections.cycles import steps_taken
from workorders.usecases.collections.door_tags import tag_request
from workorders.usecases.collections.mailing import post_late_charges
from workorders.usecases.history import command, enqueue_order
from workorders.usecases.history import note as note_line
from workorders.usecases.orders.orders import raise_order

SENT_AGAIN = "not_posted"
"""Why the order that posts it at last follows the first one."""


@dataclass(slots=True)
class Settled:
    """Of the notices that somebody chose: how many were dealt with, and accounts where it was refused."""

    done: int = 0
    refused: list[tuple[str, Problem]] = field(default_factory=list)


def settle_chosen(session: Session, chosen: Collection[int], act: Callable[[int], object]) -> Settled:
    """Do `act` with each of these notices (ids); one that is refused stops only itself.

    Raises Problem `bad_input` for none chosen, and where what was typed for all of them is wrong.
    """
    if not chosen:
        raise Problem("bad_input", field="tag", reason="tick at least one")
    made = Settled()
    # In one sequence of accounts, so that two people never wait for one another.
    query = select(Notice.id, Account.number).join(Account, Account.id == Notice.account_id)
    rows = session.execute(query.where(Notice.id.in_(chosen)).order_by(Notice.account_id, Notice.id))
    for notice_id, account in rows.all():
        try:
            with session.begin_nested():
                act(notice_id)
        except Problem as problem:
            if problem.code == "bad_input":
                raise
            made.refused.append((account, problem))
        else:
            made.done += 1
    return made


def send_again(session: Session, notice_id: int, *, now: datetime, actor: str) -> Order:
    """Raise another order that posts the notice at the door by the end of today, as the first should have.

    Raises Problem `not_found`, `tag_settled`, and what raising an order raises.
    """
    notice, before = _undone(session, notice_id)
    _end(session, before, Message("reason.sent_again"), now=now, actor=actor)
    account = session.get_one(Account, notice.account_id)
    today = district_of(session).day_of(now)
    request = tag_request(
        session, account, today, notice.id, no_charge=before.no_charge, follows=(before.number, SENT_AGAIN)
    )
    order = raise_order(session, request, now=now, actor=actor)
    notice.order_number = order.number
    steps_taken(session, notice.kind, today, now=now, actor=actor, accounts=[account.id])
    session.flush()
    return order


def deliver_otherwise(
    session: Session, notice_id: int, how: str, *, on: date, note: str, now: datetime, actor: str
) -> Notice:
    """The notice reached the customer on `on` in one of the ways OTHERWISE: it counts from that day.

    Its validity moves with it, and mailing it posts its step's late charge, as with a batch that is mailed.
    `note` says to whom or where. Raises Problem `not_found`, `tag_settled`, and `bad_input` naming `how`,
    `delivered_on` or `note`.
    """
    if how not in OTHERWISE:
        raise Problem("bad_input", field="how", reason=Reason("one of {known}", known=", ".join(OTHERWISE)))
    note = _said(note, Reason("say to whom or where it went"))
    notice, order = _undone(session, notice_id)
    district = district_of(session)
    batch = session.get(NoticeBatch, notice.batch_id) if notice.batch_id is not None else None
    printed = district.day_of(batch.made_at) if batch is not None else notice.sent_on
    if not printed <= on <= district.day_of(now):
        raise Problem("bad_input", field="delivered_on", reason="from the day it was printed to today")
    _end(session, order, typed(note), now=now, actor=actor)
    day = batch.day if batch is not None else on
    notice.valid_until += on - notice.sent_on
    notice.state, notice.sent_on, notice.delivered_as = "sent", on, how
    _settle(session, notice, order, "tag_delivered", note, now=now, actor=actor)
    steps_taken(session, notice.kind, day, now=now, actor=actor, accounts=[notice.account_id])
    if how == MAIL:
        number = session.get_one(Account, notice.account_id).number
        post_late_charges(session, [(notice, number)], day, now=now)
    session.flush()
    return notice


def drop_notice(session: Session, notice_id: int, *, reason: str, now: datetime, actor: str) -> Notice:
    """Nobody is to get the notice any more: it never counts, and a run writes it anew where it is still due.

    Raises Problem `not_found`, `tag_settled`, `bad_input` naming `note`.
    """
    reason = _said(reason, Reason("it is needed"))
    notice, order = _undone(session, notice_id)
    _end(session, order, typed(reason), now=now, actor=actor)
    notice.state = "dropped"
    _settle(session, notice, order, "tag_dropped", reason, now=now, actor=actor)
    session.flush()
    return notice


def _undone(session: Session, notice_id: int) -> tuple[Notice, Order]:
    """The notice and its order, the account locked."""
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise Problem("not_found", what="notice", key=notice_id)
    lock_account(session, notice.account_id)
    # Whoever was quicker has decided by now.
    session.refresh(notice)
    order = find_order_for_update(session, notice.order_number) if notice.order_number else None
    session.refresh(notice, with_for_update=True)
    if order is None or not is_undone(notice, order):
        raise Problem("tag_settled")
    return notice, order


def _end(session: Session, order: Order, reason: Message, *, now: datetime, actor: str) -> None:
    """An order that came back unable waits for nobody any more."""
    if order.state == State.UNABLE:
        detail = {"reason": reason.as_json()}
        command(session, order, Command.CLOSE, "closed", now=now, actor=actor, detail=detail)
        order.closed_at = now
        enqueue_order(session, order, now=now)


def _settle(
    session: Session, notice: Notice, order: Order, kind: str, words: str, *, now: datetime, actor: str
) -> None:
    notice.settled_at, notice.settled_by, notice.settled_note = now, actor[:80], words
    detail = {"notice": notice.id, "reason": words}
    note_line(session, order, kind, at=now, now=now, actor=actor, from_state=order.state, detail=detail)


def _said(words: str, what: Reason) -> str:
    words = checked_line(words, field="note")
    if not words:
        raise Problem("bad_input", field="note", reason=what)
    return words
