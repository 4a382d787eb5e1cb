"""Founding the district, enrolling tablets, playing the month, and what came of it as one object."""

from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from demo.households.writer import Writer
from demo.month import books, story
from demo.month.billing import make_up_mind
from demo.month.district import found_district
from demo.month.enrolment import enrol_tablet
from demo.month.stage import DISPATCHER, Month, working_days
from demo.month.tablet import Tablet
from server.progress import Progress
from server.services import Services
from sync.pipeline.publish import ensure_technician
from workorders.problems import Problem
from workorders.tables import Account, ExceptionCase, FieldEvent, Notice, Order, Payment, Technician

FIRST_DAY = date(2026, 3, 2)
"""A Monday without holidays in the four weeks after it, by the sample rules."""


def play_month(
    services: Services, *, accounts: int, days: int, seed: int, progress: Progress
) -> dict[str, Any]:
    """Play `days` working days of a new district of so many accounts in an empty database.

    The same numbers give the same answer. Raises Problem `database_not_empty`.
    """
    month = begin(services, accounts=accounts, days=days, seed=seed, progress=progress)
    violations = story.play(month, services.config.secret_key, progress)
    return summary(month, len(violations))


def begin(services: Services, *, accounts: int, days: int, seed: int, progress: Progress) -> Month:
    zone = ZoneInfo(services.config.timezone)
    month = Month(
        sessions=services.sessions,
        store=services.store,
        zone=zone,
        seed=seed,
        days=working_days(FIRST_DAY, days),
        accounts=accounts,
        now=datetime.combine(FIRST_DAY, time(0, 5), zone),
    )
    with services.sessions.begin() as session:
        if session.scalar(select(Account.id).limit(1)) is not None:
            raise Problem("database_not_empty")
        opening = found_district(Writer(session, progress, month.now, zone), accounts, seed, month.days[-1])
    for bill in opening.bills:
        make_up_mind(month, bill)
    with services.sessions() as session:
        technicians = list(session.scalars(select(Technician.id).order_by(Technician.id)))
    for name in technicians:
        ensure_technician(services.sessions, services.store, name, now=month.now)
        month.tablets[name] = month.act(_enrol, name, services.config.secret_key)
    return month


def _enrol(month: Month, session: Session, name: str, secret: str) -> Tablet:
    rng = month.rng("enrol", name)
    return enrol_tablet(session, secret, name, now=month.now, chance=rng, issued_by=DISPATCHER)


def summary(month: Month, violations: int) -> dict[str, Any]:
    """The month in figures: what the tables have, what was done, and what the auditor found."""
    with month.sessions() as session:
        found = books.audit(session, outside_of(month))
        counts = _counts(session)
    wanted = ("orders", "events", "payments", "notices", "cuts", "reconnects")
    return {
        "days": len(month.days),
        "accounts": month.accounts,
        "seed": month.seed,
        **{name: counts[name] for name in wanted},
        "moves": month.tally["moves"],
        "wrongful_cuts": counts["wrongful_cuts"],
        "completed_by_type": counts["completed_by_type"],
        "done": dict(sorted(month.tally.items())),
        "refused": dict(sorted(month.refused.items())),
        "worklists": {
            name: {"most": max(lengths), "end": month.closing.get(name, 0)}
            for name, lengths in sorted(month.lists.items())
        },
        "undeposited_bags": found.undeposited_bags,
        "midnights": month.tally["midnights"],
        **{name: asdict(found)[name] for name in ("lost", "doubled", "trial_balance_cents")},
        "customer_truth_violations": violations,
        **{name: asdict(found)[name] for name in ("custody_cents", "unexplained_receipts")},
    }


def outside_of(month: Month) -> books.Outside:
    """What tablets and people know themselves."""
    tablets = [*month.tablets.values(), *month.spent]
    return books.Outside(
        events=frozenset(event for one in tablets for event in one.written),
        receipts={event: cents for one in tablets for event, _, cents in one.receipts},
        payments=dict(month.paid),
    )


def _counts(session: Session) -> dict[str, Any]:
    done = session.execute(
        select(Order.type, func.count())
        .where(Order.state == "completed")
        .group_by(Order.type)
        .order_by(Order.type)
    ).all()
    by_type = {kind: count for kind, count in done}  # noqa: C416 - rows are no pairs to mypy
    made = select(func.count()).select_from(Order).where(Order.type == "disconnect_np")
    cut = made.where(
        Order.outcome.in_(("completed", "wrongful_cut", "completed_after_cancel", "wrong_premise"))
    )
    wrongful = select(func.count()).select_from(ExceptionCase).where(ExceptionCase.code == "wrongful_cut")
    return {
        "orders": _number(session, select(func.count()).select_from(Order)),
        "events": _number(session, select(func.count()).select_from(FieldEvent)),
        "payments": _number(session, select(func.count()).select_from(Payment)),
        "notices": _number(
            session, select(func.count()).select_from(Notice).where(Notice.batch_id.is_not(None))
        ),
        "cuts": _number(session, cut),
        "wrongful_cuts": _number(session, wrongful),
        "reconnects": by_type.get("reconnect", 0),
        "completed_by_type": by_type,
    }


def _number(session: Session, query: Any) -> int:
    return int(session.scalar(query) or 0)
