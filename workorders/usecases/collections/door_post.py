"""A notice whose mail came back is posted at the door instead: its clock starts when it hangs there."""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.tables import Account, Notice, Order
from workorders.usecases.collections.door_tags import tag_request
from workorders.usecases.collections.returned_mail import open_returned, settle_returned
from workorders.usecases.orders.orders import raise_order


def post_at_door(session: Session, returned_id: int, *, note: str, now: datetime, actor: str) -> Order:
    """Raise the order that posts the same notice at the door, without charge.

    Raises Problem `not_found`, `mail_resolved`, `no_tag_printed` where no notice with a text was in the mail,
    and what raising an order raises.
    """
    found = open_returned(session, returned_id)
    old = session.get(Notice, found.notice_id) if found.notice_id is not None else None
    account = session.get_one(Account, found.account_id)
    if old is None or old.text is None:
        raise Problem("no_tag_printed", account=account.number)
    today = district_of(session).day_of(now)
    fresh = Notice(
        account_id=account.id,
        kind=old.kind,
        sent_on=today,
        valid_until=today + (old.valid_until - old.sent_on),
        amount_cents=old.amount_cents,
        state="printed",
        language=old.language,
        text=old.text,
    )
    session.add(fresh)
    session.flush()
    found.posted_notice_id = fresh.id
    session.flush()
    request = tag_request(session, account, today, fresh.id, no_charge=True)
    order = raise_order(session, request, now=now, actor=actor)
    fresh.order_number = order.number
    settle_returned(session, found, "door", note=note.strip()[:200] or order.number, now=now, actor=actor)
    return order
