"""Meters carried between warehouse, vans and test bench, and records of their place that were wrong."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import CODE_MAX, checked_line
from workorders.metering.rooms import Place, check_correction, check_transfer
from workorders.problems import Problem, Reason
from workorders.queries.lookups import technician_named
from workorders.tables import Meter
from workorders.usecases.meters.moves import place_of, put

TOGETHER = 500
"""Meters that one transfer carries: more than any pallet holds."""


def transfer(
    session: Session, serials: Sequence[str], there: Place, *, reason: str, now: datetime, actor: str
) -> list[Meter]:
    """Carry meters to a room, all of them or none; vans that lose or get one follow at the next sync.

    Raises Problem `not_found`, `meter_not_movable` (installed, retired) and `bad_input` naming the field.
    """
    wanted = checked_serials(serials)
    reason = checked_reason(reason)
    _check_van(session, there)
    moved = []
    for serial in wanted:
        meter = _locked(session, serial)
        check_transfer(serial, place_of(meter), there)
        put(session, meter, there, "transferred", at=now, now=now, actor=actor, reason=reason)
        moved.append(meter)
    return moved


def correct_place(
    session: Session, serial: str, there: Place, *, reason: str, now: datetime, actor: str
) -> Meter:
    """Say where a meter is in truth, which the records had wrong. Nobody carried it, and its history stays.

    Raises Problem `not_found`, `meter_not_movable` for one that is installed by the records, and `bad_input`
    naming the field.
    """
    reason = checked_reason(reason)
    _check_van(session, there)
    meter = _locked(session, serial)
    check_correction(serial, place_of(meter), there)
    put(session, meter, there, "corrected", at=now, now=now, actor=actor, reason=reason)
    return meter


def checked_serials(serials: Sequence[str]) -> list[str]:
    """Serials as they are kept, each once, in the order of the records. Raises Problem `bad_input`."""
    lines = (checked_line(one, field="serials", longest=CODE_MAX) for one in serials)
    found = sorted({one for one in lines if one})
    if not found:
        raise Problem("bad_input", field="serials", reason=Reason("name at least one meter"))
    if len(found) > TOGETHER:
        raise Problem("bad_input", field="serials", reason=Reason("at most {most} at once", most=TOGETHER))
    return found


def checked_reason(reason: str, field: str = "reason") -> str:
    """A reason of one line. Raises Problem `bad_input` when there is none."""
    found = checked_line(reason, field=field)
    if not found:
        raise Problem("bad_input", field=field, reason="it is needed")
    return found


def _check_van(session: Session, there: Place) -> None:
    if there.van is not None:
        technician_named(session, there.van)


def _locked(session: Session, serial: str) -> Meter:
    """The meter of a serial, as it stands or in capitals. Raises Problem `not_found`."""
    for one in dict.fromkeys((serial, serial.upper())):
        meter = session.scalar(select(Meter).where(Meter.serial == one).with_for_update())
        if meter is not None:
            return meter
    raise Problem("not_found", what="meter", key=serial)
