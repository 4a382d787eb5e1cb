"""The newest reads of many service points in two queries."""

from collections.abc import Iterable

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from workorders.facts import MeterFacts, ReadFacts
from workorders.queries.meter_facts import meter_facts
from workorders.tables import Meter, Read

_later = aliased(Read)
_place = func.row_number().over(
    partition_by=Read.service_point_id, order_by=(Read.taken_at.desc(), Read.id.desc())
)
_newest = (
    select(Read.id, _place.label("place"))
    .outerjoin(_later, _later.supersedes_id == Read.id)
    .where(Read.service_point_id.in_(bindparam("points", expanding=True)), _later.id.is_(None))
    .subquery()
)
_READS = (
    select(
        Read.service_point_id,
        Read.meter_id,
        Read.taken_at,
        Read.value,
        Read.kind,
        Read.source,
        Read.billed,
        Read.flags,
    )
    .join(_newest, _newest.c.id == Read.id)
    .where(_newest.c.place <= bindparam("most"))
    .order_by(Read.taken_at, Read.id)
)
_METERS = select(Meter).where(Meter.id.in_(bindparam("meters", expanding=True)))


def newest_reads(
    session: Session, points: Iterable[int], *, most: int
) -> dict[int, list[tuple[ReadFacts, MeterFacts]]]:
    """By service point id, its newest `most` reads that no other read supersedes, oldest first, each with
    the meter it is of. A point without reads is not among them.
    """
    rows = session.execute(_READS, {"points": sorted(points), "most": most}).all()
    ids = sorted({row.meter_id for row in rows})
    meters = {m.id: meter_facts(m, None) for m in session.scalars(_METERS, {"meters": ids})} if ids else {}
    found: dict[int, list[tuple[ReadFacts, MeterFacts]]] = {}
    for point, meter_id, taken_at, value, kind, source, billed, flags in rows:
        meter = meters[meter_id]
        facts = ReadFacts(meter.serial, taken_at, value, kind, source, billed, tuple(flags))
        found.setdefault(point, []).append((facts, meter))
    return found
