"""`/api/exceptions`: what a human must decide."""

from typing import Any

from sqlalchemy import select

from mobile_api.schemas import ProblemBlueprint
from server.api.order_schemas import DecisionSchema, ExceptionSchema, ExceptionsQuerySchema
from server.api.scoped import needs
from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.services import services
from server.viewing import said
from workorders.queries.case_choices import is_blocking
from workorders.tables import ExceptionCase
from workorders.usecases.field.decisions import decide_exception

blueprint = ProblemBlueprint(
    "exceptions", __name__, url_prefix="/api/exceptions", description="Cases for a human"
)


@blueprint.route("", methods=["GET"])
@allow("supervisor", "cashier", "dispatcher", "csr")
@needs(blueprint, "exceptions:read")
@blueprint.arguments(ExceptionsQuerySchema, location="query")
@blueprint.response(200, ExceptionSchema(many=True))
def list_exceptions(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """List cases, oldest first."""
    query = select(ExceptionCase).order_by(ExceptionCase.id).limit(asked["limit"])
    if asked["state"] != "all":
        query = query.where(ExceptionCase.state == asked["state"])
    if "order" in asked:
        query = query.where(ExceptionCase.order_number == asked["order"])
    return [_view(case) for case in current_session().scalars(query)]


@blueprint.route("/<int:number>/decide", methods=["POST"])
@allow("supervisor")
@blueprint.arguments(DecisionSchema)
@blueprint.response(200, ExceptionSchema)
def decide(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Accept or reject a case with a reason."""
    case = decide_exception(
        current_session(),
        number,
        accept=body["accept"],
        words=body["words"],
        now=services().clock(),
        actor=current_staff().name,
    )
    return _view(case)


def _view(case: ExceptionCase) -> dict[str, Any]:
    return {
        name: getattr(case, name)
        for name in (
            "id",
            "code",
            "source",
            "opened_at",
            "state",
            "decided_at",
            "decided_by",
            "detail",
        )
    } | {
        "order": case.order_number,
        "blocking": is_blocking(case),
        "message": case.message.as_json(),
        "words": said(case.message),
        "decision": said(case.decided_as) or None,
    }
