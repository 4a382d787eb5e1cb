"""`/api/accounts`, `/api/search`: customers as the office knows them."""

from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from mobile_api.schemas import ProblemBlueprint
from server.api.account_schemas import AccountSchema, HitSchema, SearchQuerySchema
from server.api.scoped import needs
from server.auth.roles import allow_staff
from server.db import current_session
from server.services import services
from workorders.judgement.lifecycle import ACTIVE
from workorders.ledger import balance
from workorders.queries.account_facts import needed_now
from workorders.queries.accounts import find_account
from workorders.queries.search import Hit, search
from workorders.tables import Account, Installation, Meter, Order, Premise, ServiceAgreement, ServicePoint

blueprint = ProblemBlueprint("accounts", __name__, url_prefix="/api", description="Accounts and payments")


@blueprint.route("/accounts/<number>", methods=["GET"])
@allow_staff
@needs(blueprint, "accounts:read")
@blueprint.response(200, AccountSchema)
def account(number: str) -> dict[str, Any]:
    """An account: its customer, service points, balance and open orders."""
    session = current_session()
    found = find_account(session, number)
    orders = select(Order.number).where(Order.account_id == found.id, Order.state.in_(sorted(ACTIVE)))
    return {
        "number": found.number,
        "customer": found.customer.name,
        "status": found.status,
        "rate_class": found.rate_class,
        "balance_cents": balance(session, "AR", found.number),
        "avoids_cut_cents": needed_now(session, found, now=services().clock()),
        "deposit_cents": -balance(session, "DEP", found.number),
        "as_of": services().clock(),
        "service_points": _points(session, found),
        "open_orders": list(session.scalars(orders.order_by(Order.number))),
    }


@blueprint.route("/search", methods=["GET"])
@allow_staff
@needs(blueprint, "accounts:read")
@blueprint.arguments(SearchQuerySchema, location="query")
@blueprint.response(200, HitSchema(many=True))
def find(asked: dict[str, str]) -> list[Hit]:
    """Find accounts, orders, meters and premises."""
    return search(current_session(), asked["q"])


def _points(session: Session, found: Account) -> list[dict[str, Any]]:
    rows = session.execute(
        select(ServicePoint, Premise, Meter.serial, ServiceAgreement.serving)
        .join(ServiceAgreement, ServiceAgreement.service_point_id == ServicePoint.id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .outerjoin(
            Installation,
            and_(Installation.service_point_id == ServicePoint.id, Installation.removed_at.is_(None)),
        )
        .outerjoin(Meter, Meter.id == Installation.meter_id)
        .where(ServiceAgreement.account_id == found.id)
        .order_by(ServicePoint.number, ServiceAgreement.start_on)
    )
    return [
        {
            "number": point.number,
            "service": point.service,
            "size": point.size,
            "state": point.state,
            "premise": premise.number,
            "address": premise.address,
            "meter": serial,
            "current": serving,
        }
        for point, premise, serial, serving in rows
    ]
