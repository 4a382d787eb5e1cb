"""Protections: arrangements kept and broken, medical certificates, bankruptcies, pledges of an agency."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.month.billing import intend
from demo.month.habits import Intent
from demo.month.stage import CSR, SUPERVISOR, Month
from workorders.judgement.lifecycle import State
from workorders.tables import Account, Hold, Order
from workorders.usecases.collections.holds import add_hold, extend_hold, lift_hold
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.orders.orders import approve

KINDS = {"arrangement": 0.6, "medical": 0.12, "bankruptcy": 0.1, "pledge": 0.12, "dispute": 0.06}
LENGTH = {"arrangement": 10, "medical": 60, "bankruptcy": None, "pledge": 14, "dispute": 8}
"""Days that each lasts; None: until it is lifted."""
BROKEN = 0.35
CERTIFIED = 0.65
"""Share of the provisional medical holds for which the certificate comes."""
DOWN_DAYS = 3


def ask_for_time(month: Month) -> None:
    """Who asked yesterday gets what fits; the first of a month each kind, so that a small one has all."""
    asking, month.asking = month.asking, []

    def act(session: Session) -> None:
        for number in asking:
            rng = month.rng("protection", number)
            fresh = [kind for kind in KINDS if not month.tally[f"hold_{kind}"]]
            kind = fresh[0] if fresh else rng.choices(list(KINDS), list(KINDS.values()))[0]
            days = LENGTH[kind]
            made = month.attempt(
                session,
                "hold",
                add_hold,
                number,
                kind,
                starts_on=month.today,
                ends_on=None if days is None else month.today + timedelta(days=days),
                reason="asked for at the office",
                evidence="form on file (demo)",
                actor=CSR,
            )
            if made is not None:
                month.tally[f"hold_{kind}"] += 1
                _plan(month, number, made.id, kind)

    if asking:
        month.do(act)


def _plan(month: Month, number: str, hold: int, kind: str) -> None:
    """What the customer will do: keep an arrangement or break it; an agency pays what it pledged."""
    rng = month.rng("kept", number)
    if kind == "arrangement":
        kept = (
            rng.random() >= BROKEN
            if month.tally["hold_arrangement"] > 2
            else month.tally["hold_arrangement"] == 1
        )
        day = month.today + timedelta(days=rng.randint(1, DOWN_DAYS + 2))
        if kept:
            intend(month, day, Intent(number, None, "counter"))
            month.tally["arrangements_kept"] += 1
        else:
            month.broken.setdefault(day + timedelta(days=1), []).append((number, hold))
    elif kind == "pledge":
        intend(month, month.today + timedelta(days=rng.randint(2, 8)), Intent(number, None, "mail"))


def broken_arrangements(month: Month) -> None:
    """An arrangement whose instalment did not come is lifted: collection goes on."""

    def act(session: Session) -> None:
        for day in sorted(day for day in month.broken if day <= month.today):
            for number, hold in month.broken.pop(day):
                why = "the instalment did not come"
                lifted = month.attempt(session, "lift", lift_hold, number, hold, reason=why, actor=SUPERVISOR)
                month.tally["arrangements_broken"] += lifted is not None

    if month.broken:
        month.do(act)


def certificates(month: Month) -> None:
    """A medical claim at the door protects until the certificate: it comes, or the hold is lifted."""

    def act(session: Session) -> None:
        rows = session.execute(
            select(Hold.id, Account.number)
            .join(Account, Account.id == Hold.account_id)
            .where(Hold.provisional, Hold.ends_on >= month.today)
            .order_by(Hold.id)
        ).all()
        for hold, number in rows:
            _decide_claim(month, session, hold, number)

    month.do(act)


def _decide_claim(month: Month, session: Session, hold: int, number: str) -> None:
    held = session.scalars(
        select(Order.number)
        .join(Account, Account.id == Order.account_id)
        .where(Account.number == number, Order.type == "disconnect_np", Order.state == State.HELD)
        .order_by(Order.number)
    ).all()
    certified = month.rng("certificate", number).random() < CERTIFIED
    if certified:
        why, ends = "certificate received", month.today + timedelta(days=60)
        by = {"reason": why, "evidence": "certificate", "actor": CSR}
        month.attempt(session, "extend", extend_hold, number, hold, ends_on=ends, **by)
        for one in held:
            month.attempt(session, "protect", cancel_order, one, reason=why, actor=CSR)
    else:
        why = "no certificate came"
        month.attempt(session, "lift", lift_hold, number, hold, reason=why, actor=CSR)
        for one in held:
            month.attempt(session, "approve", approve, one, reason=why, actor=CSR)
    month.tally["certificates_decided"] += 1
