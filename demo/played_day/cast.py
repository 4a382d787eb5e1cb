"""Who and what a demonstration can be played with now: technicians, and places that fit each order type."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from workorders.ledger import balance
from workorders.problems import Problem
from workorders.tables import (
    Account,
    Installation,
    Meter,
    Notice,
    Order,
    Premise,
    ServiceAgreement,
    ServicePoint,
    Technician,
)
from workorders.usecases.collections.authority import check_cut

SIZE = "5/8"
"""The size of nearly every house's meter, and of the spare ones a van has most of."""
CUT = "disconnect_np"


def technicians(session: Session) -> list[dict[str, Any]]:
    """Active technicians with their skills and the meters of SIZE on their vans."""
    rows = session.execute(
        select(Meter.van_technician_id, Meter.serial)
        .where(Meter.status == "in_van", Meter.size == SIZE)
        .order_by(Meter.serial)
    )
    vans: dict[str, list[str]] = {}
    for technician, serial in rows:
        vans.setdefault(str(technician), []).append(serial)
    people = session.scalars(select(Technician).where(Technician.active).order_by(Technician.id))
    return [
        {"id": one.id, "name": one.name, "skills": list(one.skills), "van": vans.get(one.id, [])}
        for one in people
    ]


def cases(session: Session, wanted: Mapping[str, int], *, now: datetime) -> list[dict[str, Any]]:
    """`wanted` places by order type, none twice, none that ever had an order.

    A cut is offered only where the cut rules allow one now. Raises Problem `not_found` naming the type of
    which too few are left.
    """
    taken: set[int] = set()
    found = []
    for code in sorted(wanted, key=lambda one: one != CUT):
        left = wanted[code]
        for point, account in session.execute(_places(code)):
            if left == 0:
                break
            if point.id in taken or (code == CUT and not _may_be_cut(session, point, account, now)):
                continue
            taken.add(point.id)
            left -= 1
            found.append(_case(session, code, point, account))
        if left:
            raise Problem("not_found", what=f"place left in this district for {wanted[code]} of", key=code)
    return found


def _places(code: str) -> Select[ServicePoint, Account]:
    """Water service points with a common meter, an account and no order yet, in the state the type needs."""
    query = (
        select(ServicePoint, Account)
        .join(ServiceAgreement, ServiceAgreement.service_point_id == ServicePoint.id)
        .join(Account, Account.id == ServiceAgreement.account_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .join(Installation, Installation.service_point_id == ServicePoint.id)
        .join(Meter, Meter.id == Installation.meter_id)
        .where(ServiceAgreement.serving, Installation.removed_at.is_(None))
        .where(ServicePoint.service == "water", ServicePoint.size == SIZE, Meter.size == SIZE)
        .where(ServicePoint.state == ("off" if code == "turn_on" else "on"), Premise.medical.is_(False))
        .where(~exists().where(Order.service_point_id == ServicePoint.id))
        .order_by(ServicePoint.id)
    )
    # Collected debts are rare: look only at accounts that hold notices, not at the whole district.
    return query.where(_has_notice()) if code == CUT else query.where(~_has_notice()).limit(200)


def _has_notice() -> Any:
    return exists().where(Notice.account_id == Account.id)


def _may_be_cut(session: Session, point: ServicePoint, account: Account, now: datetime) -> bool:
    try:
        check_cut(session, point, account, since=now, at=now, now=now)
    except Problem:
        return False
    return True


def _case(session: Session, code: str, point: ServicePoint, account: Account) -> dict[str, Any]:
    return {
        "type": code,
        "service_point": point.number,
        "account": account.number,
        "balance_cents": balance(session, "AR", account.number),
    }
