"""Where technicians were when their tablets last reported something: never more than a report told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from workorders.judgement.event_schema import event_body
from workorders.tables import FieldEvent, Technician


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """A technician's last known place.

    Degrees; `at` is when it was noted, `accuracy_m` how sure the tablet was, in metres.
    """

    technician_id: str
    name: str
    lon: float
    lat: float
    accuracy_m: float | None
    at: datetime
    kind: str
    """The event that told it, such as `en_route`."""
    order_number: str | None


def newest_places(session: Session, *, since: datetime) -> dict[str, str]:
    """Technician id → the newest event since then that told a place, of everybody active."""
    newest = _newest(since)
    rows = session.execute(select(Technician.id, newest).where(Technician.active))
    return {technician: event for technician, event in rows if event is not None}


def field_places(session: Session, *, since: datetime) -> list[FieldPlace]:
    """The last place of everybody active who reported one since then, by name.

    Who has signed off since is not shown: the working day is over.
    """
    events = newest_places(session, since=since)
    rows = session.execute(
        select(FieldEvent, Technician.name)
        .join(Technician, Technician.id == FieldEvent.technician_id)
        .where(FieldEvent.id.in_(sorted(events.values())))
        .order_by(Technician.name, Technician.id)
    )
    return [
        _place(event, name) for event, name in rows if event_body(event.body).get("state") != "signed_off"
    ]


def _newest(since: datetime) -> ScalarSelect[str]:
    return (
        select(FieldEvent.id)
        .where(
            FieldEvent.technician_id == Technician.id,
            FieldEvent.occurred_at >= since,
            FieldEvent.body["position"]["lon"].as_string().is_not(None),
        )
        .order_by(FieldEvent.occurred_at.desc(), FieldEvent.counter.desc())
        .limit(1)
        .correlate(Technician)
        .scalar_subquery()
    )


def _place(event: FieldEvent, name: str) -> FieldPlace:
    told = event.body["position"]
    return FieldPlace(
        event.technician_id,
        name,
        told["lon"],
        told["lat"],
        told.get("accuracy_m"),
        event.occurred_at,
        event.kind,
        event.order_number,
    )
