"""The letter that carries a report: run with the rights of whoever scheduled it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.auth.users import staff_of
from server.exports.mail_message import Attached, Content
from server.reports.cells import Reader
from server.reports.files import csv_lines, xlsx_file
from server.reports.filters import filters_in_words
from server.reports.pdf_file import pdf_file
from server.tables import User
from workorders.messages import formats
from workorders.messages.texts import N2_, N_, translate, translate_plural
from workorders.messages.viewer import Viewer
from workorders.policy.report_schedules import days_before
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.outgoing_mail import find_schedule
from workorders.queries.people import technician_names
from workorders.queries.reports import report_named
from workorders.queries.reports.asked import asked_of
from workorders.queries.reports.report import Report
from workorders.queries.reports.running import Result, run_report
from workorders.tables import OutgoingMail, ReportSchedule
from workorders.usecases.exchange.report_schedules import rhythm_of

SUBJECT = N_("{report}, {district}")
GREETING = N_("The report “{report}” is attached.")
AS_OF = N_("As of {time}.")
ROWS = N2_("It has one row.", "It has {count} rows.")
INCOMPLETE = N_("There are more rows; these are the first.")
WHO = N_("{name} scheduled it. It is ended on the page of scheduled reports.")


def report_letter(session: Session, letter: OutgoingMail, *, now: datetime) -> Content:
    """The letter. Raises Problem not_allowed when whoever scheduled it may not read the report any more."""
    schedule = find_schedule(session, letter.details["schedule"])
    report = report_named(schedule.report)
    owner = session.scalar(select(User).where(User.name == schedule.created_by, User.active))
    if owner is None or not staff_of(owner).may(*report.roles):
        raise Problem("not_allowed")
    given = schedule.filters | _days(session, report, schedule, datetime.fromisoformat(letter.details["due"]))
    asked = asked_of(session, report, given, now=now)
    result = run_report(session, report, asked, sort=schedule.sort)
    reader = _reader(session, letter.language)
    district = district_of(session).name
    chosen = filters_in_words(session, result, reader)
    day = asked.today.isoformat()
    name = f"{report.name}-{day}.{schedule.form}"
    body = _body(schedule.form, result, reader, district, chosen)
    return Content(
        translate(SUBJECT, letter.language, report=reader.said(report.title), district=district),
        _text(result, reader, chosen, owner.full_name, now),
        Attached(name, schedule.form, body),
    )


def _days(session: Session, report: Report, schedule: ReportSchedule, due: datetime) -> dict[str, str]:
    """The days that the report is about, as its page would be asked for them."""
    if schedule.period != "previous":
        return {}
    day = due.astimezone(ZoneInfo(district_of(session).timezone)).date()
    first, last = days_before(rhythm_of(schedule).every, day)
    given: dict[str, str] = {}
    for one in report.filters:
        if one.kind == "span":
            given |= {"from": first.isoformat(), "until": last.isoformat()}
        elif one.kind == "day":
            given[one.name] = last.isoformat()
    return given


def _body(form: str, result: Result, reader: Reader, district: str, chosen: list[str]) -> bytes:
    if form == "xlsx":
        return xlsx_file(result, reader)
    if form == "pdf":
        return pdf_file(result, reader, district=district, chosen=chosen)
    # Spreadsheets take a file for UTF-8 only where it says so.
    return "".join(("\ufeff", *csv_lines(result, reader))).encode()


def _text(result: Result, reader: Reader, chosen: list[str], owner: str, now: datetime) -> str:
    language = reader.viewer.language
    count = len(result.rows)
    said = formats.number(count, reader.viewer)
    lines = [
        translate(GREETING, language, report=reader.said(result.report.title)),
        *chosen,
        translate(AS_OF, language, time=formats.instant(now, reader.viewer)),
        translate_plural(*ROWS, count, language, count=said),
    ]
    if not result.complete:
        lines.append(translate(INCOMPLETE, language))
    return "\n".join((*lines, "", translate(WHO, language, name=owner), ""))


def _reader(session: Session, language: str) -> Reader:
    district = district_of(session)
    names = dict(session.execute(select(User.name, User.full_name)).all()) | technician_names(session)
    locale = formats.locale_of(language, district.locale)
    return Reader(Viewer(language, district.timezone, locale, district.units), names)
