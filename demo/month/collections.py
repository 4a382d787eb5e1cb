"""Notices, door tags and the cut list of a day, and what the people who got them do then."""

import random
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.month.billing import intend
from demo.month.habits import Intent, channel_of
from demo.month.stage import CSR, DISPATCHER, SUPERVISOR, Month
from workorders.problems import Problem
from workorders.queries.cut_list import CutRow, cut_list
from workorders.tables import Account, Notice
from workorders.usecases.collections.door_tags import send_out_tags
from workorders.usecases.collections.mailing import customer_reached, mail_returned, mark_mailed
from workorders.usecases.collections.notices import issue_notices
from workorders.usecases.collections.raise_cuts import Chosen, Raised, raise_cuts

MOVED_BY = {"past_due": 0.5, "second_past_due": 0.5, "final": 0.55, "door_tag": 0.5}
"""Share of those who pay within days of a notice of that kind."""
ASK_FOR_TIME = 0.05
"""Share of those with a final notice or a tag who ask for an arrangement, or show another protection."""
SURE_TO_ASK = 8
"""On the first days somebody about to be cut always asks, so that a small month has every protection."""
RETURNED = 0.01
CUTS_A_TECHNICIAN = 4
LAST_DAYS = 3
"""Days at the end of the month on which no new tags and cuts go out: the last ones are settled in it."""


def send_notices(month: Month) -> None:
    """The day's notices: printed, mailed; tags get an order each, and some mail comes back."""
    batch = month.act(_issue)
    if batch is None:
        return
    month.act(_send_out, batch)
    month.do(
        lambda session: mark_mailed(session, batch, on=month.today, now=month.now, actor=SUPERVISOR) and None
    )
    month.act(_answers, batch)


def _issue(month: Month, session: Session) -> int | None:
    ending = month.place >= len(month.days) - LAST_DAYS
    kinds = {"past_due", "second_past_due", "final"} | (set() if ending else {"door_tag"})
    try:
        return issue_notices(session, month.today, now=month.now, actor=SUPERVISOR, kinds=kinds).id
    except Problem as problem:
        month.refused[f"notices: {problem.code}"] += 1
        return None


def _send_out(month: Month, session: Session, batch: int) -> None:
    try:
        made = send_out_tags(session, batch, now=month.now, actor=DISPATCHER)
    except Problem as problem:
        month.refused[f"tags: {problem.code}"] += 1
        return
    month.tally["tags_sent_out"] += len(made.orders)
    for _, why in made.refused:
        month.refused[f"tag: {why.code}"] += 1


def _answers(month: Month, session: Session, batch: int) -> None:
    """Who pays, who asks for time, whose mail comes back; drawn for each notice."""
    rng = month.rng("notices")
    rows = session.execute(
        select(Notice, Account.number)
        .join(Account, Account.id == Notice.account_id)
        .where(Notice.batch_id == batch)
        .order_by(Notice.id)
    ).all()
    for notice, number in rows:
        month.tally[f"notices_{notice.kind}"] += 1
        last = notice.kind in {"final", "door_tag"}
        if rng.random() < MOVED_BY[notice.kind]:
            day = month.today + timedelta(days=rng.randint(1, 6))
            intend(month, day, Intent(number, None, channel_of(rng)))
        elif last and rng.random() < ASK_FOR_TIME:
            month.asking.append(number)
        fresh = not month.tally["mail_returned"] and not month.returned
        if notice.state == "sent" and (fresh or rng.random() < RETURNED):
            month.returned.append(notice.id)


def returned_mail(month: Month) -> None:
    """Mail of days ago comes back; its customers are reached by telephone."""
    coming, month.returned = month.returned, []

    def act(session: Session) -> None:
        note = "reached by telephone at the number on record"
        for one in coming:
            month.attempt(session, "returned", mail_returned, one, on=month.today, actor=CSR)
            month.attempt(session, "reached", customer_reached, one, note=note, actor=CSR)

    if coming:
        month.do(act)
        month.tally["mail_returned"] += len(coming)


def cut_in_bulk(month: Month) -> None:
    """The morning's cut list, picked and raised as far as the day's crews reach."""
    if month.place >= len(month.days) - LAST_DAYS:
        return
    with month.sessions() as session:
        allowed = cut_list(session, month.today, now=month.now).allowed
    month.tally["cut_list_rows"] += len(allowed)
    rng = month.rng("cut list")
    most = max(2, len(month.tablets) * CUTS_A_TECHNICIAN)
    picked = _pick(allowed, rng, most + 1)
    if month.place < SURE_TO_ASK and len(picked) > 1:
        month.asking.append(picked.pop().account)
    picked = picked[:most]
    if not picked:
        return
    raised = month.do(
        lambda session: raise_cuts(session, month.today, picked, now=month.now, actor=SUPERVISOR)
    )
    _count_raised(month, raised)


def _pick(rows: Iterable[CutRow], rng: random.Random, most: int) -> list[Chosen]:
    chosen = [Chosen(row.debtor.facts.number, row.point.number) for row in rows]
    rng.shuffle(chosen)
    return chosen[:most]


def _count_raised(month: Month, raised: Sequence[Raised]) -> None:
    for one in raised:
        if one.order is not None:
            month.tally["cuts_raised"] += 1
        elif one.problem is not None:
            month.refused[f"cut: {one.problem.code}"] += 1
        else:
            month.refused[f"cut: {one.why[0].code}"] += 1
