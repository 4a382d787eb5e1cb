"""Zones from a file: nothing is taken away unasked, and what is placed elsewhere is noticed."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select

from server.cli import Discovered
from server.config import Config
from server.db import session_factory
from tests.contract.test_territory import SOUTH, WEST, scatter
from tests.integration.imports.conftest import PREMISES, Load
from workorders.tables import Outbox, Premise, Technician, Zone

WEST_HALF = shapely.box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.2)
EAST_HALF = shapely.box(WEST + 0.1, SOUTH, WEST + 0.2, SOUTH + 0.2)
ELSEWHERE = shapely.box(-117.2, 32.7, -117.1, 32.8)
FEET = shapely.box(6_269_000, 1_835_000, 6_300_000, 1_872_000)
EXCHANGED = shapely.box(SOUTH, WEST, SOUTH + 0.2, WEST + 0.2)


@pytest.fixture
def environment(config: Config, engine: Engine) -> dict[str, str]:
    """200 premises in an east and a west zone, and a technician in each."""
    with session_factory(engine).begin() as session:
        scatter(session, 200)
        for code, area in (("W", WEST_HALF), ("E", EAST_HALF)):
            zone = Zone(code=code, name=code, kind="work", area=shapely.MultiPolygon([area]))
            session.add(zone)
            session.flush()
            session.add(Technician(id=f"t{code.lower()}", name=code, skills=["water"], zone_id=zone.id))
            for premise in session.scalars(select(Premise)):
                if area.covers(premise.position):
                    premise.zone_id = zone.id
    return {"CURBSTOP_DATABASE_URL": config.database_url, "CURBSTOP_DATA_DIR": str(config.data_dir)}


def zones(
    environment: dict[str, str], folder: Path, areas: dict[str, shapely.Polygon], *options: str
) -> Result:
    """`curbstop import zones FILE …` on a file of these areas."""
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": shapely.geometry.mapping(area)}
        for code, area in areas.items()
    ]
    path = folder / "zones.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return CliRunner().invoke(Discovered(), ["import", "zones", str(path), *options], env=environment)


def state(engine: Engine) -> Any:
    """Zones with their shapes, and whose premises and technicians are theirs."""
    with session_factory(engine)() as session:
        codes = {zone.id: zone.code for zone in session.scalars(select(Zone))}
        shapes = {zone.code: zone.area.wkt for zone in session.scalars(select(Zone))}
        people = {t.id: codes.get(t.zone_id or 0) for t in session.scalars(select(Technician))}
        premises = {p.number: codes.get(p.zone_id or 0) for p in session.scalars(select(Premise))}
        return shapes, people, premises


@pytest.mark.parametrize(
    ("areas", "code"),
    [
        ({"F": FEET}, "area_not_in_degrees"),
        ({"F": EXCHANGED}, "area_axes_exchanged"),
        ({"F": ELSEWHERE}, "replacement_not_confirmed"),
        ({"W": WEST_HALF}, "replacement_not_confirmed"),
        ({"W": WEST_HALF, "E": EAST_HALF, "F": ELSEWHERE}, "replacement_not_confirmed"),
        ({"W": WEST_HALF.buffer(-0.04), "E": EAST_HALF}, "replacement_not_confirmed"),
    ],
)
def test_what_would_harm_the_district_is_refused_and_changes_nothing(
    environment: dict[str, str], engine: Engine, tmp_path: Path, areas: dict[str, shapely.Polygon], code: str
) -> None:
    before = state(engine)
    done = zones(environment, tmp_path, areas)
    assert done.exit_code != 0
    assert f"[{code}]" in done.output
    assert state(engine) == before


def test_what_is_taken_away_is_said_before_and_the_true_number_after(
    environment: dict[str, str], engine: Engine, tmp_path: Path
) -> None:
    lost = sum(zone == "E" for zone in state(engine)[2].values())
    said = (
        f"0 new, 1 kept, 1 gone (E); {lost} premises change their zone, of which {lost} have none "
        "afterwards; 1 technicians lose theirs"
    )
    refused = zones(environment, tmp_path, {"W": WEST_HALF})
    assert refused.exit_code != 0
    assert said in refused.output
    assert "--replace" in refused.output
    tried = zones(environment, tmp_path, {"W": WEST_HALF}, "--dry-run")
    assert said in tried.output
    assert set(state(engine)[0]) == {"W", "E"}
    done = zones(environment, tmp_path, {"W": WEST_HALF}, "--replace")
    assert done.exit_code == 0
    assert said in done.output
    shapes, people, premises = state(engine)
    assert set(shapes) == {"W"}
    assert people == {"tw": "W", "te": None}
    assert sum(zone is None for zone in premises.values()) == lost


def test_new_and_moved_zones_need_no_consent(
    environment: dict[str, str], engine: Engine, tmp_path: Path
) -> None:
    middle = shapely.box(WEST + 0.05, SOUTH, WEST + 0.1, SOUTH + 0.2)
    west = WEST_HALF.difference(middle)
    moved = sum(middle.covers(p) for p in positions(engine))
    done = zones(environment, tmp_path, {"W": west, "M": middle, "E": EAST_HALF})
    assert done.exit_code == 0, done.output
    assert f"1 new, 2 kept, 0 gone; {moved} premises change their zone." in done.output
    assert moved > 0
    with session_factory(engine)() as session:
        enqueued = session.execute(select(Outbox.technician_id, Outbox.topic, Outbox.key)).all()
    assert {tuple(row) for row in enqueued} == {(who, "ref", "technician") for who in ("te", "tw")}


def positions(engine: Engine) -> list[shapely.Point]:
    with session_factory(engine)() as session:
        return list(session.scalars(select(Premise.position)))


def test_positions_of_rows_are_held_against_the_district(load: Load) -> None:
    # An eastern district, where exchanged axes are still a place on earth.
    east = PREMISES.replace("-98.", "-78.")
    assert load("premises", east).written
    wrong = east.replace("P-", "Q-").replace("SP-", "SQ-").replace("-78.5012,39.1008", "39.1008,-78.5012")
    report = load("premises", wrong)
    assert [(error.row, error.column) for error in report.errors] == [(4, "longitude")]
    assert "exchanged" in report.errors[0].words
    far = east.replace("P-", "Q-").replace("SP-", "SQ-").replace("-78.5012", "78.5012")
    assert load("premises", far).counts["premises_far_from_the_district"] == 1
    people = ["technician,name,skills,longitude,latitude", "t2,Bo,water,39.1,-78.6"]
    people += ["t3,Cy,water,78.6,39.1", "t4,Di,water,-78.6,39.1"]
    report = load("technicians", "\n".join(people))
    assert [(error.row, error.column) for error in report.errors] == [(2, "longitude"), (3, "longitude")]
    assert "exchanged" in report.errors[0].words
    assert "km from the district" in report.errors[1].words
