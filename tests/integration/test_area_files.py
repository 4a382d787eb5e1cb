"""Areas come in from every format a GIS department sends, in its own projection, or not at all."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pyproj
import pytest
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.area_files import read_areas, replace_areas
from tests.contract.test_territory import SOUTH, WEST, scatter
from workorders.problems import Problem
from workorders.tables import Premise, Zone

WEST_HALF = shapely.box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.2)
EAST_HALF = shapely.box(WEST + 0.1, SOUTH, WEST + 0.2, SOUTH + 0.2)
BOWTIE = shapely.Polygon([(WEST, SOUTH), (WEST + 0.1, SOUTH + 0.1), (WEST + 0.1, SOUTH), (WEST, SOUTH + 0.1)])


def write(
    path: Path, driver: str, epsg: int | None, shapes: list[shapely.Geometry], codes: list[str]
) -> Path:
    if epsg:
        to = pyproj.Transformer.from_crs(4326, epsg, always_xy=True)
        shapes = [
            shapely.transform(s, lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1]))) for s in shapes
        ]
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(shapes)),
        field_data=[np.array(codes, dtype=object), np.array([f"Zone {c}" for c in codes], dtype=object)],
        fields=["code", "name"],
        geometry_type="Polygon",
        crs=f"EPSG:{epsg}" if epsg else None,
        driver=driver,
    )
    return path


@pytest.mark.parametrize(
    ("name", "driver", "epsg"),
    [
        ("zones.geojson", "GeoJSON", 4326),
        ("zones.shp", "ESRI Shapefile", 26914),
        ("zones.gpkg", "GPKG", 3857),
    ],
)
def test_formats_and_projections_agree(tmp_path: Path, name: str, driver: str, epsg: int) -> None:
    areas = read_areas(write(tmp_path / name, driver, epsg, [WEST_HALF, EAST_HALF], ["W", "E"]))
    assert [(a.code, a.name, a.repaired) for a in areas] == [("W", "Zone W", False), ("E", "Zone E", False)]
    assert areas[0].shape.symmetric_difference(WEST_HALF).area < 1e-8


def test_an_outline_that_crosses_itself_is_mended_and_said(tmp_path: Path) -> None:
    area = read_areas(write(tmp_path / "b.geojson", "GeoJSON", 4326, [BOWTIE], ["B"]))[0]
    assert area.repaired
    assert area.shape.is_valid
    assert area.shape.area == pytest.approx(0.005, rel=1e-6)


def test_zones_are_replaced_and_premises_follow(session: Session, tmp_path: Path) -> None:
    points = scatter(session, 200)
    path = write(tmp_path / "z.geojson", "GeoJSON", 4326, [WEST_HALF, EAST_HALF], ["W", "E"])
    assert replace_areas(session, "work", read_areas(path)) == 200
    west = session.scalars(select(Zone).where(Zone.code == "W")).one()
    only_west = write(tmp_path / "w.geojson", "GeoJSON", 4326, [WEST_HALF], ["W"])
    replace_areas(session, "work", read_areas(only_west))
    session.expire_all()
    assert [z.id for z in session.scalars(select(Zone))] == [west.id]
    outside = {i for i, p in points.items() if not WEST_HALF.covers(p)}
    assert set(session.scalars(select(Premise.id).where(Premise.zone_id.is_(None)))) == outside


def feature(code: Any, geometry: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


@pytest.mark.parametrize(
    ("features", "code", "field"),
    [
        ([], "area_file_unreadable", None),
        ([feature("A", {"type": "Point", "coordinates": [1, 2]})], "bad_input", "A"),
        ([feature("", shapely.geometry.mapping(WEST_HALF))], "bad_input", "code"),
        ([feature("A", shapely.geometry.mapping(WEST_HALF))] * 2, "bad_input", "code"),
    ],
)
def test_an_unusable_file_is_refused_whole(
    tmp_path: Path, features: list[dict[str, Any]], code: str, field: str | None
) -> None:
    path = tmp_path / "bad.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(Problem) as caught:
        read_areas(path)
    assert caught.value.code == code
    assert caught.value.details.get("field") == field


def test_a_file_that_is_not_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.geojson"
    path.write_text("not a map")
    with pytest.raises(Problem, match=r"bad\.geojson"):
        read_areas(path)


def test_a_shapefile_without_prj_needs_an_epsg(tmp_path: Path) -> None:
    path = write(tmp_path / "z.shp", "ESRI Shapefile", 26914, [WEST_HALF], ["W"])
    path.with_suffix(".prj").unlink()
    with pytest.raises(Problem) as caught:
        read_areas(path)
    assert caught.value.code == "area_without_projection"
    assert read_areas(path, epsg=26914)[0].shape.symmetric_difference(WEST_HALF).area < 1e-8
