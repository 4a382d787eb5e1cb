"""`/api/payments`, `/api/payment-reversals`: money that reaches the office, and money taken back."""

from typing import Any

from sqlalchemy.orm import Session

from mobile_api.schemas import ProblemBlueprint
from server.api.money_schemas import (
    NewPaymentSchema,
    NewReversalSchema,
    PaymentDecisionSchema,
    PaymentSchema,
    PaymentsQuerySchema,
    ReversalSchema,
)
from server.api.scoped import needs
from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.payments import PaymentRow, list_payments
from server.services import services
from workorders.ledger import balance, balances
from workorders.tables import Account
from workorders.usecases.cash.approve_payment import approve_payment
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.take_payment_back import take_payment_back

blueprint = ProblemBlueprint(
    "payments", __name__, url_prefix="/api", description="Payments, their approval, and taking them back"
)


@blueprint.route("/payments", methods=["GET"])
@allow("csr", "cashier", "supervisor")
@needs(blueprint, "payments:read")
@blueprint.arguments(PaymentsQuerySchema, location="query")
@blueprint.response(200, PaymentSchema(many=True))
def payments(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Payments recorded at the office, newest first."""
    session = current_session()
    rows = list_payments(session, state=asked["state"], account=asked["account"], limit=asked["limit"])
    owed = balances(session, "AR", {row.account for row in rows})
    return [_view(row, owed[row.account]) for row in rows]


@blueprint.route("/payments", methods=["POST"])
@allow("csr", "cashier", "supervisor")
@needs(blueprint, "payments:write")
@blueprint.arguments(NewPaymentSchema)
@blueprint.response(201, PaymentSchema)
def pay(body: dict[str, Any]) -> dict[str, Any]:
    """Record a payment. It settles the account's cuts, or waits for a second person above the limit."""
    session = current_session()
    payment = record_payment(
        session,
        body["id"],
        body["account"],
        body["amount_cents"],
        body["channel"],
        now=services().clock(),
        actor=current_staff().name,
        reference=body["reference"],
        received_at=body["received_at"],
    )
    return _one(session, payment.id)


@blueprint.route("/payments/<payment_id>/approval", methods=["POST"])
@allow("supervisor")
@blueprint.arguments(PaymentDecisionSchema)
@blueprint.response(200, PaymentSchema)
def approve(body: dict[str, Any], payment_id: str) -> dict[str, Any]:
    """Approve or refuse a payment that somebody else recorded."""
    session = current_session()
    approve_payment(
        session,
        payment_id,
        approve=body["approve"],
        words=body["words"],
        now=services().clock(),
        actor=current_staff().name,
    )
    return _one(session, payment_id)


@blueprint.route("/payment-reversals", methods=["POST"])
@allow("cashier", "supervisor")
@needs(blueprint, "payments:write")
@blueprint.arguments(NewReversalSchema)
@blueprint.response(201, ReversalSchema)
def take_back(body: dict[str, Any]) -> dict[str, Any]:
    """Take a payment back: void it on its day, or record that the bank returned it."""
    session = current_session()
    row = take_payment_back(
        session,
        body["id"],
        payment=body["payment"],
        receipt=body["receipt"],
        kind=body["kind"],
        reason=body["reason"],
        now=services().clock(),
        actor=current_staff().name,
    )
    number = session.get_one(Account, row.account_id).number
    return {
        "id": row.id,
        "account": number,
        "amount_cents": row.amount_cents,
        "kind": row.kind,
        "reason": row.reason,
        "at": row.at,
        "recorded_by": row.recorded_by,
        "balance_cents": balance(session, "AR", number),
    }


def _one(session: Session, payment_id: str) -> dict[str, Any]:
    session.flush()
    [row] = list_payments(session, payment=payment_id)
    return _view(row, balance(session, "AR", row.account))


def _view(row: PaymentRow, balance_cents: int) -> dict[str, Any]:
    return {
        "id": row.id,
        "account": row.account,
        "amount_cents": row.cents,
        "channel": row.channel,
        "received_at": row.received_at,
        "state": row.state,
        "recorded_by": row.recorded_by,
        "reference": row.reference,
        "balance_cents": balance_cents,
    }
