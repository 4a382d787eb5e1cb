"""The page of a premise."""

from collections.abc import Mapping

from flask import render_template
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from server.db import current_session
from server.pages.csr.blueprint import MOVING, blueprint, reads
from server.pages.csr.recent import looked_at
from server.pages.csr.service_points import cards
from server.services import services
from server.templating import local
from server.viewing import problem_view
from workorders.problems import Problem
from workorders.queries.account_care import changes_of
from workorders.queries.backflow import assemblies_at
from workorders.queries.cycles import cycle_of_premise
from workorders.queries.recovery import liens_on_premise
from workorders.queries.service_now import landlord_of
from workorders.tables import Order, Premise, ServiceAgreement, ServicePoint

RECENT = 20


@blueprint.get("/premises/<number>")
@reads
def premise(number: str) -> ResponseReturnValue:
    """A place: what stands there, who is and was served, what was done."""
    return premise_page(number, entered={})


def premise_page(
    number: str, *, entered: Mapping[str, str], problem: Problem | None = None, form: str = "landlord"
) -> str:
    """The page, with a problem of the landlord's form and what was entered there."""
    session = current_session()
    found = session.scalar(select(Premise).where(Premise.number == number))
    if found is None:
        raise Problem("not_found", what="premise", key=number)
    looked_at("premise", found.number)
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
    today = local(services().clock()).date()
    return render_template(
        "csr/premise.html",
        premise=found,
        cards=cards(session, points),
        agreements=agreements,
        orders=orders,
        assemblies=assemblies_at(session, ids, today=today),
        liens=liens_on_premise(session, found.id),
        landlord=landlord_of(session, found.id),
        today=today,
        cycle=cycle_of_premise(session, found.id, today),
        problem=problem_view(problem) if problem else None,
        entered=entered,
        at_form=form,
        moving=cookie.get(MOVING),
        changes=changes_of(session, f"premise:{found.id}"),
    )
