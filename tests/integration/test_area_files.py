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

from geo.territory.area_files import check_axes, read_areas, replace_areas
from geo.territory.extent import district_extent
from tests.contract.test_territory import SOUTH, WEST, scatter
from workorders.problems import Problem
from workorders.tables import Premise, Technician, Zone

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
    made = replace_areas(session, "work", read_areas(path))
    assert (made.added, made.premises_changed, made.takes_away) == (("W", "E"), 200, False)
    west = session.scalars(select(Zone).where(Zone.code == "W")).one()
    only_west = write(tmp_path / "w.geojson", "GeoJSON", 4326, [WEST_HALF], ["W"])
    session.add(Technician(id="t01", name="Ann", skills=[], zone_id=by_code(session)["E"].id, active=True))
    session.flush()
    made = replace_areas(session, "work", read_areas(only_west))
    session.expire_all()
    assert [z.id for z in session.scalars(select(Zone))] == [west.id]
    outside = {i for i, p in points.items() if not WEST_HALF.covers(p)}
    assert set(session.scalars(select(Premise.id).where(Premise.zone_id.is_(None)))) == outside
    assert (made.kept, made.added, made.gone) == (("W",), (), ("E",))
    assert (made.premises_changed, made.premises_without) == (len(outside), len(outside))
    assert (made.technicians_without, made.takes_away) == (1, True)
    assert session.get_one(Technician, "t01").zone_id is None


def by_code(session: Session) -> dict[str, Zone]:
    return {zone.code: zone for zone in session.scalars(select(Zone))}


def test_a_code_of_another_kind_of_zone_is_refused(session: Session, tmp_path: Path) -> None:
    areas = read_areas(write(tmp_path / "z.geojson", "GeoJSON", 4326, [WEST_HALF], ["W"]))
    replace_areas(session, "work", areas)
    with pytest.raises(Problem, match="W is the code of a work zone already"):
        replace_areas(session, "service", areas)


def square(x: float, y: float, side: float) -> dict[str, Any]:
    return dict(shapely.geometry.mapping(shapely.box(x, y, x + side, y + side)))


@pytest.mark.parametrize(
    ("geometry", "code", "words"),
    [
        (square(6_270_000, 1_835_000, 30_000), "area_not_in_degrees", "are not degrees"),
        (square(480_000, 4_330_000, 5_000), "area_not_in_degrees", "are not degrees"),
        (square(-10_976_000, 4_735_000, 5_000), "area_not_in_degrees", "are not degrees"),
        (square(200, 100, 5), "area_not_in_degrees", "are not degrees"),
        (square(32.7, -117.2, 0.1), "area_axes_exchanged", "latitude before longitude"),
        (square(39.1, -98.6, 0.1), "area_axes_exchanged", "latitude before longitude"),
    ],
)
def test_geojson_that_is_not_in_degrees_is_refused_with_the_mend(
    tmp_path: Path, geometry: dict[str, Any], code: str, words: str
) -> None:
    path = tmp_path / "other.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature("F", geometry)]}))
    with pytest.raises(Problem) as caught:
        read_areas(path)
    assert caught.value.code == code
    assert words in caught.value.words
    if code == "area_not_in_degrees":
        assert "--epsg" in caught.value.advice


def test_geojson_in_feet_is_read_with_its_epsg(tmp_path: Path) -> None:
    path = tmp_path / "feet.geojson"
    path.write_text(
        json.dumps(
            {"type": "FeatureCollection", "features": [feature("F", square(6_270_000, 1_840_000, 30_000))]}
        )
    )
    middle = read_areas(path, epsg=2230)[0].shape.centroid
    assert (middle.x, middle.y) == (pytest.approx(-117.16, abs=0.1), pytest.approx(32.75, abs=0.1))


def test_axes_are_held_against_the_district(session: Session, tmp_path: Path) -> None:
    # Both ways round are degrees on earth: only the district decides which one is meant.
    scatter(session, 20)
    for premise in session.scalars(select(Premise)):
        premise.position = shapely.Point(premise.position.x + 14, premise.position.y)
    session.flush()
    extent = district_extent(session)
    wrong = write(tmp_path / "w.geojson", "GeoJSON", 4326, [shapely.box(39.0, -84.6, 39.2, -84.4)], ["A"])
    right = write(tmp_path / "r.geojson", "GeoJSON", 4326, [shapely.box(-84.6, 39.0, -84.4, 39.2)], ["A"])
    check_axes("r.geojson", read_areas(right), extent)
    check_axes("w.geojson", read_areas(wrong), None)
    with pytest.raises(Problem) as caught:
        check_axes("w.geojson", read_areas(wrong), extent)
    assert caught.value.code == "area_axes_exchanged"


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
