"""`/api/applications`, `/api/accounts/…/stop`, `/api/final-bills`: customers in and out."""

from typing import Any

from mobile_api.schemas import ProblemBlueprint
from server.api.move_schemas import (
    AgreementSchema,
    ApplicationSchema,
    FinalBillSchema,
    NewApplicationSchema,
    NewStopSchema,
)
from server.api.scoped import needs
from server.auth.guard import current_staff
from server.auth.roles import allow, allow_staff
from server.db import current_session
from server.services import services
from workorders.queries.agreements import FinalBill, agreements_of_account, final_bills
from workorders.queries.applications import outstanding_of
from workorders.queries.lookups import account_named
from workorders.tables import Application, ServiceAgreement
from workorders.usecases.customers.accounts import CustomerForm, open_account
from workorders.usecases.customers.start_service import StartRequest, start_service
from workorders.usecases.customers.stop_service import StopRequest, stop_service

blueprint = ProblemBlueprint("moves", __name__, url_prefix="/api", description="Customers in and out")


@blueprint.route("/applications", methods=["POST"])
@allow("csr", "supervisor")
@needs(blueprint, "agreements:write")
@blueprint.arguments(NewApplicationSchema)
@blueprint.response(201, ApplicationSchema)
def apply(body: dict[str, Any]) -> dict[str, Any]:
    """Start service, of a known account or a new customer. The same id again changes nothing."""
    session, now, actor = current_session(), services().clock(), current_staff().name
    number = body.get("account")
    if number is None:
        who = body.get("customer") or {}
        account = open_account(
            session,
            CustomerForm(**{"name": ""} | who),
            rate_class=body["rate_class"],
            now=now,
            actor=actor,
            request_id=body["id"],
        )
        number = account.number
    asked = StartRequest(
        account_number=number,
        points=tuple(body["service_points"]),
        start_on=body["start_on"],
        credit_class=body["credit_class"],
        evidence=body["evidence"],
        replace=body["replace"],
        request_id=body["id"],
    )
    return _application(start_service(session, asked, now=now, actor=actor))


@blueprint.route("/accounts/<number>/stop", methods=["POST"])
@allow("csr", "supervisor")
@needs(blueprint, "agreements:write")
@blueprint.arguments(NewStopSchema)
@blueprint.response(200, AgreementSchema(many=True))
def stop(body: dict[str, Any], number: str) -> list[dict[str, Any]]:
    """Stop service of an account at some of its service points."""
    asked = StopRequest(
        account_number=number,
        points=tuple(body["service_points"]),
        stop_on=body["stop_on"],
        forwarding_address=body["forwarding_address"],
        leave_on=body["leave_on"],
    )
    moved = stop_service(current_session(), asked, now=services().clock(), actor=current_staff().name)
    return [_agreement(one) for one in moved]


@blueprint.route("/accounts/<number>/agreements", methods=["GET"])
@allow_staff
@needs(blueprint, "accounts:read")
@blueprint.response(200, AgreementSchema(many=True))
def agreements(number: str) -> list[dict[str, Any]]:
    """The agreements of an account, newest first."""
    account = account_named(current_session(), number)
    return [_agreement(one.agreement) for one in agreements_of_account(current_session(), account)]


@blueprint.route("/final-bills", methods=["GET"])
@allow_staff
@needs(blueprint, "accounts:read")
@blueprint.response(200, FinalBillSchema(many=True))
def waiting_final_bills() -> list[dict[str, Any]]:
    """Who has left and was not handed to billing yet, with the reads of the last bill."""
    return [_final_bill(one) for one in final_bills(current_session())]


def _application(one: Application) -> dict[str, Any]:
    session = current_session()
    return {
        "number": one.id,
        "account": one.account.number,
        "state": one.state,
        "start_on": one.start_on,
        "required": [line | {"total_cents": line["cents"] + line["tax_cents"]} for line in one.required],
        "outstanding_cents": outstanding_of(session, one, now=services().clock())
        if one.state == "applied"
        else 0,
    }


def _agreement(one: ServiceAgreement) -> dict[str, Any]:
    return {
        "service_point": one.service_point.number,
        "service": one.service_point.service,
        "state": one.state,
        "start_on": one.start_on,
        "end_on": one.end_on,
        "stop_on": one.stop_on,
        "start_order": one.start_order,
        "stop_order": one.stop_order,
        "forwarding_address": one.forwarding_address,
    }


def _final_bill(one: FinalBill) -> dict[str, Any]:
    return _agreement(one.agreement) | {
        "account": one.agreement.account.number,
        "customer": one.agreement.account.customer.name,
        "meter": one.serial,
        "start_read": one.start_read.value if one.start_read else None,
        "final_read": one.final_read.value if one.final_read else None,
        "units": one.units,
    }
