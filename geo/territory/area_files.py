"""Zones, service areas and meter-reading routes from GeoJSON, Shapefile or GeoPackage.

Whatever the file's projection (from its .prj, its own header, or an EPSG code given), areas come out as valid
multipolygons in SRID 4326. All or nothing: one unusable feature refuses the file and names the feature.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pyproj
import shapely
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from geo.territory.extent import Extent
from geo.territory.zones import territory
from workorders.problems import Problem
from workorders.tables import SRID, Premise, Technician, Zone

KINDS = ("work", "service", "reading")
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Area:
    """One named area; `repaired` says that its outline crossed itself and was mended."""

    code: str
    name: str
    shape: shapely.MultiPolygon
    repaired: bool


def read_areas(
    path: Path, *, code_field: str = "code", name_field: str = "name", epsg: int | None = None
) -> list[Area]:
    """Every feature of the file's first layer as an Area, in file order.

    Raises Problem area_file_unreadable (not a known format, no features), area_without_projection (neither in
    the file nor given), area_not_in_degrees, area_axes_exchanged (GeoJSON with other coordinates than its
    format has), bad_input (a missing or repeated code, a feature that is no area; `field` names it).
    """
    try:
        meta, _, geometry, columns = pyogrio.raw.read(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        raise Problem("area_file_unreadable", file=path.name, reason=str(error)) from error
    if geometry is None or not len(geometry):
        raise Problem("area_file_unreadable", file=path.name, reason="it holds no areas")
    fields = dict(zip((str(f) for f in meta["fields"]), columns, strict=True))
    if code_field not in fields:
        raise Problem(
            "bad_input", field=code_field, reason=f"is not a column; there are: {', '.join(fields) or 'none'}"
        )
    codes = [_as_text(value) for value in fields[code_field]]
    names = [_as_text(value) for value in fields.get(name_field, fields[code_field])]
    _check_codes(codes, code_field)
    _check_names(names)
    projection = _projection(path, meta.get("crs"), epsg)
    shapes = _reproject(shapely.from_wkb(geometry), projection)
    _check_degrees(path, shapes)
    return [_area(*row) for row in zip(codes, names, shapes, strict=True)]


def _check_degrees(path: Path, shapes: Iterable[shapely.Geometry | None]) -> None:
    """GeoJSON is in degrees, longitude first; what programs write under its name often is not."""
    points = shapely.get_coordinates([shape for shape in shapes if shape is not None])
    points = points[np.isfinite(points).all(axis=1)]
    off = points[(np.abs(points) > (180.0, 90.0)).any(axis=1)]
    if not len(off):
        return
    x, y = off[0].tolist()
    if (np.abs(points) <= (90.0, 180.0)).all():
        raise Problem("area_axes_exchanged", file=path.name, x=f"{x:g}", y=f"{y:g}")
    raise Problem("area_not_in_degrees", file=path.name, x=f"{x:,.10g}", y=f"{y:,.10g}")


def check_axes(file: str, areas: list[Area], extent: Extent | None) -> None:
    """Raises Problem area_axes_exchanged when an area lies in the district only with its axes exchanged."""
    for area in areas:
        at = area.shape.centroid
        if extent is not None and extent.exchanged(at.x, at.y):
            raise Problem("area_axes_exchanged", file=file, x=f"{at.x:g}", y=f"{at.y:g}")


def _as_text(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _check_codes(codes: list[str], field: str) -> None:
    seen: set[str] = set()
    for number, code in enumerate(codes, start=1):
        if not code or len(code) > 40:
            raise Problem(
                "bad_input", field=field, reason=f"feature {number} has no code of 1 to 40 characters"
            )
        if code in seen:
            raise Problem("bad_input", field=field, reason=f"feature {number} repeats the code {code}")
        seen.add(code)


def _check_names(names: list[str]) -> None:
    for number, name in enumerate(names, start=1):
        if len(name) > LONGEST_NAME:
            reason = f"feature {number} has a name of more than {LONGEST_NAME} characters"
            raise Problem("bad_input", field="name", reason=reason)


def _projection(path: Path, found: str | None, epsg: int | None) -> pyproj.CRS:
    if epsg is None and not found:
        raise Problem("area_without_projection", file=path.name)
    try:
        return pyproj.CRS.from_epsg(epsg) if epsg is not None else pyproj.CRS.from_user_input(found)
    except pyproj.exceptions.CRSError as error:
        raise Problem("bad_input", field="epsg", reason=str(error)) from error


def _reproject(shapes: np.ndarray[Any, Any], projection: pyproj.CRS) -> Iterable[shapely.Geometry | None]:
    change = pyproj.Transformer.from_crs(projection, pyproj.CRS.from_epsg(SRID), always_xy=True)
    shapes = shapely.force_2d(shapes)
    return list(shapely.transform(shapes, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1]))))


def _area(code: str, name: str, shape: shapely.Geometry | None) -> Area:
    if shape is None or shape.is_empty:
        raise Problem("bad_input", field=code, reason="has no shape")
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise Problem("bad_input", field=code, reason="lies outside the projection named")
    valid = bool(shapely.is_valid(shape))
    mended = shape if valid else shapely.make_valid(shape)
    parts = [
        p
        for p in shapely.get_parts(shapely.get_parts(mended))
        if isinstance(p, shapely.Polygon) and p.area > 0
    ]
    if not parts:
        raise Problem("bad_input", field=code, reason=f"is a {shape.geom_type}, not an area")
    return Area(code, name or code, shapely.MultiPolygon(parts), repaired=not valid)


@dataclass(frozen=True, slots=True)
class Replacement:
    """What replacing the zones of a kind does. Counted are those whose zone changes."""

    kept: tuple[str, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]
    premises_changed: int
    """Premises whose work zone is another one than before, or none."""
    premises_without: int
    """Of these, those that had a zone and have none now."""
    technicians_without: int
    """Technicians whose zone is gone."""

    @property
    def takes_away(self) -> bool:
        """Does anybody or anything lose what it had?"""
        return bool(self.gone or self.premises_without or self.technicians_without)


def replace_areas(session: Session, kind: str, areas: list[Area]) -> Replacement:
    """Make `areas` the zones of `kind`: known codes keep their id, missing ones go; premises follow.

    Answers what that changed; take the transaction back if it takes away too much. Raises Problem bad_input
    for an unknown kind and for a code that a zone of another kind has.
    """
    if kind not in KINDS:
        raise Problem("bad_input", field="kind", reason=f"must be one of {', '.join(KINDS)}")
    zones = session.scalars(select(Zone)).all()
    elsewhere = {zone.code: zone.kind for zone in zones if zone.kind != kind}
    known = {zone.code: zone for zone in zones if zone.kind == kind}
    before = _zones_of_premises(session)
    kept, added = [], []
    for area in areas:
        if area.code in elsewhere:
            reason = f"{area.code} is the code of a {elsewhere[area.code]} zone already"
            raise Problem("bad_input", field="code", reason=reason)
        zone = known.pop(area.code, None)
        if zone is None:
            session.add(Zone(code=area.code, name=area.name, kind=kind, area=area.shape))
            added.append(area.code)
        else:
            zone.name, zone.area = area.name, area.shape
            kept.append(area.code)
    gone = [zone.id for zone in known.values()]
    session.execute(update(Premise).where(Premise.zone_id.in_(gone)).values(zone_id=None))
    idle = session.execute(update(Technician).where(Technician.zone_id.in_(gone)).values(zone_id=None))
    session.execute(delete(Zone).where(Zone.id.in_(gone)))
    session.flush()
    if kind == "work":
        territory(session).assign_zones()
    after = _zones_of_premises(session)
    return Replacement(
        kept=tuple(kept),
        added=tuple(added),
        gone=tuple(sorted(known)),
        premises_changed=sum(after[premise] != zone for premise, zone in before.items()),
        premises_without=sum(zone is not None and after[premise] is None for premise, zone in before.items()),
        technicians_without=int(idle.rowcount),  # type: ignore[attr-defined] # an UPDATE's result is a CursorResult
    )


def _zones_of_premises(session: Session) -> dict[int, int | None]:
    rows = session.execute(select(Premise.id, Premise.zone_id))
    return {row.id: row.zone_id for row in rows}
