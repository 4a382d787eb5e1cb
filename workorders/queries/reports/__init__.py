"""Every report of the office, by name, in the order in which people look for them."""

from workorders.messages.texts import N_
from workorders.problems import Problem
from workorders.queries.reports.arrangements import ARRANGEMENT_LIST, ARRANGEMENTS
from workorders.queries.reports.cash_counts import COUNTER_RECEIPTS, OVER_SHORT, TURN_INS
from workorders.queries.reports.charges import FEES
from workorders.queries.reports.cuts import (
    CUT_LIST,
    DISCONNECTIONS,
    PROMISES,
    WRONGFUL_CUT_LIST,
    WRONGFUL_CUTS,
)
from workorders.queries.reports.debts import AGING, AGING_BUCKETS, CUTS_BY_AGE
from workorders.queries.reports.meters import UNREAD, VAN_STOCK
from workorders.queries.reports.office_cash import DEPOSITS, DRAWERS, END_OF_DAY
from workorders.queries.reports.orders import OPEN_ORDER_LIST, OPEN_ORDERS
from workorders.queries.reports.overrides import OVERRIDES
from workorders.queries.reports.petty_cash import PETTY_CASH, PETTY_VOUCHERS
from workorders.queries.reports.phone_codes import PHONE_CODES
from workorders.queries.reports.receipts import CUSTODY, MONEY_RECEIVED, RECEIPT_LIST, RECEIPTS
from workorders.queries.reports.report import Report
from workorders.queries.reports.review import EDITS, EXCEPTION_LIST, EXCEPTIONS
from workorders.queries.reports.service_levels import FIRST_TIME, RESPONSE_TIMES, REVISITS
from workorders.queries.reports.technicians import ACTIVITY, DRIVING, VISIT_LIST
from workorders.queries.reports.vaults import VAULT_MOVES, VAULTS

GROUPS: tuple[tuple[str, tuple[Report, ...]], ...] = (
    (
        N_("Work"),
        (
            OPEN_ORDERS,
            OPEN_ORDER_LIST,
            EDITS,
            EXCEPTIONS,
            EXCEPTION_LIST,
            RESPONSE_TIMES,
            FIRST_TIME,
            REVISITS,
        ),
    ),
    (N_("Technicians and meters"), (ACTIVITY, VISIT_LIST, DRIVING, VAN_STOCK, UNREAD)),
    (
        N_("Collections"),
        (
            AGING,
            AGING_BUCKETS,
            CUTS_BY_AGE,
            CUT_LIST,
            WRONGFUL_CUTS,
            WRONGFUL_CUT_LIST,
            PROMISES,
            ARRANGEMENTS,
            ARRANGEMENT_LIST,
            DISCONNECTIONS,
            PHONE_CODES,
        ),
    ),
    (
        N_("Money"),
        (
            RECEIPTS,
            RECEIPT_LIST,
            COUNTER_RECEIPTS,
            CUSTODY,
            TURN_INS,
            DRAWERS,
            END_OF_DAY,
            DEPOSITS,
            VAULTS,
            VAULT_MOVES,
            PETTY_CASH,
            PETTY_VOUCHERS,
            OVER_SHORT,
            MONEY_RECEIVED,
            FEES,
            OVERRIDES,
        ),
    ),
)
"""Title of a group and its reports."""
REPORTS: dict[str, Report] = {one.name: one for _, some in GROUPS for one in some}


def report_named(name: str) -> Report:
    """The report of that name. Raises Problem `not_found`."""
    found = REPORTS.get(name)
    if found is None:
        raise Problem("not_found", what="report", key=name)
    return found
