"""Fees with the trigger `dispatch`: charged when an order is sent out, whatever becomes of the visit."""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.facts import REMOTE_TECHNICIAN
from workorders.judgement.charging import fee_entry
from workorders.ledger import post
from workorders.policy import fees
from workorders.queries.account_facts import account_facts
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.queries.situation_records import entries_of
from workorders.tables import Order


def charge_dispatch(session: Session, order: Order, *, now: datetime) -> None:
    """Post the fees that fall due by sending out a locked order, once in its life.

    An order sent out again is not charged again unless its fee was taken back meanwhile.
    """
    account = order.account
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    order_type = order_type_of(order.type)
    at_dispatch = [code for code in order_type.fees if code not in order_type.fees_by_finding]
    if order.technician_id == REMOTE_TECHNICIAN:
        at_dispatch = [code for code in at_dispatch if code not in fees.FOR_A_VISIT]
    priced = [rules.fees[code] for code in at_dispatch if code in rules.fees]
    if account is None or all(fee.trigger != "dispatch" for fee in priced):
        return
    charges = fees.due(
        at_dispatch,
        "dispatched",
        rules,
        account_facts(session, account, since=now),
        service=order.service_point.service,
        no_charge=order.no_charge,
        posted=entries_of(session, order.number),
    )
    for made in filter(None, map(fee_entry, charges)):
        post(
            session,
            source=f"dispatch:{order.number}:{order.epoch}",
            purpose=made.purpose,
            message=made.message,
            lines=made.lines,
            parties={"account": account.number},
            effective_at=now,
            now=now,
            order_number=order.number,
        )
