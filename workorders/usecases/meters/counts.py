"""Counting a room: blind, then against the records, then every difference explained."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workorders.metering.rooms import COUNTED, RETIRED, Compared, Place, compare, place_from_key
from workorders.problems import Problem, Reason
from workorders.queries.lookups import technician_named
from workorders.queries.pieces import pieces
from workorders.tables import Meter, StockCount, StockCountSerial, StockDifference
from workorders.usecases.meters.moves import place_of, put
from workorders.usecases.meters.stock import checked_reason, checked_serials

ANSWERS = {"missing": ("kept", "lost"), "unexpected": ("kept", "moved"), "unknown": ("kept",)}
"""How each kind of difference may be answered."""


def open_count(session: Session, place: Place, *, now: datetime, actor: str) -> StockCount:
    """Begin to count a room. Raises Problem `bad_input`, and `count_under_way` while it is being counted."""
    if place.room not in COUNTED:
        raise Problem("bad_input", field="place", reason=Reason("only warehouse, vans and bench are counted"))
    if place.van is not None:
        technician_named(session, place.van)
    open_one = select(StockCount.id).where(StockCount.place == place.key, StockCount.closed_at.is_(None))
    if session.scalar(open_one) is not None:
        raise Problem("count_under_way")
    count = StockCount(place=place.key, state="counting", opened_at=now, opened_by=actor[:80])
    try:
        with session.begin_nested():
            session.add(count)
    except IntegrityError:
        # Somebody began at the same moment.
        raise Problem("count_under_way") from None
    return count


def note_seen(
    session: Session, count_id: int, serials: Sequence[str], *, now: datetime, actor: str
) -> list[str]:
    """Write down serials that were seen; those noted already count once. Returns the new ones.

    Raises Problem `not_found`, `count_not_open`, `bad_input`.
    """
    count = _locked(session, count_id, "counting")
    wanted = [one.upper() for one in checked_serials(serials)]
    known = set(session.scalars(select(StockCountSerial.serial).where(StockCountSerial.count_id == count.id)))
    new = [one for one in dict.fromkeys(wanted) if one not in known]
    session.add_all(
        StockCountSerial(count_id=count.id, serial=one, seen_at=now, seen_by=actor[:80]) for one in new
    )
    session.flush()
    return new


def finish_count(session: Session, count_id: int, *, now: datetime, actor: str) -> StockCount:
    """End counting and look at the records: what differs waits for its explanation, else the count is closed.

    Raises Problem `not_found`, `count_not_open`.
    """
    count = _locked(session, count_id, "counting")
    place = place_from_key(count.place)
    seen = frozenset(
        session.scalars(select(StockCountSerial.serial).where(StockCountSerial.count_id == count.id))
    )
    here = select(Meter).where(Meter.status == place.room)
    if place.van is not None:
        here = here.where(Meter.van_technician_id == place.van)
    records = {meter.serial.upper(): meter for meter in session.scalars(here)}
    expected = frozenset(records)
    for part in pieces(sorted(seen - expected)):
        # As they are stamped, which an import keeps; what was seen is noted in capitals.
        stamped = func.upper(Meter.serial).in_(part)
        records |= {meter.serial.upper(): meter for meter in session.scalars(select(Meter).where(stamped))}
    found = compare(seen, expected, frozenset(records))
    _write(session, count, found, records)
    count.seen, count.expected = len(seen), len(expected)
    count.finished_at, count.finished_by = now, actor[:80]
    count.state = "explaining"
    session.flush()
    _close_when_explained(session, count, now)
    return count


def _write(session: Session, count: StockCount, found: Compared, records: dict[str, Meter]) -> None:
    kinds = (("missing", found.missing), ("unexpected", found.unexpected), ("unknown", found.unknown))
    session.add_all(
        StockDifference(
            count_id=count.id,
            serial=records[one].serial if one in records else one,
            kind=kind,
            on_record=place_of(records[one]).key if one in records else None,
        )
        for kind, serials in kinds
        for one in serials
    )
    session.flush()


def _who_counted(session: Session, count: StockCount) -> set[str]:
    seen_by = select(StockCountSerial.seen_by).where(StockCountSerial.count_id == count.id).distinct()
    return {count.opened_by, str(count.finished_by), *session.scalars(seen_by)}


def explain_difference(
    session: Session, difference_id: int, answer: str, explanation: str, *, now: datetime, actor: str
) -> StockDifference:
    """Say what a difference comes from, and whether the records follow; the last one closes the count.

    `moved` puts the meter into the counted room; `lost` retires it, which whoever counted may not do. The
    records are looked at anew: what has left its place since is not touched. Raises Problem `not_found`,
    `count_not_open`, `explains_who_counted`, `meter_not_movable`, and `bad_input` naming the field.
    """
    found = session.get(StockDifference, difference_id)
    if found is None:
        raise Problem("not_found", what="difference", key=str(difference_id))
    count = _locked(session, found.count_id, "explaining")
    session.refresh(found)
    if found.answer is not None:
        raise Problem("count_not_open")
    words = checked_reason(explanation, "explanation")
    if answer not in ANSWERS[found.kind]:
        raise Problem("bad_input", field="answer", reason=Reason("choose one of the answers"))
    if answer == "lost" and actor[:80] in _who_counted(session, count):
        raise Problem("explains_who_counted", serial=found.serial)
    if answer != "kept":
        there = place_from_key(count.place) if answer == "moved" else Place(RETIRED)
        _follow(session, found, there, source=f"count:{count.id}", reason=words, now=now, actor=actor)
    found.answer, found.explanation = answer, words
    found.decided_at, found.decided_by = now, actor[:80]
    session.flush()
    _close_when_explained(session, count, now)
    return found


def _follow(
    session: Session,
    found: StockDifference,
    there: Place,
    *,
    source: str,
    reason: str,
    now: datetime,
    actor: str,
) -> None:
    """The records follow the count, if they still say what they said when it was compared."""
    meter = session.scalar(select(Meter).where(Meter.serial == found.serial).with_for_update())
    if meter is None:
        raise Problem("not_found", what="meter", key=found.serial)
    if place_of(meter).key != found.on_record or found.on_record == "installed":
        raise Problem("meter_not_movable", serial=found.serial, room=meter.status)
    put(session, meter, there, "counted", at=now, now=now, actor=actor, reason=reason, source=source)


def _close_when_explained(session: Session, count: StockCount, now: datetime) -> None:
    waits = select(StockDifference.id).where(
        StockDifference.count_id == count.id, StockDifference.answer.is_(None)
    )
    if session.scalar(waits.limit(1)) is None:
        count.state, count.closed_at = "closed", now
        session.flush()


def _locked(session: Session, count_id: int, state: str) -> StockCount:
    found = session.scalar(select(StockCount).where(StockCount.id == count_id).with_for_update())
    if found is None:
        raise Problem("not_found", what="count", key=str(count_id))
    if found.state != state:
        raise Problem("count_not_open")
    return found
