"""Weather forecasts that the district was given: what cut rules with a temperature limit rest on."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE
from workorders.tables import Forecast, Order
from workorders.usecases.history import enqueue_in_field

CUTS = sorted(code for code, order_type in CATALOGUE.items() if order_type.cuts is not None)


def record_forecasts(
    session: Session, lows: Mapping[date, float], *, alerts: Collection[date] = (), now: datetime
) -> int:
    """Keep the forecast low (°C) of each day as known from `now`; earlier ones stay as evidence.

    `alerts`: the days among them with a heat-related alert.

    Tablets that have a cut get the days on which it may be made now. Answers how many forecasts there
    were.
    """
    session.execute(delete(Forecast).where(Forecast.known_from == now, Forecast.day.in_(lows)))
    session.add_all(
        Forecast(day=day, known_from=now, low_c=low, heat_alert=day in alerts)
        for day, low in sorted(lows.items())
    )
    session.flush()
    enqueue_in_field(session, Order.type.in_(CUTS), now=now)
    return len(lows)
