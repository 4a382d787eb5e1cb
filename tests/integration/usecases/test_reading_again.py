"""Read files that overlap, come late, or tell of a radio that has moved."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases.test_reading import LAST, desk, findings, take
from tests.integration.usecases.world import NOW, point
from workorders.problems import Problem
from workorders.tables import Installation, Meter, Read, ReadFinding
from workorders.usecases.meters.correct_read import ReadCorrection, correct_read
from workorders.usecases.meters.decide_findings import estimate_findings
from workorders.usecases.meters.read_layouts import save_layout

__all__ = ["desk"]


def live(session: Session, serial: str) -> list[tuple[int, str]]:
    """(value, kind) of the meter's reads that no other supersedes, oldest first."""
    gone = select(Read.supersedes_id).where(Read.supersedes_id.is_not(None))
    query = select(Read.value, Read.kind).join(Meter, Meter.id == Read.meter_id)
    query = query.where(Meter.serial == serial, Read.id.not_in(gone)).order_by(Read.taken_at, Read.id)
    return [(value, kind) for value, kind in session.execute(query)]


def test_a_file_that_repeats_an_estimated_read_changes_nothing(desk: Session) -> None:
    row = f"M1;03/02/2026;{LAST + 60_000};;R7;1;X"
    take(desk, row)
    estimate_findings(desk, [findings(desk)["high M1"].id], now=NOW, actor="csr")
    before = live(desk, "M1")
    again = take(desk, row, f"M2;03/02/2026;{LAST + 4_000};;R7;2;X", name="overlap.csv")
    assert (again.accepted, again.repeated, again.faulty) == (1, 1, 0)
    assert live(desk, "M1") == before


def test_a_corrected_read_is_not_estimated_besides(desk: Session) -> None:
    take(desk, f"M1;03/02/2026;{LAST + 60_000};;R7;1;X")
    finding = findings(desk)["high M1"]
    form = ReadCorrection(value=LAST + 4_100, serial="", reason="typed wrong")
    read = finding.read_id
    assert read is not None
    correct_read(desk, read, form, roles=["csr"], now=NOW, actor="csr")
    desk.expire_all()
    assert finding.state == "accepted", "what was odd is answered"
    finding.state = "open"
    desk.flush()
    decided = estimate_findings(desk, [finding.id], now=NOW, actor="csr")
    assert [why.code for _, why in decided.refused] == ["read_superseded"]
    assert live(desk, "M1")[-1] == (LAST + 4_100, "actual")


def test_a_late_file_of_before_leaves_a_missing_read_missing(desk: Session) -> None:
    take(desk, *(f"M{n};01/20/2026;{LAST - 1_000};;R7;{n};X" for n in (2, 3)), name="before.csv")
    take(desk, f"M2;03/02/2026;{LAST + 4_500};;R7;2;X")
    assert "missing M3" in findings(desk)
    take(desk, f"M3;02/20/2026;{LAST + 2_500};;R7;3;X", name="late.csv")
    assert "missing M3" in findings(desk)
    take(desk, f"M3;03/02/2026;{LAST + 4_500};;R7;3;X", name="came.csv")
    assert "missing M3" not in findings(desk)


def test_broken_quotes_keep_the_whole_file_out(desk: Session) -> None:
    rows = [
        f"M1;03/01/2026;{LAST + 4_000};;R7;1;X",
        'M2;03/01/2026;"14"8000;;R7;2;X',
        "M3;03/01/2026;5;;R7;3;X",
    ]
    with pytest.raises(Problem) as refused:
        take(desk, *rows)
    assert (refused.value.code, "3" in refused.value.words) == ("read_file_unreadable", True)


@pytest.fixture
def radio(desk: Session) -> Session:
    columns = {"endpoint": "Meter", "read_on": "Day", "value": "Reading", "estimated": "Skip"}
    save_layout(
        desk,
        name="ami",
        source="ami",
        columns=columns,
        day_form="mdy",
        skip_codes={},
        now=NOW,
        actor="dispatcher",
    )
    return desk


def heard(session: Session, *rows: str) -> tuple[int, int]:
    """(accepted, faulty) of a file of the radio network."""
    made = take(session, *rows, name="ami.csv", layout="ami")
    return made.accepted, made.faulty


def test_a_radio_tells_of_the_meter_that_it_is_on_that_day(radio: Session) -> None:
    old = radio.scalars(select(Meter).where(Meter.serial == "M1")).one()
    place = radio.scalars(select(Installation).where(Installation.meter_id == old.id)).one()
    new = Meter(serial="N1", make="Demo", size=old.size, dials=6, service="water", status="installed")
    old.endpoint = new.endpoint = "E-1"
    place.removed_at, old.status = NOW.replace(month=2, day=20), "held"
    radio.add(new)
    radio.flush()
    radio.add(
        Installation(
            meter_id=new.id,
            service_point_id=point(radio, 1).id,
            installed_at=place.removed_at,
            start_read=0,
            source="x",
        )
    )
    radio.flush()
    assert heard(radio, "E-1;03/01/2026;250;;;;", f"E-1;02/10/2026;{LAST + 1_000};;;;") == (2, 0)
    assert live(radio, "N1") == [(250, "actual")]
    assert live(radio, "M1")[-1] == (LAST + 1_000, "actual")


@pytest.mark.parametrize("first", ["yes", ""])
def test_what_was_read_goes_before_what_was_estimated(radio: Session, first: str) -> None:
    radio.scalars(select(Meter).where(Meter.serial == "M1")).one().endpoint = "E-1"
    values = {"yes": LAST + 4_400, "": LAST + 4_100}
    second = "" if first else "yes"
    rows = [f"E-1;03/01/2026;{values[one]};{one};;;" for one in (first, second)]
    assert heard(radio, *rows) == (1, 0)
    assert live(radio, "M1")[-1] == (LAST + 4_100, "actual")


def test_a_read_is_not_judged_against_the_estimate_whose_place_it_takes(desk: Session) -> None:
    take(desk, *(f"M{n};02/10/2026;{LAST + 1_300};;R7;{n};X" for n in (2, 3)), name="before.csv")
    take(desk, f"M2;03/02/2026;{LAST + 4_500};;R7;2;X")
    estimate_findings(desk, [findings(desk)["missing M3"].id], now=NOW, actor="csr")
    [(estimate, _)] = live(desk, "M3")[-1:]
    take(desk, f"M3;03/02/2026;{estimate - 300};;R7;3;X", name="late.csv")
    assert live(desk, "M3")[-1] == (estimate - 300, "actual")
    assert desk.scalars(select(ReadFinding.kind).where(ReadFinding.kind == "reversed")).all() == []
