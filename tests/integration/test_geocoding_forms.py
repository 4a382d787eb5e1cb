"""Every form in which US addresses are written finds its place, and what was not used is said."""

from collections.abc import Iterator

import pytest
import shapely
from sqlalchemy.orm import Session

from geo.territory.geocoding import Gazetteer
from server.db import open_engine, session_factory
from tests.integration.office.conftest import _copied
from workorders.problems import Problem
from workorders.queries.search import search
from workorders.tables import Premise

ADDRESSES = [
    ("123 1/2", "N Main St"),
    ("123", "N Main St"),
    ("123", "S Main St"),
    ("14500", "FM 1960 Rd W"),
    ("900", "US Hwy 395"),
    ("12", "County Road 120"),
    ("13", "County Road 102"),
    ("120", "County Road 12"),
    ("77", "1st St"),
    ("77", "11th St"),
    ("77", "21st St"),
    ("500", "St Clair Ave"),
    ("501", "Avenue C"),
    ("501", "Avenue D"),
    ("55", "E North St"),
    ("RR 2 Box 15", "Rural Route 2"),
    ("42-18", "Calle Peña"),
    ("W204N11912", "Goldendale Rd"),
    ("N6230", "County Road N"),
    ("820", "Martin Luther King Jr Blvd"),
    ("100 Unit B-2", "Harbor Dr"),
    ("100", "Harbor Dr"),
    ("100", "Quay Dr Apt 3"),
    ("100", "Quay Dr Apt 4"),
    ("0", "O'Malley's Trailer Park"),
    ("310", "State Route 9"),
    ("300", "Twenty-Third Ave"),
    ("220A", "Court St"),
    ("123", "W 400 S"),
    ("9", "110th St"),
    ("7½", "Elm Ct"),
]
FOUND = [
    ("123 1/2 N Main St", "123 1/2 N Main St"),
    ("123½ N Main St", "123 1/2 N Main St"),
    ("123-1/2 N. Main Street", "123 1/2 N Main St"),
    ("123 N Main St", "123 N Main St"),
    ("123 Main St N", "123 N Main St"),
    ("123 S Main", "123 S Main St"),
    ("77 21st", "77 21st St"),
    ("77 First", "77 1st St"),
    ("77 Eleventh Street", "77 11th St"),
    ("77 Twenty-First St", "77 21st St"),
    ("77 Twenty First", "77 21st St"),
    ("77 21 St", "77 21st St"),
    ("300 23rd Ave", "300 Twenty-Third Ave"),
    ("300 Twenty Third Avenue", "300 Twenty-Third Ave"),
    ("9 One Hundred and Tenth Street", "9 110th St"),
    ("55 E. North", "55 E North St"),
    ("55 East North Street", "55 E North St"),
    ("500 Saint Clair Avenue", "500 St Clair Ave"),
    ("14500 FM 1960", "14500 FM 1960 Rd W"),
    ("14500 F.M. 1960", "14500 FM 1960 Rd W"),
    ("14500 FM1960 W", "14500 FM 1960 Rd W"),
    ("14500 Farm to Market 1960", "14500 FM 1960 Rd W"),
    ("14500 Farm-to-Market Road 1960 Road West", "14500 FM 1960 Rd W"),
    ("900 US-395", "900 US Hwy 395"),
    ("900 U.S. Route 395", "900 US Hwy 395"),
    ("900 Hwy 395", "900 US Hwy 395"),
    ("900 Hwy 395 MP 12", "900 US Hwy 395"),
    ("12 CR 120", "12 County Road 120"),
    ("12 CR-120", "12 County Road 120"),
    ("12 County Rd 120", "12 County Road 120"),
    ("13 Co Rd 102", "13 County Road 102"),
    ("N6230 County Rd N", "N6230 County Road N"),
    ("310 SR 9", "310 State Route 9"),
    ("310 State Hwy 9", "310 State Route 9"),
    ("310 Rte 9", "310 State Route 9"),
    ("501 Ave C", "501 Avenue C"),
    ("501 Ave D", "501 Avenue D"),
    ("RR 2 Box 15", "RR 2 Box 15 Rural Route 2"),
    ("42-18 calle pena", "42-18 Calle Peña"),
    ("W204 N11912 Goldendale Road", "W204N11912 Goldendale Rd"),
    ("820 MLK Jr Blvd", "820 Martin Luther King Jr Blvd"),
    ("100 Harbor Dr Unit B-2", "100 Unit B-2 Harbor Dr"),
    ("100 Harbor Drive #B2", "100 Unit B-2 Harbor Dr"),
    ("100 Harbor Dr", "100 Harbor Dr"),
    ("100 Quay Drive, Apartment 4", "100 Quay Dr Apt 4"),
    ("220-A Court St", "220A Court St"),
    ("123 West 400 South", "123 W 400 S"),
    ("7 1/2 Elm Court", "7½ Elm Ct"),
    ("0 OMalleys Trailer Park", "0 O'Malley's Trailer Park"),
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(
    request: pytest.FixtureRequest,
    migrated_template: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Session]:
    """A session on a town of these addresses, made once for all of them: nothing here changes it."""
    with _copied(migrated_template[request.param], tmp_path_factory.mktemp("town")) as url:
        engine = open_engine(url)
        with session_factory(engine)() as session:
            _build(session)
            yield session
        engine.dispose()


def _build(session: Session) -> None:
    for number, (house, street) in enumerate(ADDRESSES):
        place = shapely.Point(-98.6 + number * 1e-3, 39.1)
        session.add(
            Premise(
                number=f"R{number}",
                house_number=house,
                street=street,
                city="Demo Falls",
                postcode="67401",
                position=place,
            )
        )
    session.flush()


@pytest.fixture(scope="module")
def gazetteer(town: Session) -> Gazetteer:
    return Gazetteer.of(town)


@pytest.mark.parametrize(("asked", "label"), FOUND)
def test_each_form_finds_its_premise(town: Session, gazetteer: Gazetteer, asked: str, label: str) -> None:
    for text in (asked, f"{asked}, Demo Falls", f"{asked.upper()}, Demo Falls, KS 67401"):
        best = gazetteer.geocode(town, text)[0]
        assert (best.kind, best.label) == ("premise", label), text


@pytest.mark.parametrize(
    ("asked", "label", "unused"),
    [
        ("123 1/2 S Main St", "123 S Main St", ("1/2",)),
        ("100 Harbor Dr Unit C", "100 Harbor Dr", ("unit c",)),
        ("900 US Hwy 395 MP 12", "900 US Hwy 395", ("mile 12",)),
        ("77 21st St, Otherville", "77 21st St", ("otherville",)),
        ("77 21st St, Demo Falls, KS", "77 21st St", ("KS",)),
        ("77 21st St 99999", "77 21st St", ("99999",)),
        ("501 N Avenue C", "501 Avenue C", ("north",)),
        ("220B Court St", "220A Court St", ("b",)),
    ],
)
def test_a_part_that_was_not_used_is_named_and_costs(
    town: Session, gazetteer: Gazetteer, asked: str, label: str, unused: tuple[str, ...]
) -> None:
    best = gazetteer.geocode(town, asked)[0]
    assert (best.label, best.unused) == (label, unused)
    assert best.score < 100


@pytest.mark.parametrize("asked", ["123 S Main", "77 21st", "55 E. North", "14500 FM 1960", "900 Hwy 395"])
def test_what_was_left_out_keeps_it_from_being_certain(
    town: Session, gazetteer: Gazetteer, asked: str
) -> None:
    assert gazetteer.geocode(town, asked)[0].score < 100


def test_the_same_address_is_certain(town: Session, gazetteer: Gazetteer) -> None:
    best = gazetteer.geocode(town, "123 1/2 North Main Street, Demo Falls 67401")[0]
    assert (best.score, best.unused) == (100.0, ())


@pytest.mark.parametrize("asked", ["12 County Road 121", "501 Avenue E", "77 31st St", "5 FM 1961"])
def test_another_number_or_letter_is_another_road(town: Session, gazetteer: Gazetteer, asked: str) -> None:
    assert gazetteer.geocode(town, asked) == []


@pytest.mark.parametrize("asked", ["PO Box 12", "P.O. Box 12, Demo Falls", "General Delivery"])
def test_a_post_office_box_is_no_place(town: Session, gazetteer: Gazetteer, asked: str) -> None:
    with pytest.raises(Problem) as refused:
        gazetteer.geocode(town, asked)
    assert "post office box" in str(refused.value.details["reason"])


@pytest.mark.parametrize(("asked", "label"), FOUND)
def test_the_search_box_knows_the_same_words(town: Session, asked: str, label: str) -> None:
    titles = [hit.title for hit in search(town, asked) if hit.kind == "premise"]
    assert titles[:1] == [label]
