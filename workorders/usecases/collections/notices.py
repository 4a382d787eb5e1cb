"""The notices of a day's run, written in one batch."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from workorders.messages.message import Message
from workorders.policy.rule_fields import NOTICE_KINDS
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.notice_run import NoticeDue, NoticeRun, notice_run
from workorders.tables import Notice, NoticeBatch
from workorders.usecases.collections.cycles import cycles_of, steps_taken
from workorders.usecases.collections.letters import language_of, letter
from workorders.usecases.history import count

NOT_MAILED = "notice.not_mailed"
LATER = frozenset({"notice.later", "notice.mail_returned", "notice.address_flagged", "notice.no_text"})
AHEAD = timedelta(days=7)
"""A batch may be printed ahead by a week; it counts from the day it is mailed."""


def issue_notices(
    session: Session,
    day: date,
    *,
    now: datetime,
    actor: str,
    kinds: Collection[str] | None = None,
) -> NoticeBatch:
    """Write the notices that are due on `day` as one batch, printed and not mailed yet.

    `kinds` None: of every kind. Raises Problem `bad_input` for a day that is past or more than AHEAD, and
    `nothing_due` when nobody is due one.
    """
    today = district_of(session).day_of(now)
    if not today <= day <= today + AHEAD:
        reason = Reason("from today to {days} days ahead", days=AHEAD.days)
        raise Problem("bad_input", field="day", reason=reason)
    # Two runs at once would both find the same accounts: the counter makes the second wait for the first.
    count(session, "notice_runs")
    run = notice_run(session, day, now=now)
    found = [one for one in run.due if kinds is None or one.step.kind in kinds]
    if not found:
        raise Problem("nothing_due")
    batch = NoticeBatch(day=day, made_at=now, made_by=actor[:80])
    session.add(batch)
    session.flush()
    session.add_all(_notice(session, one, day, batch.id) for one in found)
    session.flush()
    close_needless_steps(session, run, now=now, actor=actor)
    return batch


def close_needless_steps(session: Session, run: NoticeRun, *, now: datetime, actor: str) -> int:
    """Notices that the schedule had for a cycle, and that nobody there is due: how many steps were closed.

    Those that somebody is due are closed when they are mailed.
    """
    closed = 0
    for kind in NOTICE_KINDS:
        waiting = {one.debtor.id for one in run.due if one.step.kind == kind}
        waiting |= {one.debtor.id for one in run.not_due if _still_to_come(one.why, kind)}
        leaving = cycles_of(session, waiting)
        closed += steps_taken(session, kind, run.day, now=now, actor=actor, leaving=leaving)
    return closed


def _still_to_come(why: Message, kind: str) -> bool:
    """Whether the account gets the notice once something else is over: a wait, mail that came back."""
    return why.code == NOT_MAILED or (why.code in LATER and why.params.get("notice", kind) == kind)


def _notice(session: Session, due: NoticeDue, day: date, batch_id: int) -> Notice:
    return Notice(
        account_id=due.debtor.id,
        kind=due.step.kind,
        sent_on=day,
        valid_until=due.valid_until,
        amount_cents=due.amount_cents,
        state="printed",
        batch_id=batch_id,
        language=language_of(due.debtor),
        text=letter(session, due, day),
    )
