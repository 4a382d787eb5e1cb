"""Imports: files taken in by this page, the command or the watched folder; and undoing one."""

from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.imports.kinds import KINDS
from server.imports.report import ImportReport
from server.imports.runner import import_rows
from server.pages.acting import acted, shown
from server.pages.office.blueprint import blueprint, decides
from server.pages.office.review import tabs
from server.services import services
from server.uploads import uploaded_bytes
from server.viewing import _, problem_view
from workorders.problems import Problem
from workorders.queries.import_runs import find_run, import_runs
from workorders.queries.undoing_imports import never_undone, undoing_of
from workorders.usecases.exchange.undo_import import undo_import

LISTED = 100
SHOWN_ERRORS = 200
ADMINISTERED = frozenset({"technicians", "shifts"})


@blueprint.get("/imports")
@decides
def imports() -> ResponseReturnValue:
    """The newest runs, and the form that takes a file in."""
    return _list(None, None)


@blueprint.post("/imports")
@decides
def take_file() -> ResponseReturnValue:
    """Import a file, or only check it: all of it or nothing."""
    kind, given = request.form.get("kind", ""), request.files.get("file")
    try:
        if kind not in _kinds():
            raise Problem("bad_input", field="kind", reason="it is none of the choices")
        if given is None or not given.filename:
            raise Problem("bad_input", field="file", reason="choose a file")
    except Problem as problem:
        return _list(problem, None), problem.status
    # The request's own transaction would keep SQLite's only writer from the import's.
    current_session().rollback()
    report = import_rows(
        services().sessions,
        kind,
        given.filename,
        uploaded_bytes(given),
        now=services().clock(),
        zone=ZoneInfo(services().config.timezone),
        dry_run=request.form.get("dry_run") == "yes",
        data_dir=services().config.data_dir,
        actor=current_staff().name,
        way="page",
    )
    if report.run is None or report.errors:
        return _list(None, report), 422 if report.errors else 200
    flash(_("The file is imported."), "good")
    return redirect(url_for("office.import_run", number=report.run))


@blueprint.get("/imports/<int:number>")
@decides
def import_run(number: int) -> ResponseReturnValue:
    """One run: what it brought or why it was refused, and what undoing it would take away."""
    return _one(number, None)


@blueprint.post("/imports/<int:number>/undo")
@decides
def undo_run(number: int) -> ResponseReturnValue:
    """Take away what an import added."""

    def act() -> str:
        undo_import(current_session(), number, now=services().clock(), actor=current_staff().name)
        return url_for("office.import_run", number=number)

    return acted(act, lambda problem: _one(number, problem), said=_("The import is undone."))


def _kinds() -> list[str]:
    """The kinds of files that somebody may give in: technicians and shifts have pages of administrators."""
    administers = current_staff().may("admin")
    return [kind for kind in KINDS if administers or kind not in ADMINISTERED]


def _list(problem: Problem | None, report: ImportReport | None) -> str:
    session = current_session()
    return render_template(
        "office/imports.html",
        runs=import_runs(session, limit=LISTED),
        kinds=_kinds(),
        report=report,
        most=SHOWN_ERRORS,
        folder=services().config.incoming_dir,
        **shown(problem),
        **tabs(session),
    )


def _one(number: int, problem: Problem | None) -> str:
    session = current_session()
    run = find_run(session, number)
    never = never_undone(run)
    # Counting all that rests on an import takes its time: only who thinks of undoing it waits.
    asked = never is None and (problem is not None or "undoing" in request.args)
    undoing = undoing_of(session, run) if asked else None
    refused = Problem("import_not_undoable", reason=never) if never is not None else None
    return render_template(
        "office/import_run.html",
        run=run,
        undoing=undoing,
        refused=problem_view(refused) if refused else None,
        **shown(problem),
        **tabs(session),
    )
