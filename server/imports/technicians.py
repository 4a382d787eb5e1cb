"""Technicians: who they are, what they can do, where their day begins."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import shapely
from marshmallow import ValidationError, fields
from sqlalchemy.orm import Session

from geo.territory.extent import Extent
from server.imports.context import (
    ImportContext,
    Record,
    column_values,
    exchanged_axes,
    insert_batches,
    known,
    repeated,
)
from server.imports.fields import EMPTY, Degrees, Numbers, RowSchema, YesNo, text
from server.imports.report import RowError
from workorders.tables import Outbox, Technician, Zone
from workorders.usecases.administration.technicians import KEY, SKILLS
from workorders.usecases.history import REFERENCES


class TechnicianKey(fields.String):
    """Small letters, digits and dashes, at most twenty."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        key = super()._deserialize(value, attr, data, **kwargs)
        if not KEY.fullmatch(key):
            raise ValidationError("must be small letters, digits and dashes, at most 20")
        return key


class TechnicianRow(RowSchema):
    """Columns of the technicians file."""

    technician = TechnicianKey(
        required=True,
        metadata={"help": "short key: small letters, digits and dashes, at most 20"},
        error_messages=EMPTY,
    )
    name = text("name as customers and the office read it", 120, required=True)
    skills = Numbers(
        required=True,
        metadata={"help": f"what they can do, separated by spaces: {', '.join(SKILLS)}"},
        error_messages=EMPTY,
    )
    zone = text("code of the work zone they usually work in", 40)
    longitude = Degrees(180, metadata={"help": "where they live, for shifts that begin at home"})
    latitude = Degrees(90, metadata={"help": "needed with the longitude"})
    active = YesNo(load_default=True, metadata={"help": "works here now (yes or no; otherwise yes)"})


def check(session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """What no single cell can show: repeated and known keys, unknown skills and zones, half a position."""
    yield from repeated(records, "technician", context)
    yield from exchanged_axes(records, context.extent)
    yield from _far_homes(records, context.extent)
    people = known(session, Technician.id, column_values(records, "technician"), Technician.name)
    zones = known(session, Zone.code, column_values(records, "zone"), Zone.id)
    for record in records:
        key = record.get("technician")
        if key in people:
            yield record.error("technician", f"technician {key} exists already: {people[key]}")
        for skill in record.get("skills") or ():
            if skill not in SKILLS:
                yield record.error("skills", f"no order asks for “{skill}”; there are {', '.join(SKILLS)}")
        if record.get("zone") is not None and record.get("zone") not in zones:
            yield record.error("zone", f"there is no zone {record.get('zone')}")
        if (record.get("longitude") is None) != (record.get("latitude") is None) and not record.faulty & {
            "longitude",
            "latitude",
        }:
            yield record.error("latitude", "longitude and latitude are given together or not at all")


def _far_homes(records: Sequence[Record], extent: Extent | None) -> Iterator[RowError]:
    """A day that begins and ends out of reach makes every plan of that day impossible."""
    for record in records:
        lon, lat = record.get("longitude"), record.get("latitude")
        if extent is None or lon is None or lat is None or extent.exchanged(lon, lat):
            continue
        if not extent.holds(lon, lat):
            km = round(extent.metres_to(lon, lat) / 1000)
            yield record.error("longitude", f"lies {km:,} km from the district's premises and streets")


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Insert technicians, and enqueue the forms, fees and settings for their databases."""
    zones = known(session, Zone.code, column_values(records, "zone"), Zone.id)
    rows = [_technician(record.values, zones) for record in records]
    insert_batches(session, Technician, rows, "writing technicians", context.progress)
    context.added.extend(f"technician:{row['id']}" for row in rows)
    references = [
        {"technician_id": row["id"], "topic": "ref", "key": reference, "created_at": context.now}
        for row in rows
        for reference in REFERENCES
    ]
    insert_batches(session, Outbox, references, "notifying their tablets", context.progress)
    return {"technicians": len(rows)}


def _technician(values: dict[str, Any], zones: dict[str, int]) -> dict[str, Any]:
    lives = values.get("longitude") is not None
    return {
        "id": values["technician"],
        "name": values["name"],
        "skills": list(values["skills"]),
        "zone_id": zones[values["zone"]] if values.get("zone") is not None else None,
        "home": shapely.Point(values["longitude"], values["latitude"]) if lives else None,
        "active": values["active"],
    }
