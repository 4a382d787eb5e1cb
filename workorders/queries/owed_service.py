"""Whether an account has paid, and is cut off all the same: then somebody waits for a visit."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.catalogue import codes_of, order_type_of
from workorders.judgement.lifecycle import ACTIVE
from workorders.judgement.traits import TURNS_ON
from workorders.policy.satisfaction import satisfaction_of
from workorders.queries.account_facts import needed_now
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Order, ServiceAgreement


def tolerance(session: Session, *, now: datetime) -> int:
    """Cents that an account may still owe and count as satisfied, by the policy of the day."""
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    return satisfaction_of(rules).tolerance_cents


def is_satisfied(session: Session, account: Account, *, now: datetime) -> bool:
    """What the account must still pay is within the tolerance of the day's policy."""
    return needed_now(session, account, now=now) <= tolerance(session, now=now)


def account_waiting_for(session: Session, order: Order, *, now: datetime) -> Account | None:
    """The account that has paid, is cut off all the same, and has no other visit coming than this order.

    None where the order brings no service back, the service is on, nobody is served there, something is
    still owed, or another order will turn it on.
    """
    if order_type_of(order.type).service not in TURNS_ON or order.service_point.state != "off_np":
        return None
    served = session.scalar(
        select(Account)
        .join(ServiceAgreement, ServiceAgreement.account_id == Account.id)
        .where(ServiceAgreement.service_point_id == order.service_point_id, ServiceAgreement.serving)
    )
    if served is None or not is_satisfied(session, served, now=now):
        return None
    others = session.scalar(
        select(func.count()).where(
            Order.service_point_id == order.service_point_id,
            Order.type.in_(codes_of(TURNS_ON)),
            Order.state.in_(ACTIVE),
            Order.number != order.number,
        )
    )
    return None if others else served
