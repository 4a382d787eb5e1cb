"""Printed notices that wait to be posted at a door: door tags, and those whose mail came back."""

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from workorders.judgement.lifecycle import ACTIVE
from workorders.tables import Notice, Order, ReturnedMail


def notices_for_the_door(account_id: int) -> Select[Notice]:
    """Those of an account that no order under way carries, the newest first."""
    carrying = aliased(Order)
    return (
        select(Notice)
        .outerjoin(ReturnedMail, ReturnedMail.posted_notice_id == Notice.id)
        .outerjoin(carrying, (carrying.number == Notice.order_number) & carrying.state.in_(ACTIVE))
        .where(
            Notice.account_id == account_id,
            Notice.state == "printed",
            (Notice.kind == "door_tag") | ReturnedMail.id.is_not(None),
            carrying.number.is_(None),
        )
        .order_by(Notice.id.desc())
    )
