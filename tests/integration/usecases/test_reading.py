"""Read files taken in, what validation finds and what becomes of it, calls, letters, backflow tests."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.imports.read_files import digest_of, file_rows
from tests.integration.usecases.world import NOW, TODAY, off, point
from workorders.problems import Problem
from workorders.queries.reading import high_reads, open_findings, unread_meters, unread_routes
from workorders.queries.service_letters import letters_due
from workorders.tables import (
    AccountNote,
    BackflowDevice,
    MeterSkip,
    Order,
    Read,
    ReadFile,
    ReadFinding,
    ReadingStop,
    ServiceLetter,
)
from workorders.usecases.meters.backflow_tests import record_backflow_test
from workorders.usecases.meters.courtesy_calls import note_call
from workorders.usecases.meters.decide_findings import accept_findings, estimate_findings, order_findings
from workorders.usecases.meters.read_layouts import layout_named, save_layout
from workorders.usecases.meters.service_letters import issue_letters, mark_letters_mailed
from workorders.usecases.meters.take_read_file import take_read_file
from workorders.usecases.meters.unread import findings_of_unread

ZONE = ZoneInfo("America/Chicago")
LAST = 144_000
"""The newest read of every household, 30 days ago; it uses 4,000 in a month."""
HEAD = "Meter;Day;Reading;Skip;Route;Seq;Reader"
SKIP = {"LG": "locked_gate", "DOG": "dog"}


@pytest.fixture
def desk(session: Session) -> Session:
    columns = {
        "serial": "Meter",
        "read_on": "Day",
        "value": "Reading",
        "skip": "Skip",
        "route": "Route",
        "sequence": "Seq",
    }
    save_layout(
        session,
        name="handheld",
        source="handheld",
        columns=columns,
        day_form="mdy",
        skip_codes=SKIP,
        now=NOW,
        actor="dispatcher",
    )
    return session


def take(session: Session, *rows: str, name: str = "route.csv", layout: str = "handheld") -> ReadFile:
    wanted = layout_named(session, layout)
    data = "\n".join([HEAD, *rows]).encode()
    return take_read_file(
        session,
        wanted,
        file_rows(data, wanted, ZONE),
        name=name,
        digest=digest_of(data),
        now=NOW,
        actor="dispatcher",
    )


def findings(session: Session) -> dict[str, ReadFinding]:
    return {f"{one.finding.kind} {one.finding.meter.serial}": one.finding for one in open_findings(session)}


def test_good_rows_become_reads_and_the_others_are_named(desk: Session) -> None:
    made = take(
        desk,
        f"M1;03/01/2026;{LAST + 4_000};;R7;1;X",
        f"M1;03/01/2026;{LAST + 4_000};;R7;1;X",
        f"M2;03/01/2026;{LAST + 4_000};;R7;2;X",
        f"M2;03/01/2026;{LAST + 4_001};;R7;2;X",
        "M9;03/01/2026;5;;R7;3;X",
        "M3;03/09/2026;5;;R7;3;X",
        "M3;03/01/2026;1234567;;R7;3;X",
        "M4;03/01/2026;;LG;R7;4;X",
        "M4;03/01/2026;;??;R7;4;X",
    )
    assert (made.rows, made.accepted, made.repeated, made.skipped, made.faulty) == (9, 2, 1, 1, 5)
    assert [(one["row"], one["message"]["code"]) for one in made.faults] == [
        (5, "readfile.differs"),
        (6, "readfile.unknown_meter"),
        (7, "readfile.future"),
        (8, "readfile.dials"),
        (10, "readfile.unknown_skip"),
    ]
    assert [one["column"] for one in made.faults] == ["Reading", "Meter", "Day", "Reading", "Skip"]
    assert (made.first_on, made.last_on) == (date(2026, 3, 1), date(2026, 3, 1))
    stops = desk.execute(select(ReadingStop.route, ReadingStop.sequence)).all()
    assert ("R7", 4) in [tuple(one) for one in stops]


def test_the_same_file_and_the_same_read_come_once(desk: Session) -> None:
    row = f"M1;03/01/2026;{LAST + 4_000};;R7;1;X"
    take(desk, row)
    with pytest.raises(Problem) as again:
        take(desk, row)
    assert again.value.code == "read_file_known"
    other = take(desk, row, f"M2;03/01/2026;{LAST + 4_000};;R7;2;X")
    assert (other.accepted, other.repeated) == (1, 1)


def test_a_file_without_a_column_of_its_layout_is_refused(desk: Session) -> None:
    wanted = layout_named(desk, "handheld")
    with pytest.raises(Problem) as found:
        list(file_rows(b"Meter;Day\nM1;03/01/2026", wanted, ZONE))
    assert found.value.code == "read_file_columns"
    assert found.value.details["columns"] == "Reading, Route, Seq, Skip"


def test_what_is_odd_waits_and_a_meter_of_the_route_that_is_not_there_is_missing(desk: Session) -> None:
    off(desk, 4, "off_np")
    take(desk, *(f"M{n};02/10/2026;{LAST + 1_300};;R7;{n};X" for n in (1, 2, 3, 4, 5)), name="before.csv")
    for one in desk.scalars(select(ReadFinding)):
        one.state = "accepted"
    made = take(
        desk,
        f"M1;03/02/2026;{LAST + 40_000};;R7;1;X",
        f"M2;03/02/2026;{LAST - 700};;R7;2;X",
        f"M4;03/02/2026;{LAST + 9_000};;R7;4;X",
        f"M5;03/02/2026;{LAST + 4_600};;R7;5;X",
    )
    assert made.absent == 1
    assert set(findings(desk)) == {"high M1", "reversed M2", "missing M3"}
    wrong = desk.get_one(ReadFinding, findings(desk)["reversed M2"].id).read
    assert wrong is not None
    assert "not_billable" in wrong.flags
    take(desk, f"M3;03/02/2026;{LAST + 4_600};;R7;3;X", name="late.csv")
    assert set(findings(desk)) == {"high M1", "reversed M2"}


def test_usage_after_a_cut_is_told(desk: Session) -> None:
    take(desk, f"M4;02/27/2026;{LAST + 3_600};;R7;4;X")
    off(desk, 4, "off_np")
    take(desk, f"M4;03/02/2026;{LAST + 4_600};;R7;4;X")
    assert set(findings(desk)) == {"use_while_off M4"}


def test_rereads_and_special_reads_are_raised_together_and_once(desk: Session) -> None:
    take(desk, *(f"M{n};02/10/2026;{LAST + 1_300};;R7;{n};X" for n in (1, 2, 3)), name="before.csv")
    take(desk, f"M1;03/02/2026;{LAST + 40_000};;R7;1;X", f"M2;03/02/2026;{LAST - 700};;R7;2;X")
    ids = [one.id for one in findings(desk).values()]
    decided = order_findings(desk, ids, now=NOW, actor="csr")
    orders = {one.type: one for one in desk.scalars(select(Order))}
    assert (len(decided.done), decided.refused, set(orders)) == (3, [], {"reread", "special_read"})
    assert orders["special_read"].extra == {"reading_route": "R7"}
    doubts = {one.extra["flag_reason"] for one in desk.scalars(select(Order).where(Order.type == "reread"))}
    assert doubts == {"high", "below_previous"}
    assert findings(desk) == {}
    with pytest.raises(Problem) as again:
        order_findings(desk, ids, now=NOW, actor="csr")
    assert again.value.code == "nothing_chosen"


def test_a_read_taken_as_right_may_be_billed_and_a_missing_one_cannot_be_right(desk: Session) -> None:
    take(desk, *(f"M{n};02/10/2026;{LAST + 1_300};;R7;{n};X" for n in (2, 3)), name="before.csv")
    take(desk, f"M2;03/02/2026;{LAST - 700};;R7;2;X")
    ids = [one.id for one in findings(desk).values()]
    decided = accept_findings(desk, ids, reason="meter runs backwards", now=NOW, actor="csr")
    assert [one.kind for one in decided.done] == ["reversed"]
    assert [why.code for _, why in decided.refused] == ["read_missing"]
    newest = desk.scalars(select(Read).where(Read.source.startswith("finding:"))).one()
    assert (newest.value, newest.flags, newest.supersedes_id is not None) == (LAST - 700, ["accepted"], True)


def test_an_estimate_is_marked_with_its_method_and_gives_way_to_a_read(desk: Session) -> None:
    take(desk, *(f"M{n};02/10/2026;{LAST + 1_300};;R7;{n};X" for n in (2, 3)), name="before.csv")
    take(desk, f"M2;03/02/2026;{LAST + 4_500};;R7;2;X")
    missing = findings(desk)["missing M3"]
    estimate_findings(desk, [missing.id], now=NOW, actor="csr")
    made = desk.scalars(select(Read).where(Read.kind == "estimated")).one()
    assert made.flags in (["estimated_by_season"], ["estimated_by_average"])
    assert LAST + 3_400 < made.value < LAST + 5_500
    take(desk, f"M3;03/02/2026;{LAST + 4_600};;R7;3;X", name="late.csv")
    actual = desk.scalars(select(Read).where(Read.kind == "actual", Read.supersedes_id == made.id)).one()
    assert actual.value == LAST + 4_600


def test_unread_meters_are_listed_by_route_and_read_out_of_turn(desk: Session) -> None:
    desk.add(ReadingStop(service_point_id=point(desk, 1).id, route="R7", sequence=5))
    desk.flush()
    routes = unread_routes(desk, days=20, now=NOW)
    assert ("R7", 1, 1) in routes
    assert unread_routes(desk, days=35, now=NOW) == []
    [line] = unread_meters(desk, "R7", days=20, now=NOW)
    assert (line.serial, line.days) == ("M1", 30)
    ids = findings_of_unread(desk, [line.point.id], days=20, now=NOW)
    order_findings(desk, ids, now=NOW, actor="csr")
    assert desk.scalars(select(Order.type)).all() == ["special_read"]
    with pytest.raises(Problem) as found:
        findings_of_unread(desk, [line.point.id], days=35, now=NOW)
    assert found.value.code == "nothing_chosen"


def test_a_call_is_kept_in_the_contact_log_and_ends_when_the_customer_is_reached(desk: Session) -> None:
    take(desk, f"M1;03/02/2026;{LAST + 40_000};;R7;1;X")
    [line] = high_reads(desk, now=NOW)
    number = line.line.finding.id
    note_call(desk, number, outcome="no_answer", words="", now=NOW, actor="csr")
    assert [call.outcome for call in high_reads(desk, now=NOW)[0].calls] == ["no_answer"]
    with pytest.raises(Problem) as found:
        note_call(desk, number, outcome="reached", words=" ", now=NOW, actor="csr")
    assert found.value.details["field"] == "words"
    note_call(desk, number, outcome="reached", words="Filled the pool.", now=NOW, actor="csr")
    assert high_reads(desk, now=NOW) == []
    assert desk.scalars(select(AccountNote.words)).all() == ["Filled the pool."]


def skip(session: Session, *days: str) -> None:
    for day in days:
        take(session, f"M6;{day};;DOG;R7;6;X", name=day)


def test_the_third_skip_in_a_row_asks_for_a_letter_and_a_read_begins_anew(desk: Session) -> None:
    skip(desk, "02/10/2026", "02/18/2026")
    assert letters_due(desk, "access", TODAY) == []
    skip(desk, "02/26/2026")
    take(desk, "M6;02/26/2026;;LG;R7;6;X", name="again")
    [due] = letters_due(desk, "access", TODAY)
    assert (due.serial, due.skips) == ("M6", 3)
    batch = issue_letters(desk, "access", now=NOW, actor="dispatcher")
    letter = desk.scalars(select(ServiceLetter).where(ServiceLetter.batch_id == batch.id)).one()
    assert "Demo customer 6" in letter.text
    assert "meter M6 at 106 Alder Street on our last 3 visits" in letter.text
    assert letters_due(desk, "access", TODAY) == []
    with pytest.raises(Problem) as nobody:
        issue_letters(desk, "access", now=NOW, actor="dispatcher")
    assert nobody.value.code == "nothing_due"
    mark_letters_mailed(desk, batch.id, on=TODAY, now=NOW, actor="dispatcher")
    with pytest.raises(Problem) as twice:
        mark_letters_mailed(desk, batch.id, on=TODAY - timedelta(days=1), now=NOW, actor="dispatcher")
    assert twice.value.code == "already_mailed"
    take(desk, f"M6;03/01/2026;{LAST + 4_000};;R7;6;X", name="read")
    assert desk.query(MeterSkip).count() == 3
    assert letters_due(desk, "access", TODAY) == []


def test_an_assembly_is_written_about_tested_and_due_again_a_year_later(desk: Session) -> None:
    device = BackflowDevice(
        service_point_id=point(desk, 2).id,
        serial="BF-1",
        kind="rp",
        size="1",
        place="left of the door",
        located_at=NOW - timedelta(days=330),
        source="event:a",
        test_due_on=TODAY + timedelta(days=35),
    )
    desk.add(device)
    desk.flush()
    assert [one.serial for one in letters_due(desk, "backflow_test", TODAY)] == ["BF-1"]
    assert letters_due(desk, "backflow_test", TODAY - timedelta(days=30)) == []
    issue_letters(desk, "backflow_test", now=NOW, actor="dispatcher")
    assert (
        "(left of the door) is to be tested by Apr 6, 2026" in desk.scalars(select(ServiceLetter.text)).one()
    )
    assert letters_due(desk, "backflow_test", TODAY) == []
    given = {"tester": "T. Ester", "certificate": "BPAT 77", "now": NOW, "actor": "csr"}
    record_backflow_test(desk, device.id, tested_on=TODAY - timedelta(days=1), passed=False, **given)  # type: ignore[arg-type]
    assert device.test_due_on == TODAY + timedelta(days=35)
    record_backflow_test(desk, device.id, tested_on=TODAY, passed=True, **given)  # type: ignore[arg-type]
    assert device.test_due_on == TODAY + timedelta(days=365)
    with pytest.raises(Problem) as again:
        record_backflow_test(desk, device.id, tested_on=TODAY, passed=True, **given)  # type: ignore[arg-type]
    assert again.value.code == "tested_already"


def test_an_ami_file_tells_its_gaps_and_who_is_silent(desk: Session) -> None:
    save_layout(
        desk,
        name="tower",
        source="ami",
        columns={"serial": "Meter", "read_on": "Day", "value": "Reading"},
        day_form="mdy",
        skip_codes={},
        now=NOW,
        actor="dispatcher",
    )
    made = take(
        desk,
        f"M1;02/26/2026;{LAST + 3_600};;;;",
        f"M1;03/01/2026;{LAST + 4_000};;;;",
        layout="tower",
    )
    assert made.gap_days == ["2026-02-27", "2026-02-28"]
    assert made.absent == 0
