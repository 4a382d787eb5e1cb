"""The blueprint that the views of this folder join, who may call them, and what they have in common."""

from datetime import datetime

from flask import Blueprint, flash, request

from server.auth.roles import allow
from server.db import current_session
from server.viewing import ngettext, problem_view
from workorders.grammar.numbers import count_from_text
from workorders.problems import Problem
from workorders.usecases.meters.decide_findings import (
    Decided,
    accept_findings,
    estimate_findings,
    order_findings,
)

blueprint = Blueprint("reading", __name__, url_prefix="/csr/reads")
reads = allow("csr", "dispatcher", "supervisor")
works = allow("csr", "dispatcher", "supervisor")
keeps = allow("dispatcher", "supervisor")
"""Takes files in, keeps layouts, has letters printed and mailed."""
ID_MAX = 2**31 - 1


def chosen(field: str) -> list[int]:
    """The ids ticked in a form. Raises Problem `bad_input`."""
    return [count_from_text(one, field=field, high=ID_MAX) for one in request.form.getlist(field)]


def say_decided(decided: Decided) -> None:
    """Say how many were decided; what could not be, with the reasons, each once."""
    done, refused = len(decided.done), len(decided.refused)
    if done:
        flash(ngettext("{count} is decided.", "{count} are decided.", done), "good")
    if refused:
        flash(ngettext("{count} stays open.", "{count} stay open.", refused), "warn")
        for words in sorted({problem_view(why)["words"] for _finding, why in decided.refused})[:5]:
            flash(words, "warn")


def decide(action: str, ids: list[int], reason: str, *, now: datetime, actor: str) -> Decided:
    """One of the three decisions. Raises Problem `bad_input` for another word."""
    session = current_session()
    if action == "accept":
        return accept_findings(session, ids, reason=reason, now=now, actor=actor)
    if action == "order":
        return order_findings(session, ids, now=now, actor=actor)
    if action == "estimate":
        return estimate_findings(session, ids, now=now, actor=actor)
    raise Problem("bad_input", field="action", reason="choose what is to be done")
