"""A delivery of new meters, given in as a file."""

from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.imports.meter_receipts import ReceiptRow
from server.imports.runner import import_in
from server.pages.stock.blueprint import blueprint, keeps
from server.services import services
from server.uploads import uploaded_bytes
from server.viewing import ngettext
from workorders.problems import Problem

SHOWN = 200
"""Faults that the page lists; who has more has the wrong file."""


@blueprint.get("/receipts")
@keeps
def receipts() -> ResponseReturnValue:
    """The form, and which columns the file has."""
    return _page()


@blueprint.post("/receipts")
@keeps
def receive() -> ResponseReturnValue:
    """Take a delivery in, all of it or nothing; every fault is named with its row."""
    file = request.files.get("file")
    data = uploaded_bytes(file) if file is not None else b""
    if file is None or not data:
        raise Problem("bad_input", field="file", reason="choose a file")
    report = import_in(
        current_session(),
        "meter-receipts",
        (file.filename or "file")[:80],
        data,
        now=services().clock(),
        zone=ZoneInfo(services().config.timezone),
        dry_run=bool(request.form.get("dry_run")),
        actor=current_staff().name,
    )
    if report.written:
        many = report.counts.get("meters", 0)
        flash(ngettext("{count} meter is received.", "{count} meters are received.", many), "good")
        return redirect(url_for("stock.overview"))
    return render_template("stock/receipts.html", report=report, columns=_columns(), shown=SHOWN), (
        422 if report.errors else 200
    )


def _page() -> str:
    return render_template("stock/receipts.html", report=None, columns=_columns(), shown=SHOWN)


def _columns() -> list[tuple[str, bool]]:
    """(column, needed) of the file."""
    return [(name, field.required) for name, field in ReceiptRow().fields.items()]
