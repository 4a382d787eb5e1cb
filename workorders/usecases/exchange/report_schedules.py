"""Reports that are sent regularly: begun and ended by supervisors, and one letter for each due time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from workorders.grammar.contacts import email_from_text
from workorders.messages.words import OURSELVES
from workorders.policy.report_schedules import EVERY, FORMS, PERIODS, Rhythm, due_after, latest_due
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.reports import report_named
from workorders.queries.reports.asked import asked_of
from workorders.queries.reports.report import Report
from workorders.tables import ReportSchedule
from workorders.usecases.administration.audit import note_change
from workorders.usecases.exchange.outgoing_mail import ask_for_letter

RECIPIENTS_MAX = 20
FILTER_MAX = 80


@dataclass(frozen=True, slots=True)
class WantedSchedule:
    """What somebody asks for: `recipients` parted by commas or spaces, `filters` by name as on the page."""

    report: str
    form: str
    period: str
    rhythm: Rhythm
    recipients: str
    language: str
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str | None = None


def add_schedule(session: Session, wanted: WantedSchedule, *, now: datetime, actor: str) -> ReportSchedule:
    """Send a report from its next due time on. Raises Problem `not_found`, `bad_input` by field."""
    report, rhythm = report_named(wanted.report), wanted.rhythm
    for name, value, known in (
        ("form", wanted.form, FORMS),
        ("period", wanted.period, PERIODS),
        ("every", rhythm.every, EVERY),
    ):
        if value not in known:
            raise Problem("bad_input", field=name, reason=Reason("one of {known}", known=", ".join(known)))
    _check_rhythm(rhythm)
    filters = {
        one.name: wanted.filters[one.name].strip()[:FILTER_MAX]
        for one in report.filters
        if one.kind not in {"span", "day"} and wanted.filters.get(one.name, "").strip()
    }
    sort = _checked_sort(session, report, filters, wanted.sort, now)
    recipients = _recipients(wanted.recipients)
    zone = district_of(session).timezone
    made = ReportSchedule(
        report=report.name,
        filters=filters,
        sort=sort,
        form=wanted.form,
        period=wanted.period,
        every=rhythm.every,
        hour=rhythm.hour,
        weekday=rhythm.weekday,
        month_day=rhythm.month_day,
        recipients=recipients,
        language=wanted.language,
        created_at=now,
        created_by=actor[:80],
        next_due_at=due_after(rhythm, now, zone),
    )
    session.add(made)
    session.flush()
    changes = {"report": (None, report.name), "recipients": (None, recipients)}
    note_change(session, f"schedule:{made.id}", "schedule_added", now=now, actor=actor, changes=changes)
    return made


def end_schedule(session: Session, number: int, *, now: datetime, actor: str) -> ReportSchedule:
    """Send a report no more; letters that were asked for are written. Raises Problem `not_found`."""
    found = session.get(ReportSchedule, number, with_for_update=True)
    if found is None or found.ended_at is not None:
        raise Problem("not_found", what="schedule", key=number)
    found.ended_at, found.ended_by = now, actor[:80]
    changes = {"report": (found.report, None), "recipients": (found.recipients, None)}
    note_change(session, f"schedule:{number}", "schedule_ended", now=now, actor=actor, changes=changes)
    return found


def ask_when_due(session: Session, number: int, *, now: datetime) -> bool:
    """Ask for the letter of the latest due time, if there is one by now.

    Due times that a pause let go by are not made up for, but for the latest: its report is the newest one.
    """
    found = session.get_one(ReportSchedule, number, with_for_update=True, populate_existing=True)
    if found.ended_at is not None or found.next_due_at > now:
        return False
    zone, rhythm = district_of(session).timezone, rhythm_of(found)
    due = latest_due(rhythm, now, zone)
    key = f"schedule:{number}:{due.isoformat(timespec='minutes')}"
    _letter, new = ask_for_letter(
        session,
        key,
        "report",
        details={"schedule": number, "due": due.isoformat()},
        recipients=found.recipients,
        language=found.language,
        now=now,
        actor=OURSELVES,
    )
    found.next_due_at = due_after(rhythm, now, zone)
    return new


def rhythm_of(schedule: ReportSchedule) -> Rhythm:
    """When a schedule is due."""
    every = next(one for one in EVERY if one == schedule.every)
    return Rhythm(every, schedule.hour, schedule.weekday, schedule.month_day)


def _checked_sort(
    session: Session, report: Report, filters: Mapping[str, str], sort: str | None, now: datetime
) -> str | None:
    asked = asked_of(session, report, filters, now=now)
    columns = report.columns if isinstance(report.columns, tuple) else report.columns(session, asked)
    known = [one.key for one in columns if one.kind != "messages"]
    if sort and sort.removeprefix("-") not in known:
        raise Problem("bad_input", field="sort", reason=Reason("one of {known}", known=", ".join(known)))
    return sort or None


def _check_rhythm(rhythm: Rhythm) -> None:
    for name, value, low, high in (
        ("hour", rhythm.hour, 0, 23),
        ("weekday", rhythm.weekday, 0, 6),
        ("month_day", rhythm.month_day, 1, 31),
    ):
        if not low <= value <= high:
            reason = Reason("from {low} to {high}", low=low, high=high)
            raise Problem("bad_input", field=name, reason=reason)


def _recipients(text: str) -> list[str]:
    given = [email_from_text(part, field="recipients") for part in text.replace(",", " ").split()]
    found = list(dict.fromkeys(one for one in given if one))
    if not found:
        raise Problem("bad_input", field="recipients", reason="give at least one email address")
    if len(found) > RECIPIENTS_MAX:
        reason = Reason("at most {most} addresses", most=RECIPIENTS_MAX)
        raise Problem("bad_input", field="recipients", reason=reason)
    return found
