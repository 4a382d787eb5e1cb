"""Payments by web, telephone and card: those that wait for their processor, and the batches it paid out."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.office.blueprint import blueprint, handles_cash, reads
from server.pages.office.review import tabs
from server.services import services
from workorders.grammar.money import AMOUNT_MAX_CENTS, cents_from_text
from workorders.grammar.times import day_from_text
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.settlements import (
    SHOWN,
    find_settlement,
    recent_settlements,
    unsettled,
    unsettled_totals,
)
from workorders.usecases.cash.settlements import Batch, settle

RECENT = 50


@blueprint.get("/cash/settlements")
@reads
def settlements() -> ResponseReturnValue:
    """What waits for a processor, and the latest batches."""
    return _list(None)


@blueprint.post("/cash/settlements")
@handles_cash
def take_settlement() -> ResponseReturnValue:
    """Take in a batch of the payments that are ticked."""
    form = request.form

    def act() -> str:
        fee = form.get("fee", "").strip()
        wanted = Batch(
            form.get("processor", ""),
            form.get("batch", ""),
            day_from_text(form.get("settled_on", ""), field="settled_on"),
            form.getlist("payment"),
            form.get("chargebacks", "").replace(",", " ").split(),
            cents_from_text(fee, field="fee", most=AMOUNT_MAX_CENTS) if fee else 0,
        )
        made = settle(current_session(), wanted, now=services().clock(), actor=current_staff().name)
        return url_for("office.settlement", settlement_id=made.id)

    return acted(act, _list)


@blueprint.get("/cash/settlements/<settlement_id>")
@reads
def settlement(settlement_id: str) -> ResponseReturnValue:
    """One batch: its payments, what was kept, and its deposit."""
    session = current_session()
    view = find_settlement(session, settlement_id)
    return render_template("office/settlement.html", view=view, **tabs(session))


def _list(problem: Problem | None) -> str:
    session = current_session()
    count, cents = unsettled_totals(session)
    waiting = unsettled(session)
    ticked = request.form.getlist("payment")
    if problem is None and request.args.get("all") == "yes":
        ticked = [one.id for one in waiting]
    return render_template(
        "office/settlements.html",
        waiting=waiting,
        count=count,
        cents=cents,
        most=SHOWN,
        settlements=recent_settlements(session, RECENT),
        today=district_of(session).day_of(services().clock()),
        ticked=ticked,
        **shown(problem),
        **tabs(session),
    )
