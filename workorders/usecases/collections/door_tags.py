"""Door tags: an order for each printed tag, and the tag that counts from the hour it hangs at the door."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE
from workorders.judgement.descriptors import OrderType
from workorders.judgement.lifecycle import ACTIVE
from workorders.policy.notices import notice_steps
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.lookups import lock_account
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Notice, NoticeBatch, Order, ServiceAgreement
from workorders.usecases.collections.cycles import steps_taken
from workorders.usecases.orders.orders import OrderRequest, raise_order

LAST_SECOND = time(23, 59, 59)
POSTED = "posted"
"""`NoticeStep.delivery` of a notice that somebody takes to the door."""


@dataclass(slots=True)
class TagsSentOut:
    """What became of a batch's door tags: orders raised, and accounts whose tag could not be sent out."""

    orders: list[str] = field(default_factory=list)
    refused: list[tuple[str, Problem]] = field(default_factory=list)


def tag_type() -> OrderType:
    """The type of order that posts a notice at the door."""
    return next(known for known in CATALOGUE.values() if known.posts_notice)


def tags_to_post(session: Session, batch: NoticeBatch) -> list[Notice]:
    """The batch's printed notices that go to the door and have no order that takes them there yet."""
    steps = notice_steps(rule_book(session).in_force(batch.day)).steps
    kinds = [step.kind for step in steps if step.delivery == POSTED]
    waiting = select(Order.number).where(Order.number == Notice.order_number, Order.state.in_(ACTIVE))
    return list(
        session.scalars(
            select(Notice)
            .where(
                Notice.batch_id == batch.id,
                Notice.state == "printed",
                Notice.kind.in_(kinds),
                ~waiting.exists(),
            )
            .order_by(Notice.account_id, Notice.id)
        )
    )


def send_out_tags(session: Session, batch_id: int, *, now: datetime, actor: str) -> TagsSentOut:
    """Raise an order for each door tag of the batch that nobody takes to the door yet.

    A tag that cannot be sent out stops only itself. Raises Problem `not_found`, and `nothing_due` when the
    batch has no such tag.
    """
    batch = session.get(NoticeBatch, batch_id, with_for_update=True)
    if batch is None:
        raise Problem("not_found", what="batch of notices", key=batch_id)
    tags = tags_to_post(session, batch)
    if not tags:
        raise Problem("nothing_due")
    day = max(batch.day, district_of(session).day_of(now))
    made, sent_out = TagsSentOut(), list[int]()
    for tag in tags:
        lock_account(session, tag.account_id)
    for tag in tags:
        account = session.get_one(Account, tag.account_id)
        try:
            with session.begin_nested():
                order = raise_order(session, tag_request(session, account, day, tag.id), now=now, actor=actor)
                tag.order_number = order.number
        except Problem as problem:
            made.refused.append((account.number, problem))
        else:
            made.orders.append(order.number)
            sent_out.append(account.id)
    for kind in sorted({tag.kind for tag in tags}):
        steps_taken(session, kind, batch.day, now=now, actor=actor, accounts=sent_out)
    session.flush()
    return made


def tag_request(
    session: Session,
    account: Account,
    day: date,
    notice_id: int,
    *,
    no_charge: bool = False,
    follows: tuple[str, str] | None = None,
) -> OrderRequest:
    """The order that posts this notice of the account by the end of `day`.

    `follows`: number of the order before it and the code of why. Raises Problem `not_found`.
    """
    point = session.scalar(
        select(ServiceAgreement.service_point_id)
        .where(ServiceAgreement.account_id == account.id, ServiceAgreement.serving)
        .order_by(ServiceAgreement.service_point_id)
        .limit(1)
    )
    if point is None:
        raise Problem("not_found", what="service point", key=account.number)
    zone = ZoneInfo(district_of(session).timezone)
    return OrderRequest(
        type=tag_type().code,
        service_point_id=point,
        account_number=account.number,
        due_until=datetime.combine(day, LAST_SECOND, zone),
        no_charge=no_charge,
        follows=follows[0] if follows else None,
        follow_reason=follows[1] if follows else None,
        extra={"notice_ids": [notice_id]},
    )
