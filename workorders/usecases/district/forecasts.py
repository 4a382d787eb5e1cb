"""Weather forecasts that the district was given: what cut rules with a temperature limit rest on."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE
from workorders.judgement.lifecycle import IN_FIELD
from workorders.tables import Forecast, Order
from workorders.usecases.history import tell_order

CUTS = sorted(code for code, order_type in CATALOGUE.items() if order_type.cuts is not None)


def record_forecasts(session: Session, lows: Mapping[date, float], *, now: datetime) -> int:
    """Keep the forecast low (°C) of each day as known from `now`; earlier ones stay as evidence.

    Tablets that have a cut are told the days on which it may be made now. Answers how many forecasts there
    were.
    """
    session.execute(delete(Forecast).where(Forecast.known_from == now, Forecast.day.in_(lows)))
    session.add_all(Forecast(day=day, known_from=now, low_c=low) for day, low in sorted(lows.items()))
    session.flush()
    in_field = select(Order).where(Order.type.in_(CUTS), Order.state.in_(sorted(IN_FIELD)))
    for order in session.scalars(in_field.order_by(Order.number).with_for_update()):
        tell_order(session, order, now=now)
    return len(lows)
