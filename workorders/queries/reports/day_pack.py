"""The end-of-day pack: the reports that together say how one day of the cash office closed."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from workorders.queries.district import district_of
from workorders.queries.reports.cash_counts import COUNTER_RECEIPTS, OVER_SHORT, TURN_INS
from workorders.queries.reports.office_cash import DEPOSITS, DRAWERS, END_OF_DAY
from workorders.queries.reports.receipts import MONEY_RECEIVED, RECEIPT_LIST
from workorders.queries.reports.report import Asked, Report
from workorders.queries.reports.running import Result, run_report
from workorders.queries.reports.vaults import VAULTS

PACK: tuple[Report, ...] = (
    END_OF_DAY,
    DRAWERS,
    TURN_INS,
    DEPOSITS,
    VAULTS,
    OVER_SHORT,
    MONEY_RECEIVED,
    RECEIPT_LIST,
    COUNTER_RECEIPTS,
)
"""In the order in which the pack is read: the day as one line, what was counted, deposited, and received."""


def day_pack(session: Session, day: date, *, now: datetime) -> list[Result]:
    """The reports of the pack over that one day, as of `now`; a report without a row is kept, to say so."""
    district = district_of(session)
    asked = Asked(now, district.day_of(now), district.timezone, {"day": day, "from": day, "until": day})
    return [run_report(session, report, asked, sort=_upwards(report)) for report in PACK]


def _upwards(report: Report) -> str | None:
    """On paper a day is read from its beginning; on the page the newest stands first."""
    return report.order.removeprefix("-") if report.order else None
