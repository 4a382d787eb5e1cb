"""A reading desk with work on it: a layout, a file with odd reads, letters about an assembly."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from server.imports.read_files import digest_of, file_rows
from tests.integration.usecases.world import TODAY, point
from workorders.judgement.consequences import RegisterBackflow
from workorders.tables import ReadFile
from workorders.usecases.field.backflow import register_backflow
from workorders.usecases.meters.read_layouts import layout_named, save_layout
from workorders.usecases.meters.service_letters import issue_letters
from workorders.usecases.meters.take_read_file import take_read_file

ZONE = ZoneInfo("America/Chicago")
HEAD = "Meter,Day,Reading,Skip,Route,Seq"
COLUMNS = dict(zip(("serial", "read_on", "value", "skip", "route", "sequence"), HEAD.split(","), strict=True))
SKIPS = {"LG": "locked_gate", "DOG": "dog"}


def keep_layout(session: Session, now: datetime, name: str = "handheld") -> None:
    """The layout of `route_file`."""
    save_layout(
        session,
        name=name,
        source="handheld",
        columns=COLUMNS,
        day_form="ymd",
        skip_codes=SKIPS,
        now=now,
        actor="dana",
    )


def route_file(*rows: tuple[str, date, int | None, str]) -> bytes:
    """A handheld's file: serial, day, dials, skip code."""
    lines = [
        f"{serial},{day},{'' if value is None else value},{skip},R7,{n}"
        for n, (serial, day, value, skip) in enumerate(rows)
    ]
    return "\n".join([HEAD, *lines]).encode()


def take(session: Session, data: bytes, now: datetime) -> ReadFile:
    """Take a file in."""
    layout = layout_named(session, "handheld")
    rows = file_rows(data, layout, ZONE)
    return take_read_file(
        session, layout, rows, name="route 7.csv", digest=digest_of(data), now=now, actor="dana"
    )


def lay_out(session: Session, now: datetime) -> dict[str, str]:
    """One of each; their ids by a word."""
    keep_layout(session, now)
    made = take(session, route_file(("M1", TODAY, 190_000, ""), ("M2", TODAY, 100, "")), now)
    found = RegisterBackflow("BF-1", "rp", "1", now - timedelta(days=350), 365, None, "left of the door")
    device = register_backflow(session, point(session, 3).id, found, source="event:a")
    letters = issue_letters(session, "backflow_test", now=now, actor="dana")
    return {"read_file": str(made.id), "letters": str(letters.id), "assembly": str(device.id)}
