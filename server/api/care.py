"""`/api/accounts/…/notes` and `…/adjustments`: the contact log, and money moved without a payment."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from mobile_api.schemas import ProblemBlueprint
from server.api.care_schemas import (
    AdjustmentDecisionSchema,
    AdjustmentSchema,
    AdjustmentsQuerySchema,
    CallBackDoneSchema,
    NewAdjustmentSchema,
    NewNoteSchema,
    NoteSchema,
)
from server.api.scoped import needs
from server.auth.guard import current_staff
from server.auth.roles import allow, allow_staff
from server.db import current_session
from server.services import services
from workorders.ledger import balances
from workorders.problems import Problem
from workorders.queries.lookups import account_named
from workorders.tables import Account, AccountNote, Adjustment
from workorders.usecases.customers.adjust import AdjustmentRequest, decide_adjustment, request_adjustment
from workorders.usecases.customers.notes import add_note, call_back_done

blueprint = ProblemBlueprint(
    "care", __name__, url_prefix="/api", description="Notes, the contact log, and adjustments of accounts"
)
NOTES = 200
"""Newest notes that are given."""


@blueprint.route("/accounts/<number>/notes", methods=["GET"])
@allow_staff
@needs(blueprint, "accounts:read")
@blueprint.response(200, NoteSchema(many=True))
def notes(number: str) -> list[dict[str, Any]]:
    """The newest notes of an account, call-backs included."""
    session = current_session()
    account = account_named(session, number)
    query = select(AccountNote).where(AccountNote.account_id == account.id)
    rows = session.scalars(query.order_by(AccountNote.id.desc()).limit(NOTES))
    return [_note(one, account.number) for one in rows]


@blueprint.route("/accounts/<number>/notes", methods=["POST"])
@allow("csr", "dispatcher", "cashier", "supervisor")
@needs(blueprint, "notes:write")
@blueprint.arguments(NewNoteSchema)
@blueprint.response(201, NoteSchema)
def note(body: dict[str, Any], number: str) -> dict[str, Any]:
    """Keep a note, with a day to call back on where one was promised."""
    session = current_session()
    made = add_note(
        session,
        number,
        kind=body["kind"],
        words=body["words"],
        call_back_on=body["call_back_on"],
        request_id=body["id"] or None,
        now=services().clock(),
        actor=current_staff().name,
    )
    return _note(made, session.get_one(Account, made.account_id).number)


@blueprint.route("/notes/<int:note_id>/done", methods=["POST"])
@allow("csr", "dispatcher", "cashier", "supervisor")
@needs(blueprint, "notes:write")
@blueprint.arguments(CallBackDoneSchema)
@blueprint.response(200, NoteSchema)
def done(body: dict[str, Any], note_id: int) -> dict[str, Any]:
    """Say what came of a call back."""
    session = current_session()
    made = call_back_done(
        session, note_id, outcome=body["outcome"], now=services().clock(), actor=current_staff().name
    )
    return _note(made, session.get_one(Account, made.account_id).number)


@blueprint.route("/accounts/<number>/adjustments", methods=["GET"])
@allow_staff
@needs(blueprint, "accounts:read")
@blueprint.arguments(AdjustmentsQuerySchema, location="query")
@blueprint.response(200, AdjustmentSchema(many=True))
def adjustments(asked: dict[str, Any], number: str) -> list[dict[str, Any]]:
    """The newest adjustments of an account."""
    session = current_session()
    account = account_named(session, number)
    query = _adjustments().where(Adjustment.account_id == account.id)
    if asked["state"] is not None:
        query = query.where(Adjustment.state == asked["state"])
    newest = query.order_by(Adjustment.requested_at.desc(), Adjustment.id).limit(asked["limit"])
    owed = balances(session, "AR", {account.number})[account.number]
    return [_adjustment(one, owed) for one in session.scalars(newest)]


@blueprint.route("/accounts/<number>/adjustments", methods=["POST"])
@allow("csr", "cashier", "supervisor")
@needs(blueprint, "adjustments:write")
@blueprint.arguments(NewAdjustmentSchema)
@blueprint.response(201, AdjustmentSchema)
def adjust(body: dict[str, Any], number: str) -> dict[str, Any]:
    """Move money of the account: posted within the caller's limit, else kept for a second person."""
    staff = current_staff()
    request = AdjustmentRequest(
        id=body["id"],
        account_number=number,
        kind=body["kind"],
        amount_cents=body["amount_cents"],
        reason=body["reason"],
        evidence=body["evidence"],
        to_account=body["to_account"],
    )
    made = request_adjustment(
        current_session(), request, roles=staff.roles, now=services().clock(), actor=staff.name
    )
    return _one(made.id)


@blueprint.route("/adjustments/<adjustment_id>/decision", methods=["POST"])
@allow("supervisor")
@blueprint.arguments(AdjustmentDecisionSchema)
@blueprint.response(200, AdjustmentSchema)
def decide(body: dict[str, Any], adjustment_id: str) -> dict[str, Any]:
    """Approve or refuse an adjustment that somebody else asked for."""
    made = decide_adjustment(
        current_session(),
        adjustment_id,
        approve=body["approve"],
        words=body["words"],
        now=services().clock(),
        actor=current_staff().name,
    )
    return _one(made.id)


def _one(adjustment_id: str) -> dict[str, Any]:
    session = current_session()
    session.flush()
    found = session.scalar(_adjustments().where(Adjustment.id == adjustment_id))
    if found is None:
        raise Problem("not_found", what="adjustment", key=adjustment_id)
    number = found.account.number
    return _adjustment(found, balances(session, "AR", {number})[number])


def _adjustments() -> Select[Adjustment]:
    return select(Adjustment).options(joinedload(Adjustment.account), joinedload(Adjustment.to_account))


def _adjustment(one: Adjustment, balance_cents: int) -> dict[str, Any]:
    return {
        "id": one.id,
        "account": one.account.number,
        "to_account": one.to_account.number if one.to_account is not None else None,
        "kind": one.kind,
        "amount_cents": one.amount_cents,
        "reason": one.reason,
        "evidence": one.evidence,
        "state": one.state,
        "requested_at": one.requested_at,
        "requested_by": one.requested_by,
        "decided_at": one.decided_at,
        "decided_by": one.decided_by,
        "decision": one.decision,
        "balance_cents": balance_cents,
    }


def _note(one: AccountNote, number: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "account": number,
        "kind": one.kind,
        "words": one.words,
        "at": one.at,
        "by": one.actor,
        "call_back_on": one.call_back_on,
        "done_at": one.done_at,
        "done_by": one.done_by,
        "outcome": one.outcome,
    }
