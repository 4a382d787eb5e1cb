"""Documents that could not be understood or may not be believed, and what a supervisor does about them."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.office.blueprint import blueprint, decides, reads
from server.pages.office.review import PAGE, tabs
from server.services import services
from server.viewing import _, problem_view, said
from workorders.problems import Problem
from workorders.tables import Quarantine, QuarantineDecision, Technician
from workorders.usecases.field.quarantine_review import judge_again, settle_document


@blueprint.get("/quarantine")
@reads
def quarantine() -> ResponseReturnValue:
    """What waits, oldest first, and what was dealt with lately."""
    return _page(None, None)


@blueprint.get("/quarantine/<int:number>")
@reads
def document(number: int) -> ResponseReturnValue:
    """The same page, at one document."""
    if current_session().get(Quarantine, number) is None:
        raise Problem("not_found", what="document kept aside", key=number)
    return _page(number, None)


@blueprint.post("/quarantine/<int:number>")
@decides
def decide_document(number: int) -> ResponseReturnValue:
    """Judge a kept document again, or settle it with words."""
    session, now, actor = current_session(), services().clock(), current_staff().name
    what = request.form.get("what")
    try:
        if what == "again":
            answer = judge_again(session, number, now=now, actor=actor)
            taken = answer.status != "quarantined"
            became = said(answer.message)
            words = _("Reprocessed: {answer}") if taken else _("Still in quarantine: {answer}")
            flash(words.format(answer=became), "good" if taken else "bad")
        elif what == "settle":
            kept = settle_document(session, number, words=request.form.get("words", ""), now=now, actor=actor)
            flash(_("{document} is settled.", document=kept.document_id), "good")
        else:
            raise Problem("bad_input", field="what", reason="again or settle")
    except Problem as problem:
        session.rollback()
        return _page(number, problem, request.form), problem.status
    return redirect(url_for("office.quarantine"))


def _page(
    at_document: int | None, problem: Problem | None, entered: Mapping[str, str] = MappingProxyType({})
) -> str:
    session = current_session()
    waiting = select(Quarantine).where(~Quarantine.decision.has()).order_by(Quarantine.id)
    settled = select(Quarantine).join(Quarantine.decision)
    settled = settled.order_by(QuarantineDecision.decided_at.desc(), Quarantine.id.desc())
    people = session.execute(select(Technician.id, Technician.name))
    return render_template(
        "office/quarantine.html",
        documents=session.scalars(waiting.limit(PAGE)).all(),
        settled=session.scalars(settled.limit(10)).all(),
        names={f"tech-{id_}": name for id_, name in people},
        at_document=at_document,
        problem=problem_view(problem) if problem else None,
        entered=entered.get("words", ""),
        **tabs(session),
    )
