"""Receipts by technician, cash in custody, and whether the ledger balances."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from server.days import day_from
from server.db import current_session
from server.pages.office.blueprint import blueprint, reads
from server.pages.office.review import tabs
from server.services import services
from server.templating import local
from workorders.grammar.times import start_of_day
from workorders.ledger import CHART, custody, trial_balance
from workorders.queries.custody import being_counted
from workorders.tables import Account, Receipt, Technician

PAGE = 200


@dataclass(frozen=True, slots=True)
class Custody:
    """What a technician took that day and holds now, in cents."""

    technician: Technician
    receipts: int
    taken_cents: int
    held_cents: int
    broken: int
    """Receipts whose hash does not follow from the one before."""


@blueprint.get("/money")
@reads
def money() -> ResponseReturnValue:
    """A day's receipts, everybody's custody, the trial balance."""
    session = current_session()
    day = day_from(request.args.get("day"), local(services().clock()).date())
    since, until = _day_span(day, services().config.timezone)
    rows = session.execute(
        select(Receipt, Account.number, Technician.name)
        .join(Account, Account.id == Receipt.account_id)
        .join(Technician, Technician.id == Receipt.technician_id)
        .where(Receipt.taken_at >= since, Receipt.taken_at < until)
        .order_by(Receipt.technician_id, Receipt.number)
        .limit(PAGE)
    ).all()
    trial = trial_balance(session)
    return render_template(
        "office/money.html",
        day=day,
        receipts=rows,
        custody=_custody(session, since, until),
        counting=being_counted(session),
        trial=[(CHART[code].title if code in CHART else code, code, cents) for code, cents in trial.items()],
        trial_total=sum(trial.values()),
        **tabs(session),
    )


def _custody(session: Session, since: datetime, until: datetime) -> list[Custody]:
    """Everybody who took something that day or still holds something."""
    held = custody(session)
    broken = func.sum(case((Receipt.chain_ok, 0), else_=1))
    taken = {
        technician: (count, int(cents), int(bad))
        for technician, count, cents, bad in session.execute(
            select(Receipt.technician_id, func.count(), func.sum(Receipt.amount_cents), broken)
            .where(Receipt.taken_at >= since, Receipt.taken_at < until)
            .group_by(Receipt.technician_id)
        )
    }
    found = []
    for person in session.scalars(select(Technician).order_by(Technician.name)):
        if person.id in taken or held.get(person.id):
            count, cents, bad = taken.get(person.id, (0, 0, 0))
            found.append(Custody(person, count, cents, held.get(person.id, 0), bad))
    return found


def _day_span(day: date, timezone: str) -> tuple[datetime, datetime]:
    return start_of_day(day, timezone), start_of_day(day + timedelta(days=1), timezone)
