"""Turn-ins: custody by technician, tablet and receipt; counting blind, signing, and lost tablets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from mobile_api.tables import Device
from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.office.blueprint import blueprint, decides, handles_cash, reads
from server.pages.office.count_form import counting_fields
from server.pages.office.review import tabs
from server.services import services
from server.viewing import _, locked_out
from workorders.grammar.cash_count import count_from_form
from workorders.problems import Problem
from workorders.queries.custody import (
    BEGINNING,
    COUNTING,
    HeldReceipt,
    counts_of,
    named_receipts,
    receipts_in_custody,
)
from workorders.queries.people import technician_names
from workorders.queries.receipt_numbers import missing_numbers
from workorders.tables import CashSignature, TurnIn
from workorders.usecases.cash.turn_ins import cancel_turn_in, count_turn_in, open_turn_in, sign_turn_in

RECENT = 50
"""Turn-ins listed."""


@dataclass(slots=True)
class Tablet:
    """What a technician holds from one tablet."""

    id: str
    name: str
    revoked: bool
    receipts: list[HeldReceipt] = field(default_factory=list)


@dataclass(slots=True)
class Holder:
    """A technician who holds money."""

    id: str
    name: str
    missing: list[str]
    tablets: dict[str, Tablet] = field(default_factory=dict)


@blueprint.get("/cash/turn-ins")
@reads
def turn_ins() -> ResponseReturnValue:
    """Who holds which receipts, what is being counted, and what was signed lately."""
    return _list(None)


@blueprint.post("/cash/turn-ins")
@handles_cash
def begin_turn_in() -> ResponseReturnValue:
    """Open a turn-in over the receipts that are handed in."""
    form = request.form

    def act() -> str:
        made = open_turn_in(
            current_session(),
            form.get("technician", ""),
            form.getlist("receipt"),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.turn_in", turn_in_id=made.id)

    return acted(act, _list)


@blueprint.post("/cash/lost-tablets")
@decides
def begin_lost_tablet() -> ResponseReturnValue:
    """Open the custody case of a revoked tablet over all its receipts."""
    form, session = request.form, current_session()

    def act() -> str:
        device = session.get(Device, form.get("device", ""))
        if device is None or device.revoked_at is None:
            raise Problem("tablet_not_revoked", device=form.get("device", ""))
        made = open_turn_in(
            session,
            form.get("technician", ""),
            [],
            device_id=device.id,
            lost=True,
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.turn_in", turn_in_id=made.id)

    return acted(act, _list)


@blueprint.get("/cash/turn-ins/<turn_in_id>")
@reads
def turn_in(turn_in_id: str) -> ResponseReturnValue:
    """One turn-in: to be counted, to be signed, or as it was signed."""
    return _one(turn_in_id, None)


@blueprint.post("/cash/turn-ins/<turn_in_id>/count")
@handles_cash
def count_one_turn_in(turn_in_id: str) -> ResponseReturnValue:
    """Keep what the signed-in person found."""
    session = current_session()

    def act() -> str:
        items = [one.number for one in named_receipts(session, turn_in_id) if one.method != "cash"]
        count = count_from_form(request.form, items)
        count_turn_in(session, turn_in_id, count, now=services().clock(), actor=current_staff().name)
        return url_for("office.turn_in", turn_in_id=turn_in_id)

    return acted(act, lambda problem: _one(turn_in_id, problem), said=_("Your count is kept."))


@blueprint.post("/cash/turn-ins/<turn_in_id>/signature")
@handles_cash
def sign_one_turn_in(turn_in_id: str) -> ResponseReturnValue:
    """Sign for what was counted."""

    def act() -> str:
        sign_turn_in(
            current_session(),
            turn_in_id,
            reason=request.form.get("reason", ""),
            as_supervisor=current_staff().may("supervisor"),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.turn_in", turn_in_id=turn_in_id)

    return acted(act, lambda problem: _one(turn_in_id, problem), said=_("You have signed."))


@blueprint.post("/cash/turn-ins/<turn_in_id>/cancellation")
@handles_cash
def give_up_turn_in(turn_in_id: str) -> ResponseReturnValue:
    """Give a turn-in up before anybody has signed."""

    def act() -> str:
        cancel_turn_in(
            current_session(),
            turn_in_id,
            reason=request.form.get("reason", ""),
            as_supervisor=current_staff().may("supervisor"),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.turn_ins")

    said = _("{turn_in} is given up; its receipts are in custody again.", turn_in=turn_in_id)
    return acted(act, lambda problem: _one(turn_in_id, problem), said=said)


def _list(problem: Problem | None) -> str:
    session = current_session()
    return render_template(
        "office/turn_ins.html",
        holders=_holders(session),
        standing=session.scalars(
            select(TurnIn).where(TurnIn.state.in_(COUNTING)).order_by(TurnIn.id).limit(RECENT)
        ).all(),
        past=session.scalars(
            select(TurnIn)
            .where(TurnIn.closed_at > BEGINNING)
            .order_by(TurnIn.closed_at.desc(), TurnIn.id.desc())
            .limit(RECENT)
        ).all(),
        names=technician_names(session),
        **shown(problem),
        **tabs(session),
    )


def _one(turn_in_id: str, problem: Problem | None) -> str:
    session = current_session()
    found = session.get(TurnIn, turn_in_id)
    if found is None:
        raise Problem("not_found", what="turn-in", key=turn_in_id)
    counts, me = counts_of(session, turn_in_id), current_staff().name
    people = list(dict.fromkeys(one.counted_by for one in counts))
    signatures = session.scalars(
        select(CashSignature)
        .where(CashSignature.subject == turn_in_id)
        .order_by(CashSignature.signed_at, CashSignature.signed_by)
    ).all()
    return render_template(
        "office/turn_in.html",
        turn_in=found,
        name=technician_names(session).get(found.technician_id, found.technician_id),
        receipts=named_receipts(session, turn_in_id),
        counts=counts,
        people=people,
        mine=me in people,
        may_count=found.state == "open" and (me in people or len(people) < 2),
        signatures=signatures,
        may_sign=found.state == "counted"
        and me not in {one.signed_by for one in signatures}
        and (me in people or (found.kind == "lost_tablet" and current_staff().may("supervisor"))),
        may_give_up=found.state in COUNTING
        and (not signatures or (current_staff().may("supervisor") and me not in people)),
        gone=locked_out(),
        missing=missing_numbers(session, [found.technician_id])[found.technician_id]
        if found.state in COUNTING
        else [],
        **counting_fields(),
        **shown(problem),
        **tabs(session),
    )


def _holders(session: Session) -> list[Holder]:
    names = technician_names(session)
    devices = {one.id: one for one in session.scalars(select(Device))}
    held = receipts_in_custody(session)
    missing = missing_numbers(session, {receipt.technician for receipt in held})
    found = {one: Holder(one, names.get(one, one), numbers) for one, numbers in missing.items()}
    for receipt in held:
        holder = found[receipt.technician]
        tablet = holder.tablets.setdefault(receipt.device, _tablet(receipt.device, devices))
        tablet.receipts.append(receipt)
    return sorted(found.values(), key=lambda one: one.name)


def _tablet(device_id: str, devices: Mapping[str, Device]) -> Tablet:
    known = devices.get(device_id)
    if known is None:
        return Tablet(device_id, device_id, revoked=False)
    return Tablet(device_id, known.name, known.revoked_at is not None)
