"""Exports: what other systems were given, batch by batch, and the next one."""

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.exports.batch_files import batch_csv, batch_json, file_name
from server.exports.messages import KINDS as MESSAGES
from server.exports.messages import TITLES, batch_message
from server.pages.office.blueprint import blueprint, decides, reads
from server.pages.office.review import tabs
from server.services import services
from server.viewing import _, ngettext
from workorders.queries.exports import EXPORTS, find_batch
from workorders.usecases.exchange.export_batches import batches_made, make_batch

LISTED = 100


@blueprint.get("/exports")
@reads
def exports() -> ResponseReturnValue:
    """The kinds, and the newest batches."""
    session = current_session()
    return render_template(
        "office/exports.html",
        kinds=sorted(EXPORTS),
        messages=MESSAGES,
        standards=TITLES,
        batches=batches_made(session, LISTED),
        **tabs(session),
    )


@blueprint.post("/exports/<kind>")
@decides
def make_export(kind: str) -> ResponseReturnValue:
    """Make the next batch of a kind."""
    batch = make_batch(current_session(), kind, now=services().clock(), actor=current_staff().name)
    if batch is None:
        flash(_("Nothing is new since the last batch."), "good")
    else:
        made = ngettext("A batch of {count} row is made.", "A batch of {count} rows is made.", batch.rows)
        flash(made, "good")
    return redirect(url_for("office.exports"))


@blueprint.get("/exports/<kind>/<int:number>.<any(csv,json):form>")
@decides
def export_file(kind: str, number: int, form: str) -> ResponseReturnValue:
    """A batch that was made, with the same bytes as ever."""
    session = current_session()
    batch = find_batch(session, kind, number)
    parts = batch_csv(session, batch) if form == "csv" else batch_json(session, batch)
    types = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
    # Read now: the session ends with the request, before a stream would.
    answer = Response("".join(parts), content_type=types[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(batch, form)}"'
    return answer


@blueprint.get("/exports/<kind>/<int:number>.<any(iec61968,multispeak):standard>.<any(xml,json):form>")
@decides
def export_message(kind: str, number: int, standard: str, form: str) -> ResponseReturnValue:
    """A batch that was made, as a message of a standard."""
    session = current_session()
    batch = find_batch(session, kind, number)
    district = services().config.district
    parts = batch_message(session, batch, standard, form, district=district)
    types = {"xml": "application/xml; charset=utf-8", "json": "application/json"}
    answer = Response("".join(parts), content_type=types[form])
    name = file_name(batch, f"{standard}.{form}")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
