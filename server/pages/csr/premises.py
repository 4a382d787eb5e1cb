"""The page of a premise, and the way from a meter to where it is."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from server.db import current_session
from server.pages.csr.blueprint import blueprint, reads
from server.pages.csr.service_points import cards
from workorders.problems import Problem
from workorders.tables import Installation, Meter, Order, Premise, ServiceAgreement, ServicePoint, Technician

RECENT = 20


@blueprint.get("/premises/<number>")
@reads
def premise(number: str) -> ResponseReturnValue:
    """A place: what stands there, who is and was served, what was done."""
    session = current_session()
    found = session.scalar(select(Premise).where(Premise.number == number))
    if found is None:
        raise Problem("not_found", what="premise", key=number)
    points = session.scalars(
        select(ServicePoint)
        .where(ServicePoint.premise_id == found.id)
        .options(joinedload(ServicePoint.premise))
        .order_by(ServicePoint.number)
    ).all()
    ids = [point.id for point in points]
    agreements = session.scalars(
        select(ServiceAgreement)
        .where(ServiceAgreement.service_point_id.in_(ids))
        .options(joinedload(ServiceAgreement.account), joinedload(ServiceAgreement.service_point))
        .order_by(ServiceAgreement.start_on.desc())
    ).all()
    orders = session.scalars(
        select(Order)
        .where(Order.service_point_id.in_(ids))
        .options(joinedload(Order.technician))
        .order_by(Order.requested_at.desc())
        .limit(RECENT)
    ).all()
    return render_template(
        "csr/premise.html", premise=found, cards=cards(session, points), agreements=agreements, orders=orders
    )


@blueprint.get("/meters/<number>")
@reads
def meter(number: str) -> ResponseReturnValue:
    """A meter: where it is now and where it was. One that never moved leads straight to its premise."""
    session = current_session()
    found = session.scalar(select(Meter).where(Meter.serial == number))
    if found is None:
        raise Problem("not_found", what="meter", key=number)
    installations = session.scalars(
        select(Installation)
        .where(Installation.meter_id == found.id)
        .options(joinedload(Installation.service_point).joinedload(ServicePoint.premise))
        .order_by(Installation.installed_at.desc())
    ).all()
    if len(installations) == 1 and installations[0].removed_at is None:
        return redirect(url_for("csr.premise", number=installations[0].service_point.premise.number))
    holder = session.get(Technician, found.van_technician_id) if found.van_technician_id else None
    return render_template(
        "csr/meter.html", meter=found, installations=installations, van=holder.name if holder else None
    )
