"""A bank's statement as BAI2 and as CSV: matched once, whole or not at all, on both engines."""

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from server.db import session_factory
from server.imports import ImportReport, import_rows
from tests.integration.imports.conftest import CHICAGO
from tests.integration.usecases import world
from tests.integration.usecases.cash_steps import counted
from tests.integration.usecases.world import LATER, TODAY
from workorders.tables import BankLine, BankStatement
from workorders.usecases.cash.deposits import make_deposit
from workorders.usecases.cash.drawer_closing import close_drawer, count_drawer
from workorders.usecases.cash.drawers import open_drawer
from workorders.usecases.cash.payments import record_payment

DAY = TODAY.strftime("%y%m%d")
HEAD = f"01,121000358,DISTRICT,{DAY},0600,1,,,2/\n02,DISTRICT,121000358,1,{DAY},2359,USD,2/\n"


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """A district with one deposit of 95.00: 45.00 in cash and a check."""
    made = session_factory(engine)
    with made() as session:
        world.build(session)
        drawer = open_drawer(session, 0, now=LATER, actor="casey")
        for id_, cents, how in (("p1", 4_500, "cash"), ("p2", 5_000, "check")):
            record_payment(
                session,
                id_,
                "A1",
                cents,
                "counter",
                now=LATER,
                actor="casey",
                method=how,
                reference="1077",
            )
        count_drawer(session, drawer.id, counted(4_500, {"p2": 5_000}), now=LATER, actor="casey")
        close_drawer(session, drawer.id, reason="", now=LATER, actor="sam")
        make_deposit(session, [drawer.id], now=LATER, actor="casey")
        session.commit()
    return made


def bai2(*details: str, opening: int = 500_000) -> str:
    """A file of one account around these records 16 and 88, with true totals."""
    total = opening + sum(int(one.split(",")[2]) for one in details if one.startswith("16,"))
    inner = len(details) + 2
    tail = f"49,{total},{inner}/\n98,{total},1,{inner + 2}/\n99,{total},1,{inner + 4}/\n"
    return HEAD + f"03,0012345678,,010,{opening},,/\n" + "".join(f"{one}\n" for one in details) + tail


WHOLE = bai2(
    "16,301,9500,Z,88123,DP-000001,COUNTER DEPOSIT, MAIN",
    "88,STREET",
    "16,555,5000,S,0,5000,0,88124,1077,RETURNED NSF/",
    "16,165,77700,V,261203,,88125,,ACH CREDIT",
    "16,301,12300,Z,88126,,UNKNOWN",
    "16,475,0,,,,/",
)


def load(
    sessions: sessionmaker[Session], text: str, *, dry_run: bool = False, file: str = "day.bai2"
) -> ImportReport:
    return import_rows(
        sessions, "bank-statement", file, text.encode(), now=LATER, zone=CHICAGO, dry_run=dry_run
    )


def lines(sessions: sessionmaker[Session]) -> list[tuple[str, str, int, str | None]]:
    with sessions() as session:
        found = session.scalars(select(BankLine).order_by(BankLine.id))
        return [(one.kind, one.state, one.amount_cents, one.deposit_id) for one in found]


def test_a_bai2_file_is_matched_and_the_same_again_changes_nothing(sessions: sessionmaker[Session]) -> None:
    assert load(sessions, WHOLE, dry_run=True).counts["matched"] == 1
    assert lines(sessions) == []
    report = load(sessions, WHOLE)
    assert report.errors == ()
    assert report.counts == {"lines": 3, "matched": 1, "to_correct": 0, "open": 2, "other_lines": 1}
    found = [
        ("deposit", "matched", 9_500, "DP-000001"),
        ("returned", "open", -5_000, None),
        ("deposit", "open", 12_300, None),
    ]
    assert lines(sessions) == found
    with sessions() as session:
        first = session.scalars(select(BankLine).order_by(BankLine.id)).first()
        assert first is not None
        assert first.description == "COUNTER DEPOSIT, MAIN STREET"
        assert (first.bank_reference, first.bank_account) == ("88123", "0012345678")
        assert first.posted_on == TODAY
    assert load(sessions, WHOLE).counts == {"lines_known_already": 4}
    assert lines(sessions) == found


def test_a_file_that_overlaps_brings_only_what_is_new(sessions: sessionmaker[Session]) -> None:
    load(sessions, WHOLE)
    more = WHOLE.split("\n")[3:-4]
    report = load(sessions, bai2(*more, "16,301,12300,Z,88126,,UNKNOWN", "16,172,100,Z,88127,1,DEP CORR"))
    # The bank's own number is the same and the line says the same: it is a second one nevertheless.
    assert report.counts["lines"] == 2
    assert report.counts["lines_known_already"] == 3
    assert lines(sessions)[3:] == [
        ("deposit", "open", 12_300, None),
        ("correction", "to_correct", 100, "DP-000001"),
    ]


def test_csv_says_the_same_in_columns(sessions: sessionmaker[Session]) -> None:
    text = (
        "posted_on,kind,amount,reference,description\n"
        f"{TODAY},deposit,94.00,1,one short\n{TODAY},returned,-50,1077,NSF\n{TODAY},other,-3.50,,fee\n"
    )
    report = load(sessions, text, file="day.csv")
    assert report.counts == {"lines": 2, "matched": 0, "to_correct": 1, "open": 1, "other_lines": 1}
    assert lines(sessions)[0] == ("deposit", "to_correct", 9_400, "DP-000001")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (WHOLE.replace("16,301,9500", "16,301,9400"), "control total"),
        (WHOLE.replace("88,STREET\n", ""), "number of records"),
        (WHOLE[: WHOLE.index("49,")], "not a whole BAI2 file"),
        (WHOLE[: WHOLE.index("02,")], "not a whole BAI2 file"),
        (WHOLE + WHOLE, "must end with one record 99"),
        ("01,", "not a whole BAI2 file"),
        (WHOLE.replace("16,301,9500", "16,99x,9500"), "99x"),
        (WHOLE.replace("16,301,9500", "16,301,95.00"), "not a whole BAI2 file"),
        (WHOLE.replace("16,301,9500", "17,301,9500"), "not a whole BAI2 file"),
        (WHOLE.replace(",USD,", ",CAD,"), "CAD"),
        (WHOLE.replace("121000358,1,", "121000358,4,"), "test"),
        (WHOLE.replace(DAY, "269999"), "not a whole BAI2 file"),
    ],
)
def test_a_damaged_bai2_file_is_refused_whole(sessions: sessionmaker[Session], text: str, words: str) -> None:
    report = load(sessions, text)
    assert words in " ".join(one.words for one in report.errors)
    assert lines(sessions) == []
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(BankStatement)) == 0


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"{TODAY},deposit,-5,", "amount"),
        (f"{TODAY},returned,5,", "amount"),
        (f"{TODAY},correction,0,", "amount"),
        (f"{TODAY},transfer,5,", "kind"),
        ("2031-01-01,deposit,5,", "posted_on"),
        ("03/04/2026,deposit,5,", "posted_on"),
    ],
)
def test_a_bad_row_is_named(sessions: sessionmaker[Session], row: str, column: str) -> None:
    report = load(sessions, f"posted_on,kind,amount,reference\n{row}\n", file="day.csv")
    assert [(one.row, one.column) for one in report.errors] == [(2, column)]
    assert lines(sessions) == []


def test_the_example_of_the_documentation_is_read(sessions: sessionmaker[Session]) -> None:
    from tests.unit.imports.test_columns import DOCS

    text = DOCS.read_text(encoding="utf-8")
    example = text[text.index("01,121000358") :].split("```")[0].replace("2612", TODAY.strftime("%y%m"))
    report = load(sessions, example)
    assert report.errors == ()
    assert report.counts["lines"] == 2
