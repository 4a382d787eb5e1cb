"""What goes wrong: no signal for days, events twice and late, a lost tablet, a lost receipt number."""

from datetime import timedelta

from sqlalchemy.orm import Session

from demo.month.cash import turn_in
from demo.month.enrolment import enrol_tablet
from demo.month.stage import DISPATCHER, Month
from demo.month.tablet import Document, Tablet, push
from mobile_api.devices import revoke

NO_SIGNAL_DAYS = 2
NO_SIGNAL_EVERY = 5
"""Working days after which the next tablet loses its signal."""
AGAIN, LATE = 0.03, 0.02
"""Shares of a day's events that are uploaded again as another revision, and that arrive a day late."""
REPLACED_ON, UNREADABLE_ON = 8, 4
"""Working days, from 0, of a lost tablet and of an unreadable document."""


def regain_signal(month: Month) -> None:
    """Who was away is back."""
    for tablet in month.tablets.values():
        if tablet.signal_on is not None and tablet.signal_on <= month.today:
            tablet.signal_on = None


def lose_signal(month: Month) -> None:
    """Every few days another tablet goes without signal for two days; not at the month's end."""
    last = len(month.days) - NO_SIGNAL_DAYS - 2
    if month.place % NO_SIGNAL_EVERY == NO_SIGNAL_EVERY - 3 and month.place <= last:
        names = sorted(month.tablets)
        tablet = month.tablets[names[month.place // NO_SIGNAL_EVERY % len(names)]]
        tablet.signal_on = month.days[month.place + NO_SIGNAL_DAYS]
        month.tally["offline_days"] += NO_SIGNAL_DAYS


def upload(month: Month, tablet: Tablet) -> None:
    """Upload what waits; some events arrive late, some twice."""
    rng = month.rng("upload", tablet.technician, month.now)
    held = [one["_id"] for one in tablet.waiting if rng.random() < LATE] if not month.is_last else []
    month.tally["late_events"] += len(held)
    tablet.upload(month.store, held)
    again = [one for one in tablet.sent if rng.random() < AGAIN]
    push(month.store, tablet.database, again)
    push(month.store, tablet.database, again[::2], salt="again")
    month.tally["doubled_events"] += len(again)
    tablet.sent = []


def write_unreadable(month: Month) -> None:
    """Once, a tablet of a release to come writes what this one cannot read."""
    if month.place != min(UNREADABLE_ON, len(month.days) - 3):
        return
    tablet = month.tablets[min(month.tablets)]
    tablet.counter += 1
    newer: Document = {
        "_id": f"event:{tablet.device}:{tablet.counter:08d}",
        "kind": "event",
        "schema": 99,
    }
    push(month.store, tablet.database, [newer])
    tablet.written.append(newer["_id"])
    month.tally["unreadable_documents"] += 1


def lose_tablet(month: Month, secret: str) -> None:
    """Once, a tablet is lost with the money of its technician; what it had written was uploaded before."""
    if month.place == min(REPLACED_ON, len(month.days) - 3):
        lost = _richest(month)
        lost.upload(month.store)
        month.act(_replace, lost, secret)


def _richest(month: Month) -> Tablet:
    """Whose receipts are most: a lost tablet with cash."""
    here = [one for one in month.tablets.values() if one.signal_on is None and not one.waiting]
    return max(here or month.tablets.values(), key=lambda one: (len(one.receipts), one.technician))


def _replace(month: Month, session: Session, lost: Tablet, secret: str) -> None:
    """Revoked, its money settled as short, and the technician let onto a new one."""
    revoke(session, lost.device, DISPATCHER, month.now)
    turn_in(month, session, lost.technician, lost=True, device=lost.device)
    made = enrol_tablet(
        session,
        secret,
        lost.technician,
        now=month.now + timedelta(seconds=1),
        chance=month.rng("replacement", lost.technician),
        issued_by=DISPATCHER,
    )
    made.used, made.done = lost.used, lost.done
    month.spent.append(lost)
    month.tablets[lost.technician] = made
    month.tally["tablets_replaced"] += 1
