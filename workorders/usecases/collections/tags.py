"""A door tag and the order that posts it: which tag the order carries, and what its posting does."""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.door_notices import notices_for_the_door
from workorders.tables import Account, Notice, Order
from workorders.usecases.history import note


def tag_extra(session: Session, account: Account | None, wanted: object = None) -> dict[str, object]:
    """The extra input of an order that posts a tag: the account's printed tag, and what avoids the cut.

    `wanted`: a list with the id of the very notice, where the caller has one; else it is the newest.
    Raises Problem `no_tag_printed` when there is none that waits for somebody to take it there.
    """
    tag = None
    if account is not None:
        waiting = notices_for_the_door(account.id)
        if wanted:
            waiting = waiting.where(Notice.id.in_(wanted if isinstance(wanted, list) else []))
        tag = session.scalars(waiting.limit(1)).first()
    if tag is None:
        raise Problem("no_tag_printed", account=account.number if account is not None else None)
    return {"notice_ids": [tag.id], "amount_cents": tag.amount_cents}


def tag_posted(session: Session, order: Order, *, at: datetime, now: datetime, technician: str) -> Notice:
    """The order's tag hangs at the door since `at`: it counts from that day.

    Its validity moves with it, as with a notice that is mailed later than it was printed. Said again, or by
    a second visit, the first day stays. Raises Problem `no_tag_printed` when the order has no tag.
    """
    ids = order.extra.get("notice_ids") or []
    tag = session.get(Notice, ids[0], with_for_update=True) if ids else None
    if tag is None or order.account_id != tag.account_id:
        raise Problem("no_tag_printed", account=order.account.number if order.account else None)
    # One that was dropped meanwhile hangs there all the same.
    if tag.state in {"printed", "dropped"}:
        on = district_of(session).day_of(at)
        tag.valid_until += on - tag.sent_on
        tag.state, tag.sent_on, tag.order_number = "sent", on, order.number
        detail = {"notice": tag.id, "day": on.isoformat()}
        note(
            session,
            order,
            "tag_posted",
            at=at,
            now=now,
            actor=technician,
            from_state=order.state,
            detail=detail,
        )
    return tag
