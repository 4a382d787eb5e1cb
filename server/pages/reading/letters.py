"""Letters about meters: who is due one, the batches, their print; and the tests of an assembly."""

from datetime import date

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from server.auth.guard import current_staff
from server.db import current_session
from server.exports.letters_pdf import letters_pdf
from server.pages.acting import acted, shown
from server.pages.reading.blueprint import blueprint, keeps, reads, works
from server.services import services
from server.templating import local
from server.viewing import _
from workorders.grammar.times import day_from_text
from workorders.policy.service_letters import KINDS
from workorders.problems import Problem
from workorders.queries.service_letters import letters_due
from workorders.tables import (
    Account,
    BackflowDevice,
    BackflowTest,
    LetterBatch,
    Premise,
    ServiceLetter,
    ServicePoint,
)
from workorders.usecases.meters.backflow_tests import record_backflow_test
from workorders.usecases.meters.service_letters import issue_letters, mark_letters_mailed

SHOWN = 200
BATCHES = 30
TESTS = 20


@blueprint.get("/letters")
@reads
def letters() -> ResponseReturnValue:
    """Who is due a letter, by kind, and the batches so far."""
    return _page(None)


@blueprint.post("/letters")
@keeps
def issue() -> ResponseReturnValue:
    """Write the letters of a kind as one batch."""

    def act() -> str:
        kind = request.form.get("kind", "")
        made = issue_letters(current_session(), kind, now=services().clock(), actor=current_staff().name)
        flash(
            _("The letters are written. Print them, and mark them as mailed when they have gone out."), "good"
        )
        return url_for("reading.letter_batch", number=made.id)

    return acted(act, _page)


@blueprint.get("/letters/<int:number>")
@reads
def letter_batch(number: int) -> ResponseReturnValue:
    """One batch and its letters."""
    return _batch_page(number, None)


@blueprint.get("/letters/<int:number>.pdf")
@reads
def letter_file(number: int) -> ResponseReturnValue:
    """The letters of a batch, a page each."""
    session, batch = current_session(), _batch(number)
    texts = session.scalars(
        select(ServiceLetter.text).where(ServiceLetter.batch_id == batch.id).order_by(ServiceLetter.id)
    )
    data = letters_pdf(texts, district=services().config.district, made_at=batch.made_at)
    answer = Response(data, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="letters-{batch.day}-{batch.id}.pdf"'
    return answer


@blueprint.post("/letters/<int:number>/mailed")
@keeps
def letters_mailed(number: int) -> ResponseReturnValue:
    """The batch has gone out."""

    def act() -> str:
        on = day_from_text(request.form.get("mailed_on", ""), field="mailed_on")
        now = services().clock()
        mark_letters_mailed(current_session(), number, on=on, now=now, actor=current_staff().name)
        flash(_("The letters are marked as mailed."), "good")
        return url_for("reading.letter_batch", number=number)

    return acted(act, lambda problem: _batch_page(number, problem))


@blueprint.get("/backflow/<int:number>")
@reads
def assembly(number: int) -> ResponseReturnValue:
    """A backflow assembly: its tests, its letters, and a form for the next test."""
    return _assembly_page(number, None)


@blueprint.post("/backflow/<int:number>")
@works
def record_test(number: int) -> ResponseReturnValue:
    """Keep what a tester reported."""
    form = request.form

    def act() -> str:
        result = form.get("result", "")
        if result not in {"passed", "failed"}:
            raise Problem("bad_input", field="result", reason="choose the result")
        record_backflow_test(
            current_session(),
            number,
            tested_on=day_from_text(form.get("tested_on", ""), field="tested_on"),
            passed=result == "passed",
            tester=form.get("tester", ""),
            certificate=form.get("certificate", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
        flash(_("The test is on record."), "good")
        return url_for("reading.assembly", number=number)

    return acted(act, lambda problem: _assembly_page(number, problem))


def _today() -> date:
    return local(services().clock()).date()


def _page(problem: Problem | None) -> str:
    session = current_session()
    due = {kind: letters_due(session, kind, _today()) for kind in KINDS}
    batches = session.execute(
        select(LetterBatch, func.count(ServiceLetter.id))
        .outerjoin(ServiceLetter, ServiceLetter.batch_id == LetterBatch.id)
        .group_by(LetterBatch.id)
        .order_by(LetterBatch.id.desc())
        .limit(BATCHES)
    ).all()
    return render_template("reading/letters.html", due=due, batches=batches, most=SHOWN, **shown(problem))


def _batch(number: int) -> LetterBatch:
    found = current_session().get(LetterBatch, number)
    if found is None:
        raise Problem("not_found", what="batch of letters", key=number)
    return found


def _batch_page(number: int, problem: Problem | None) -> str:
    batch = _batch(number)
    rows = current_session().scalars(
        select(ServiceLetter)
        .where(ServiceLetter.batch_id == batch.id)
        .options(
            joinedload(ServiceLetter.service_point).joinedload(ServicePoint.premise),
            joinedload(ServiceLetter.account).joinedload(Account.customer),
        )
        .order_by(ServiceLetter.id)
    )
    return render_template(
        "reading/letter_batch.html",
        batch=batch,
        rows=rows.all(),
        most=SHOWN,
        today=_today(),
        **shown(problem),
    )


def _assembly_page(number: int, problem: Problem | None) -> str:
    session = current_session()
    found = session.execute(
        select(BackflowDevice, Premise)
        .join(ServicePoint, ServicePoint.id == BackflowDevice.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .where(BackflowDevice.id == number)
    ).first()
    if found is None:
        raise Problem("not_found", what="backflow assembly", key=number)
    tests = select(BackflowTest).where(BackflowTest.device_id == number)
    sent = select(ServiceLetter).where(ServiceLetter.backflow_device_id == number)
    return render_template(
        "reading/assembly.html",
        device=found[0],
        premise=found[1],
        tests=session.scalars(tests.order_by(BackflowTest.tested_on.desc()).limit(TESTS)).all(),
        letters=session.scalars(
            sent.options(joinedload(ServiceLetter.batch)).order_by(ServiceLetter.id.desc()).limit(TESTS)
        ).all(),
        today=_today(),
        **shown(problem),
    )
