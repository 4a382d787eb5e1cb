"""What technicians recorded about an order, event by event, with the photos and the place."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE
from workorders.judgement.event_schema import event_body
from workorders.judgement.reported import Recorded, recorded
from workorders.queries.pieces import pieces
from workorders.tables import Evidence, FieldEvent, Order, Technician

KINDS = ("completed", "unable", "payment", "receipt_void")
"""Events that record something beside a step of the work."""


@dataclass(frozen=True, slots=True)
class FieldReport:
    """One event and what was recorded with it."""

    id: str
    kind: str
    at: datetime
    technician: str
    """Their name."""
    outcome: str | None
    """Code of the outcome or of the reason why it could not be done."""
    values: tuple[Recorded, ...]
    photos: Mapping[str, Evidence]
    """By attachment name: what is here and what is still on the tablet."""
    position: tuple[float, float] | None
    """Longitude and latitude (WGS 84) of the tablet's fix."""
    accuracy_m: float | None

    @property
    def more_photos(self) -> Sequence[Evidence]:
        """Photos that no value names."""
        named = {value.value for value in self.values if value.kind == "photo"}
        return [photo for name, photo in self.photos.items() if name not in named]


def field_reports(session: Session, order: Order) -> list[FieldReport]:
    """Everything recorded in the field about `order`, in the order it happened."""
    return _reports(session, (FieldEvent.order_number == order.number) & FieldEvent.kind.in_(KINDS))


def reports_of_events(session: Session, ids: Collection[str]) -> dict[str, FieldReport]:
    """Each of these events and what was recorded with it, by id; progress has no more than a time."""
    return {report.id: report for report in _reports(session, FieldEvent.id.in_(ids))}


def _reports(session: Session, which: ColumnElement[bool]) -> list[FieldReport]:
    rows = session.execute(
        select(FieldEvent, Technician.name, Order.type)
        .join(Technician, Technician.id == FieldEvent.technician_id)
        .outerjoin(Order, Order.number == FieldEvent.order_number)
        .where(which)
        .order_by(FieldEvent.occurred_at, FieldEvent.id)
    ).all()
    photos: dict[str, dict[str, Evidence]] = {}
    ids = [event.id for event, *_ in rows]
    for some in pieces(ids):
        taken = select(Evidence).where(Evidence.event_id.in_(some)).order_by(Evidence.id)
        for photo in session.scalars(taken):
            photos.setdefault(photo.event_id, {})[photo.name] = photo
    return [_report(type_, event, name, photos.get(event.id, {})) for event, name, type_ in rows]


def _report(type_: str | None, event: FieldEvent, name: str, photos: Mapping[str, Evidence]) -> FieldReport:
    body = event_body(event.body)
    place: Any = event.body.get("position")
    fix = place if isinstance(place, Mapping) and {"lon", "lat"} <= place.keys() else None
    said = body.get("outcome") if event.kind == "completed" else body.get("reason")
    return FieldReport(
        id=event.id,
        kind=event.kind,
        at=event.occurred_at,
        technician=name,
        outcome=said if isinstance(said, str) and event.kind in {"completed", "unable"} else None,
        values=recorded(CATALOGUE.get(type_ or ""), event.kind, body),
        photos=photos,
        position=(float(fix["lon"]), float(fix["lat"])) if fix else None,
        accuracy_m=float(fix["accuracy_m"]) if fix and fix.get("accuracy_m") is not None else None,
    )
