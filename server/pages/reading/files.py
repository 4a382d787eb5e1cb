"""Files of the read systems, and the layouts that say which of their columns mean what."""

from zoneinfo import ZoneInfo

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server.auth.guard import current_staff
from server.db import current_session
from server.imports.read_files import digest_of, file_rows
from server.pages.acting import acted, shown
from server.pages.reading.blueprint import blueprint, keeps, reads
from server.services import services
from server.uploads import uploaded_bytes
from server.viewing import _
from workorders.catalogue.special_read import SKIP_CODES
from workorders.messages.message import Message
from workorders.metering.read_layout import COLUMNS, DAY_FORMS, SOURCES
from workorders.problems import Problem
from workorders.queries.reading import recent_files
from workorders.tables import ReadFile, ReadLayout
from workorders.usecases.meters.read_layouts import layout_named, save_layout
from workorders.usecases.meters.take_read_file import take_read_file

SKIP_ROWS = 12
"""Pairs of skip codes that the form of a layout offers."""


@blueprint.get("/files")
@reads
def files() -> ResponseReturnValue:
    """The newest files, and a form to take one in."""
    return _page(None)


@blueprint.post("/files")
@keeps
def take() -> ResponseReturnValue:
    """Take a file in: good rows become reads, the others are named."""

    def act() -> str:
        given = request.files.get("file")
        if given is None or not given.filename:
            raise Problem("bad_input", field="file", reason="choose a file")
        data = uploaded_bytes(given)
        layout = layout_named(current_session(), request.form.get("layout", ""))
        made = take_read_file(
            current_session(),
            layout,
            file_rows(data, layout, ZoneInfo(services().config.timezone)),
            name=given.filename,
            digest=digest_of(data),
            now=services().clock(),
            actor=current_staff().name,
        )
        flash(_("The file is taken in."), "good")
        return url_for("reading.file", number=made.id)

    return acted(act, _page)


@blueprint.get("/files/<int:number>")
@reads
def file(number: int) -> ResponseReturnValue:
    """One file: what became of its rows, its gaps and its faults."""
    found = current_session().get(ReadFile, number)
    if found is None:
        raise Problem("not_found", what="read file", key=number)
    faults = [(one["row"], one["column"], Message.from_json(one["message"])) for one in found.faults]
    return render_template("reading/file.html", file=found, faults=faults)


@blueprint.get("/layouts/<name>")
@keeps
def layout(name: str) -> ResponseReturnValue:
    """A layout to be changed; `new` for another."""
    return _layout_page(name, None)


@blueprint.post("/layouts/<name>")
@keeps
def keep_layout(name: str) -> ResponseReturnValue:
    """Keep it under the name that the form gives."""
    form = request.form
    pairs = zip(form.getlist("theirs"), form.getlist("ours"), strict=False)

    def act() -> str:
        save_layout(
            current_session(),
            name=form.get("name", ""),
            source=form.get("source", ""),
            columns={column: form.get(column, "") for column in COLUMNS},
            day_form=form.get("day_form", ""),
            skip_codes={theirs.strip(): ours for theirs, ours in pairs if theirs.strip()},
            now=services().clock(),
            actor=current_staff().name,
        )
        flash(_("The layout is kept."), "good")
        return url_for("reading.files")

    return acted(act, lambda problem: _layout_page(name, problem))


def _page(problem: Problem | None) -> str:
    session = current_session()
    return render_template(
        "reading/files.html",
        files=recent_files(session),
        layouts=session.scalars(select(ReadLayout).order_by(ReadLayout.name)).all(),
        **shown(problem),
    )


def _layout_page(name: str, problem: Problem | None) -> str:
    known = None if name == "new" else current_session().get(ReadLayout, name)
    if known is None and name != "new":
        raise Problem("not_found", what="read layout", key=name)
    skips = list(known.skip_codes.items()) if known is not None else []
    if problem is not None:
        skips = list(zip(request.form.getlist("theirs"), request.form.getlist("ours"), strict=False))
    return render_template(
        "reading/layout.html",
        known=known,
        name=name,
        columns=COLUMNS,
        sources=SOURCES,
        day_forms=DAY_FORMS,
        skip_codes=SKIP_CODES,
        skips=[*skips, *([("", "")] * max(SKIP_ROWS - len(skips), 3))],
        **shown(problem),
    )
