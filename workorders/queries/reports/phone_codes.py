"""Codes that were given to technicians by telephone, and whether they were entered."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.messages.message import typed
from workorders.messages.texts import N_
from workorders.queries.reports.report import Asked, Chart, Column, Filter, Report, Row, span
from workorders.tables import PhoneCode

KINDS = ("recall", "release")
STATES = ("entered", "waiting", "not_entered")


def phone_codes(session: Session, asked: Asked) -> Iterator[Row]:
    """Each code that was given in the days; the codes themselves are not kept."""
    query = select(PhoneCode).where(PhoneCode.given_at >= asked.since, PhoneCode.given_at < asked.before)
    if asked.get("kind") is not None:
        query = query.where(PhoneCode.kind == asked.get("kind"))
    for one in session.scalars(query.order_by(PhoneCode.given_at, PhoneCode.id)):
        state = _state(one, asked)
        if asked.get("state") in (None, state):
            yield (
                one.given_at,
                one.kind,
                one.order_number,
                one.technician_id,
                one.given_by,
                (typed(one.reason),),
                one.expires_at,
                state,
                one.used_at,
            )


def _state(one: PhoneCode, asked: Asked) -> str:
    if one.used_at is not None:
        return "entered"
    return "not_entered" if one.expires_at <= asked.now else "waiting"


PHONE_CODES = Report(
    name="phone-codes",
    title=N_("Codes given by telephone"),
    about=N_("Each release or recall code that was given, to whom and why, and whether it was entered."),
    roles=("dispatcher", "supervisor"),
    columns=(
        Column("given_at", N_("Given"), "time"),
        Column("kind", N_("Kind"), "code", group="code_kinds"),
        Column("order", N_("Order"), link="order"),
        Column("technician", N_("Technician"), "who"),
        Column("given_by", N_("By"), "who"),
        Column("why", N_("Reason"), "messages"),
        Column("expires_at", N_("Ends"), "time"),
        Column("state", N_("State"), "code", group="code_states"),
        Column("used_at", N_("Entered"), "time"),
    ),
    rows=phone_codes,
    filters=(
        span(30),
        Filter("kind", N_("Kind"), "choice", choices=KINDS, group="code_kinds"),
        Filter("state", N_("State"), "choice", choices=STATES, group="code_states"),
    ),
    order="-given_at",
    chart=Chart(N_("Codes given"), "state"),
)
