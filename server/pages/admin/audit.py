"""The audit: every change by an administrator, searched, with what proves that none was altered."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from server.db import current_session
from server.pages.admin.blueprint import administers, blueprint
from server.pages.admin.change_words import in_words
from server.services import services
from server.viewing import problem_view
from workorders.grammar.numbers import count_from_text
from workorders.grammar.times import day_from_text
from workorders.messages.titles_en import ADMIN_CHANGES
from workorders.problems import Problem
from workorders.queries.admin_changes import MOST, AuditSearch, lines_counted, newest_hash, search_changes

WORDS_MAX = 100


@blueprint.get("/audit")
@administers
def audit() -> ResponseReturnValue:
    """The newest lines that fit the search."""
    try:
        return _page(_asked(), None)
    except Problem as problem:
        return _page(AuditSearch(), problem), problem.status


def _asked() -> AuditSearch:
    given = {name: request.args.get(name, "").strip() for name in ("q", "kind", "from", "until", "before")}
    return AuditSearch(
        words=given["q"][:WORDS_MAX],
        kind=given["kind"][:40],
        first=day_from_text(given["from"], field="from") if given["from"] else None,
        last=day_from_text(given["until"], field="until") if given["until"] else None,
        before=count_from_text(given["before"], field="before") if given["before"] else None,
    )


def _page(wanted: AuditSearch, problem: Problem | None) -> str:
    session = current_session()
    found = search_changes(session, wanted, services().config.timezone, most=MOST + 1)
    return render_template(
        "admin/audit.html",
        changes=in_words(found[:MOST]),
        wanted=wanted,
        older=found[MOST - 1].id if len(found) > MOST else None,
        kinds=ADMIN_CHANGES,
        count=lines_counted(session),
        head=newest_hash(session),
        problem=problem_view(problem) if problem else None,
    )
