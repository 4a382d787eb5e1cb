"""An address as people type it finds its premise, or the right place along its street."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from geo.territory.geocoding import Gazetteer
from workorders.grammar.address_forms import parse_address
from workorders.grammar.address_words import normal_street
from workorders.tables import Premise

STREETS = [
    "North Alder Street",
    "Alder Court",
    "Saint Clair Avenue",
    "3rd Street",
    "Quarry Ridge Road",
    "Main Street",
]


@pytest.fixture
def gazetteer(session: Session) -> Gazetteer:
    number = 0
    for row, street in enumerate(STREETS):
        for house in (100, 102, 104, 110, 111, 115, 120):
            number += 1
            session.add(
                Premise(
                    number=f"P{number}",
                    house_number=str(house),
                    street=street,
                    city="Testville",
                    postcode="00000",
                    position=shapely.Point(-98 + house * 1e-5, 39 + row * 1e-3),
                )
            )
    session.flush()
    line = shapely.LineString([(-98, 39.5), (-97.9, 39.5)])
    return Gazetteer.of(session, {"Orchard Lane": line})


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("104 N Alder St", "104 North Alder Street"),
        ("104 n. alder street, Testville", "104 North Alder Street"),
        ("104 N Alder St Testville", "104 North Alder Street"),
        ("104 North Aldr Stret", "104 North Alder Street"),
        ("110 alder ct apt 4", "110 Alder Court"),
        ("111 St Clair Ave", "111 Saint Clair Avenue"),
        ("115 Third St", "115 3rd Street"),
        ("120 Quary Ridge Rd #2", "120 Quarry Ridge Road"),
        ("100 Mian Street", "100 Main Street"),
    ],
)
def test_spellings_find_the_premise(session: Session, gazetteer: Gazetteer, typed: str, label: str) -> None:
    best = gazetteer.geocode(session, typed)[0]
    assert (best.kind, best.label) == ("premise", label)
    assert best.premise_id is not None


def test_a_number_between_two_houses_lies_between_them(session: Session, gazetteer: Gazetteer) -> None:
    best = gazetteer.geocode(session, "107 Main St")[0]
    assert best.kind == "between"
    assert best.point.x == pytest.approx(-98 + 107e-5)
    assert gazetteer.geocode(session, "113 Main St")[0].point.x == pytest.approx(-98 + 113e-5)


def test_a_street_without_premises_gives_its_middle(session: Session, gazetteer: Gazetteer) -> None:
    best = gazetteer.geocode(session, "12 Orchard Ln")[0]
    assert (best.kind, best.label) == ("street", "Orchard Lane")
    assert best.point.x == pytest.approx(-97.95)


def test_what_is_not_here_is_not_found(session: Session, gazetteer: Gazetteer) -> None:
    assert gazetteer.geocode(session, "5 Zanzibar Boulevard") == []
    assert gazetteer.geocode(session, "") == []
    assert gazetteer.geocode(session, "104") == []


@given(st.text(max_size=80))
def test_any_text_can_be_taken_apart(text: str) -> None:
    asked = parse_address(text)
    assert asked.number is None or asked.number.base
    assert isinstance(normal_street(text), str)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("N Main St", "north main street"),
        ("St. Clair Ave", "saint clair avenue"),
        ("E St Louis Rd", "east saint louis road"),
    ],
)
def test_short_words_are_written_out(text: str, normal: str) -> None:
    assert normal_street(text) == normal
