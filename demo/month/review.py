"""The supervisor: review cases with their reasons, documents kept aside, and a look at every worklist."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from demo.month.stage import CSR, SUPERVISOR, Month
from workorders.problems import Problem
from workorders.queries.worklists import worklists
from workorders.tables import BankLine, ExceptionCase, Quarantine, QuarantineDecision
from workorders.usecases.field.decisions import decide_exception
from workorders.usecases.field.quarantine_review import judge_again, settle_document

ACCEPTED = 0.85
LISTS = ("mine", "promised", "call_backs", "adjustments", "payments", "applications", "stuck")


def decide_cases(month: Month) -> None:
    """Every open case, once; what the records refuse when it is accepted is rejected."""
    with month.sessions() as session:
        cases = session.execute(
            select(ExceptionCase.id, ExceptionCase.code)
            .where(ExceptionCase.state == "open")
            .order_by(ExceptionCase.id)
        ).all()
    rng = month.rng("cases")
    for case, code in cases:
        accept = rng.random() < ACCEPTED
        if not _decide(month, case, code, accept=accept) and accept:
            _decide(month, case, code, accept=False)
    month.act(_kept_aside)


def _decide(month: Month, case: int, code: str, *, accept: bool) -> bool:
    words = "seen with the evidence" if accept else "not borne out by the evidence"
    try:
        month.do(
            lambda s: decide_exception(s, case, accept=accept, words=words, now=month.now, actor=SUPERVISOR)
        )
    except Problem as problem:
        month.refused[f"decide {code} {'accept' if accept else 'reject'}: {problem.code}"] += 1
        return False
    month.tally["cases_decided"] += 1
    month.tally[f"case_{code}"] += 1
    return True


def _kept_aside(month: Month, session: Session) -> None:
    """Documents that nobody could read are judged again, and settled when that does not help."""
    undecided = session.scalars(
        select(Quarantine.id)
        .where(Quarantine.id.not_in(select(QuarantineDecision.quarantine_id)))
        .order_by(Quarantine.id)
    ).all()
    for one in undecided:
        month.attempt(session, "judge again", judge_again, one, actor=SUPERVISOR)
        words = "a test of the workshop; nothing was done at a premise"
        month.attempt(session, "settle", settle_document, one, words=words, actor=SUPERVISOR)
        month.tally["documents_settled"] += 1


def look_at_lists(month: Month) -> dict[str, int]:
    """How long each worklist is now."""
    with month.sessions() as session:
        found = worklists(session, CSR, now=month.now)
        lengths = {name: len(getattr(found, name)) for name in LISTS}
        lengths["cases"] = _count(session, select(func.count()).where(ExceptionCase.state == "open"))
        lengths["kept_aside"] = _count(
            session,
            select(func.count()).where(Quarantine.id.not_in(select(QuarantineDecision.quarantine_id))),
        )
        lengths["bank_lines"] = _count(
            session, select(func.count()).where(BankLine.state.in_(("open", "to_correct")))
        )
    for name, length in lengths.items():
        month.lists.setdefault(name, []).append(length)
    return lengths


def _count(session: Session, query: object) -> int:
    return int(session.scalar(query) or 0)  # type: ignore[call-overload]
