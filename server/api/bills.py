"""`/api/bills`: what a billing system bills."""

from typing import Any

from mobile_api.schemas import ProblemBlueprint
from server.api.money_schemas import BillSchema, NewBillSchema
from server.api.scoped import needs
from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.services import services
from workorders.ledger import balance
from workorders.usecases.collections.bills import BillRequest, record_bill

blueprint = ProblemBlueprint("bills", __name__, url_prefix="/api", description="Bills with their due days")


@blueprint.route("/bills", methods=["POST"])
@allow("csr", "supervisor")
@needs(blueprint, "bills:write")
@blueprint.arguments(NewBillSchema)
@blueprint.response(201, BillSchema)
def bill(body: dict[str, Any]) -> dict[str, Any]:
    """Take a bill in. It is posted to the account, unless an opening balance holds it already."""
    session = current_session()
    asked = BillRequest(
        reference=body["reference"],
        account_number=body["account"],
        service=body["service"],
        billed_on=body["billed_on"],
        due_on=body["due_on"],
        cents=body["amount_cents"],
    )
    made = record_bill(session, asked, now=services().clock(), actor=current_staff().name)
    return {
        "reference": made.reference,
        "account": asked.account_number,
        "service": made.service,
        "billed_on": made.billed_on,
        "due_on": made.due_on,
        "amount_cents": made.amount_cents,
        "posted": made.entry_id is not None,
        "balance_cents": balance(session, "AR", asked.account_number),
    }
