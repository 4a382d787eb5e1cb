"""Final bills that wait for the billing system: the list, its hand-over, and the file."""

import csv
import io
from datetime import datetime

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr.blueprint import blueprint, reads
from server.services import services
from server.viewing import ngettext, problem_view
from workorders.grammar.times import instant_from_text
from workorders.problems import Problem
from workorders.queries.agreements import FinalBill, final_bills
from workorders.tables import ServiceAgreement
from workorders.usecases.customers.daily import hand_off_final_bills

BATCHES = 12
"""Hand-overs listed, newest first."""
COLUMNS = (
    "account",
    "customer",
    "mailing_address",
    "service_point",
    "service",
    "start_on",
    "end_on",
    "meter",
    "start_read",
    "final_read",
    "final_read_at",
    "units",
    "unit",
)


@blueprint.get("/final-bills")
@reads
def final_bill_list() -> ResponseReturnValue:
    """Who has left and was not billed yet."""
    return _page(None)


@blueprint.post("/final-bills")
@allow("csr", "supervisor")
def hand_over() -> ResponseReturnValue:
    """Mark them as handed over; the file of the hand-over is listed."""
    try:
        given = hand_off_final_bills(current_session(), now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        current_session().rollback()
        return _page(problem), problem.status
    words = ngettext("{count} final bill is handed over.", "{count} final bills are handed over.", len(given))
    flash(words, "good")
    return redirect(url_for("csr.final_bill_list"))


@blueprint.get("/final-bills.csv")
@reads
def final_bill_file() -> ResponseReturnValue:
    """The file of one hand-over, `?at=` its instant; without it, what waits now."""
    given = request.args.get("at", "").replace(" ", "+")
    at = instant_from_text(given, field="at") if given else None
    answer = Response(as_csv(final_bills(current_session(), handed_off_at=at)), content_type="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=final-bills.csv"
    return answer


def as_csv(bills: list[FinalBill]) -> str:
    """A line for each service that ended."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for one in bills:
        agreement = one.agreement
        customer = agreement.account.customer
        place = agreement.service_point.premise.address
        writer.writerow(
            [
                agreement.account.number,
                customer.name,
                agreement.forwarding_address or customer.mailing_address or place,
                agreement.service_point.number,
                agreement.service_point.service,
                agreement.start_on,
                agreement.end_on,
                one.serial or "",
                one.start_read.value if one.start_read else "",
                one.final_read.value if one.final_read else "",
                one.final_read.taken_at.isoformat() if one.final_read else "",
                "" if one.units is None else one.units,
                one.unit or "",
            ]
        )
    return written.getvalue()


def _page(problem: Problem | None) -> str:
    session = current_session()
    batches: list[tuple[datetime, int]] = [
        (at, count)
        for at, count in session.execute(
            select(ServiceAgreement.handed_off_at, func.count())
            .where(ServiceAgreement.handed_off_at.is_not(None))
            .group_by(ServiceAgreement.handed_off_at)
            .order_by(ServiceAgreement.handed_off_at.desc())
            .limit(BATCHES)
        )
        if at is not None
    ]
    return render_template(
        "csr/final_bills.html",
        bills=final_bills(session),
        batches=batches,
        problem=problem_view(problem) if problem else None,
    )
