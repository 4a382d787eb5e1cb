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

from geo.territory import territory
from workorders.problems import Problem
from workorders.tables import SRID, Premise, Technician, Zone

KINDS = ("work", "service", "reading")


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
    the file nor given), bad_input (a missing or repeated code, a feature that is no area; `field` names it).
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
    projection = _projection(path, meta.get("crs"), epsg)
    shapes = _reproject(shapely.from_wkb(geometry), projection)
    return [_area(*row) for row in zip(codes, names, shapes, strict=True)]


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


def replace_areas(session: Session, kind: str, areas: list[Area]) -> int:
    """Make `areas` the zones of `kind`: known codes keep their id, missing ones go; premises follow.

    Returns how many premises changed their work zone. Raises Problem bad_input for an unknown kind.
    """
    if kind not in KINDS:
        raise Problem("bad_input", field="kind", reason=f"must be one of {', '.join(KINDS)}")
    known = {zone.code: zone for zone in session.scalars(select(Zone).where(Zone.kind == kind))}
    for area in areas:
        zone = known.pop(area.code, None)
        if zone is None:
            session.add(Zone(code=area.code, name=area.name, kind=kind, area=area.shape))
        else:
            zone.name, zone.area = area.name, area.shape
    gone = [zone.id for zone in known.values()]
    for table in (Premise, Technician):
        session.execute(update(table).where(table.zone_id.in_(gone)).values(zone_id=None))
    session.execute(delete(Zone).where(Zone.id.in_(gone)))
    session.flush()
    return territory(session).assign_zones() if kind == "work" else 0
