"""The health of the pipeline: what could not reach a tablet or be ingested, and what to do about it."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.office.blueprint import blueprint, decides, reads
from server.pages.office.review import tabs
from server.services import services
from server.viewing import _, problem_view
from sync.pipeline.ingest import retry_feed
from workorders.messages.texts import N_
from workorders.problems import Problem
from workorders.queries.outgoing_mail import delayed_letters
from workorders.queries.pipeline_health import (
    delayed_documents,
    delayed_feeds,
    failed_events,
    worker_loops,
)
from workorders.queries.webhooks import failing_webhooks
from workorders.tables import Technician
from workorders.usecases.district.delayed_documents import retry_document, set_document_aside
from workorders.usecases.exchange.outgoing_mail import retry_letter, set_letter_aside

REASONS = {
    "render_failed": N_(
        "The records do not make a document. Mend the record it is about, then try it again."
    ),
    "document_too_large": N_(
        "The document is larger than tablets take. Shorten its texts, such as instructions, and try it again."
    ),
    "publish_failed": N_("The program failed on it. Try it again; ask your administrator if it stays here."),
    "store_unavailable": N_("The technician's database does not answer. It is tried again by itself."),
    "lost_race": N_("Others wrote the same records each time. It is tried again by itself."),
    "folder_not_written": N_(
        "The outgoing folder cannot be written. Look at its disk and its rights; it is tried again by itself."
    ),
    "letter_failed": N_("The program failed on this letter. Ask your administrator."),
    "not_allowed": N_(
        "Whoever scheduled it may not read this report any more. End it and let somebody else begin one."
    ),
    "bad_input": N_("The receipt is void by now, or the report's filters name what is gone. Set it aside."),
    "bad_setting": N_("A setting is missing: CURBSTOP_PUBLIC_URL, where customers reach the pages."),
    "feed_failed": N_("The program could not read this tablet's feed. Ask your administrator."),
}
"""What is wrong and what to do, by the code of a failure."""
RECEIVERS = {
    "answered": N_("Ask who runs the receiver: it refuses what it is sent, and its answer may say why."),
    "no_answer": N_("Is the receiver running, and may this server reach it? It is tried again by itself."),
    "timed_out": N_("The receiver, or the service of names, is too slow. It is tried again by itself."),
    "name_unknown": N_("Look for a slip in the address, and whether the host's name still exists."),
    "address_refused": N_("Only the networks that the settings name may be reached besides the internet."),
    "not_trusted": N_("The receiver's certificate has ended or is not known here. Have it renewed."),
    "secret_lost": N_("End this webhook and add it anew."),
    "not_readable": N_("The program failed on it. Ask your administrator; the log says why."),
}
"""What to do about a webhook, by why its delivery failed."""
OTHERWISE = N_("The store refused it. Try it again; ask your administrator if it stays here.")
QUIET = timedelta(minutes=2)
"""A loop that has not run through for so long has stopped or hangs."""
UNJUDGED = frozenset({"upkeep", "previews"})
"""Upkeep runs hourly, and a preview of rules may take as long as a large district needs."""


@blueprint.get("/health")
@reads
def health() -> ResponseReturnValue:
    """Everything that is delayed, with its reason and its next try."""
    return _page(None)


@blueprint.post("/health/documents/<int:number>")
@decides
def decide_delayed(number: int) -> ResponseReturnValue:
    """Try a delayed document now, or set it aside."""
    session, now = current_session(), services().clock()
    what = request.form.get("what")
    try:
        if what == "retry":
            row = retry_document(session, number, now=now)
            flash(_("{document} is tried again now.", document=f"{row.topic}:{row.key}"), "good")
        elif what == "set_aside":
            row = set_document_aside(session, number, now=now, actor=current_staff().name)
            flash(_("{document} is set aside until it changes.", document=f"{row.topic}:{row.key}"), "good")
        else:
            raise Problem("bad_input", field="what", reason="retry or set_aside")
    except Problem as problem:
        session.rollback()
        return _page(problem), problem.status
    return redirect(url_for("office.health"))


@blueprint.post("/health/feeds/<database>")
@decides
def decide_feed(database: str) -> ResponseReturnValue:
    """Read a delayed feed now."""
    retry_feed(current_session(), database)
    flash(_("The feed is read again now."), "good")
    return redirect(url_for("office.health"))


@blueprint.post("/health/letters/<int:number>")
@decides
def decide_letter(number: int) -> ResponseReturnValue:
    """Try a letter by e-mail now, or set it aside."""
    session, now = current_session(), services().clock()
    what = request.form.get("what")
    try:
        if what == "retry":
            retry_letter(session, number)
            flash(_("The letter is tried again now."), "good")
        elif what == "set_aside":
            set_letter_aside(session, number, now=now, actor=current_staff().name)
            flash(_("The letter is set aside."), "good")
        else:
            raise Problem("bad_input", field="what", reason="retry or set_aside")
    except Problem as problem:
        session.rollback()
        return _page(problem), problem.status
    return redirect(url_for("office.health"))


def _page(problem: Problem | None) -> str:
    session = current_session()
    now = services().clock()
    people = session.execute(select(Technician.id, Technician.name))
    beats = worker_loops(session)
    return render_template(
        "office/health.html",
        documents=delayed_documents(session),
        feeds=delayed_feeds(session),
        letters=delayed_letters(session),
        events=failed_events(session),
        webhooks=failing_webhooks(session),
        receivers=RECEIVERS,
        loops=beats,
        silent=[
            loop.name
            for loop in beats
            if loop.name not in UNJUDGED and loop.ran_at and now - loop.ran_at > QUIET
        ],
        names={row.id: row.name for row in people},
        reasons=REASONS,
        otherwise=OTHERWISE,
        problem=problem_view(problem) if problem else None,
        **tabs(session),
    )
