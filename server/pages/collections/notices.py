"""The notices of a day's run, their batches, and what became of each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from server.auth.guard import current_staff
from server.days import day_from
from server.db import current_session
from server.exports.letters_pdf import letters_pdf
from server.pages.collections.blueprint import answers, blueprint, raises, reads
from server.services import services
from server.templating import local
from server.viewing import _, ngettext, problem_view
from workorders.grammar.times import day_from_text
from workorders.problems import Problem
from workorders.queries.notice_run import notice_run
from workorders.tables import Account, Notice, NoticeBatch
from workorders.usecases.collections.door_tags import send_out_tags, tags_to_post
from workorders.usecases.collections.mailing import customer_reached, mail_returned, mark_mailed
from workorders.usecases.collections.notices import issue_notices
from workorders.usecases.collections.returned_mail import notice_number

PAGE = 300
BATCHES = 30


@blueprint.get("/notices")
@reads
def notices() -> ResponseReturnValue:
    """Who is due which notice on `?day=`, who is not and why, and the batches so far."""
    return _page(day_from(request.args.get("day"), _today()))


@blueprint.post("/notices")
@raises
def issue() -> ResponseReturnValue:
    """Write the notices that are due as one batch."""
    day = day_from(request.form.get("day"), _today())
    try:
        batch = issue_notices(current_session(), day, now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        current_session().rollback()
        return _page(day, problem), problem.status
    flash(_("The batch is written. Print it, and mark it as mailed when it has gone out."), "good")
    return redirect(url_for("collections.batch", number=batch.id))


@blueprint.get("/notices/<int:number>")
@reads
def batch(number: int) -> ResponseReturnValue:
    """One batch and its notices."""
    return _batch_page(number)


@blueprint.get("/notices/<int:number>.pdf")
@reads
def batch_pdf(number: int) -> ResponseReturnValue:
    """The letters of a batch, a page each."""
    session = current_session()
    found = _batch(session, number)
    letters = session.execute(
        select(Notice.text, Notice.id)
        .where(Notice.batch_id == found.id, Notice.text.is_not(None))
        .order_by(Notice.kind, Notice.id)
    )
    data = letters_pdf(
        [one.text for one in letters],
        district=services().config.district,
        made_at=found.made_at,
        numbers=[notice_number(one.id) for one in letters],
    )
    answer = Response(data, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="notices-{found.day}-{found.id}.pdf"'
    return answer


@blueprint.post("/notices/<int:number>/mailed")
@raises
def mailed(number: int) -> ResponseReturnValue:
    """The batch has gone out."""
    try:
        on = day_from_text(request.form.get("mailed_on", ""), field="mailed_on")
        mark_mailed(current_session(), number, on=on, now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        current_session().rollback()
        return _batch_page(number, problem), problem.status
    flash(_("The batch is marked as mailed. Its notices count from that day."), "good")
    return redirect(url_for("collections.batch", number=number))


@blueprint.post("/notices/<int:number>/tags")
@raises
def send_tags(number: int) -> ResponseReturnValue:
    """An order for each door tag of the batch; those that cannot be sent out are listed with the reason."""
    try:
        made = send_out_tags(current_session(), number, now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        current_session().rollback()
        return _batch_page(number, problem), problem.status
    count = len(made.orders)
    if count:
        flash(ngettext("{count} order is raised.", "{count} orders are raised.", count), "good")
    if made.refused:
        return _batch_page(number, refused=[(account, problem_view(why)) for account, why in made.refused])
    return redirect(url_for("collections.batch", number=number))


@blueprint.get("/notice/<int:number>")
@reads
def notice(number: int) -> ResponseReturnValue:
    """One notice as the customer read it."""
    return _notice_page(number)


@blueprint.post("/notice/<int:number>/returned")
@answers
def returned(number: int) -> ResponseReturnValue:
    """Its mail came back."""
    try:
        on = day_from_text(request.form.get("returned_on", ""), field="returned_on")
        mail_returned(current_session(), number, on=on, now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        current_session().rollback()
        return _notice_page(number, problem), problem.status
    flash(_("The notice counts no more. Reach the customer; it is then sent again."), "good")
    return redirect(url_for("collections.notice", number=number))


@blueprint.post("/notice/<int:number>/reached")
@answers
def reached(number: int) -> ResponseReturnValue:
    """The customer was reached after the mail had come back."""
    try:
        customer_reached(
            current_session(),
            number,
            note=request.form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _notice_page(number, problem), problem.status
    flash(_("The contact is noted. The next run sends the notice again."), "good")
    return redirect(url_for("collections.notice", number=number))


def _today() -> date:
    return local(services().clock()).date()


def _page(day: date, problem: Problem | None = None) -> str:
    session = current_session()
    run = notice_run(session, day, now=services().clock())
    batches = session.execute(
        select(NoticeBatch, func.count(Notice.id))
        .outerjoin(Notice, Notice.batch_id == NoticeBatch.id)
        .group_by(NoticeBatch.id)
        .order_by(NoticeBatch.id.desc())
        .limit(BATCHES)
    ).all()
    words = ngettext("{count} notice", "{count} notices", len(run.due))
    return render_template(
        "collections/notices.html",
        day=day,
        today=_today(),
        run=run,
        due=run.due[:PAGE],
        not_due=run.not_due[:PAGE],
        kinds=Counter(one.step.kind for one in run.due),
        words=words,
        batches=batches,
        problem=problem_view(problem) if problem else None,
    )


def _batch(session: Session, number: int) -> NoticeBatch:
    found = session.get(NoticeBatch, number)
    if found is None:
        raise Problem("not_found", what="batch of notices", key=number)
    return found


def _batch_page(
    number: int,
    problem: Problem | None = None,
    refused: Sequence[tuple[str, Mapping[str, Any]]] = (),
) -> str:
    session = current_session()
    found = _batch(session, number)
    rows = session.execute(
        select(Notice, Account)
        .join(Account, Account.id == Notice.account_id)
        .where(Notice.batch_id == number)
        .options(joinedload(Account.customer))
        .order_by(Notice.kind, Notice.id)
    ).all()
    return render_template(
        "collections/batch.html",
        batch=found,
        tags=len(tags_to_post(session, found)),
        refused=refused,
        rows=rows[:PAGE],
        count=len(rows),
        kinds=Counter(row.Notice.kind for row in rows),
        today=_today(),
        problem=problem_view(problem) if problem else None,
    )


def _notice_page(number: int, problem: Problem | None = None) -> str:
    session = current_session()
    found = session.get(Notice, number)
    if found is None:
        raise Problem("not_found", what="notice", key=number)
    return render_template(
        "collections/notice.html",
        notice=found,
        account=session.get_one(Account, found.account_id),
        today=_today(),
        problem=problem_view(problem) if problem else None,
    )
