"""Days not closed, and every receipt number of every block."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.exports.day_pack_pdf import day_pack_pdf
from server.pages.acting import acted, shown
from server.pages.office.blueprint import blueprint, handles_cash, reads
from server.pages.office.drawers import places
from server.pages.office.review import tabs
from server.reports.cells import Reader
from server.services import services
from server.viewing import _, current_viewer, locked_out, people, technicians_gone
from workorders.grammar.times import day_from_text
from workorders.problems import Problem
from workorders.queries.cash_days import CashDay, cash_days
from workorders.queries.custody import being_counted
from workorders.queries.people import technician_names
from workorders.queries.receipt_numbers import LISTED, block_lines, blocks_of
from workorders.queries.reports.day_pack import day_pack
from workorders.usecases.cash.explain_receipt import explain_receipt

COUNT_PAGES = {"VAULT": "office.vault", "PETTY": "office.petty_cash"}
"""Ledger of a count → the page where it is closed."""


@blueprint.get("/cash/days")
@reads
def days() -> ResponseReturnValue:
    """What each day's cash came to, and what of it is open."""
    session = current_session()
    found = cash_days(session, now=services().clock())
    return render_template(
        "office/cash_days.html",
        days=found,
        settled=any(one.settled_cents for one in found),
        vaulted=any(one.vaulted_cents for one in found),
        petty=any(one.petty_cents for one in found),
        count_pages=COUNT_PAGES,
        open_days=sum(1 for one in found if not one.is_closed),
        blind=any(turn_in.state == "open" for one in found for turn_in in one.turn_ins),
        locked_out=locked_out(),
        gone_technicians=technicians_gone(),
        places=places(session) if any(map(_names_a_place, found)) else {},
        **tabs(session),
    )


@blueprint.get("/cash/days/<day>/pack.pdf")
@reads
def day_pack_file(day: str) -> ResponseReturnValue:
    """Everything about one day as one PDF: drawers, turn-ins, deposits, receipts, over and short."""
    chosen = day_from_text(day, field="day")
    results = day_pack(current_session(), chosen, now=services().clock())
    reader = Reader(current_viewer(), people())
    data = day_pack_pdf(results, chosen, reader, district=services().config.district)
    answer = Response(data, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="end-of-day-{chosen.isoformat()}.pdf"'
    return answer


@blueprint.get("/cash/receipts")
@reads
def receipt_numbers() -> ResponseReturnValue:
    """Every block with what became of each number; `?block=` shows one."""
    return _numbers(None)


@blueprint.post("/cash/receipts/<number>/explanation")
@handles_cash
def explain_number(number: str) -> ResponseReturnValue:
    """Say why a number has no receipt."""

    def act() -> str:
        explain_receipt(
            current_session(),
            number,
            request.form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.receipt_numbers", block=request.args.get("block"))

    said = _("{number} is explained.", number=number)
    return acted(act, _numbers, said=said)


def _names_a_place(day: CashDay) -> bool:
    """A kiosk, drop box, vault or box of petty cash is among what is open."""
    return bool(day.vault_counts) or any(drawer.kind != "person" for drawer in day.drawers)


def _numbers(problem: Problem | None) -> str:
    session, chosen = current_session(), request.args.get("block")
    found = block_lines(session, blocks_of(session))
    shown_block = next((one for one in found if one.block.prefix == chosen), None)
    if shown_block is None:
        shown_block = next((one for one in found if one.lines), None)
    return render_template(
        "office/receipt_numbers.html",
        blocks=found,
        chosen=shown_block,
        listed=LISTED,
        names=technician_names(session),
        blind=being_counted(session),
        **shown(problem),
        **tabs(session),
    )
