"""What was forecast, and since when the district knew it."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.facts import ForecastFacts
from workorders.policy.forecasts import forecasts_known
from workorders.tables import Forecast


def forecasts_since(session: Session, day: date) -> tuple[ForecastFacts, ...]:
    """Every forecast of `day` and the days after it."""
    rows = session.execute(
        select(Forecast.day, Forecast.known_from, Forecast.low_c, Forecast.heat_alert)
        .where(Forecast.day >= day)
        .order_by(Forecast.day, Forecast.known_from)
    )
    return tuple(ForecastFacts(*row) for row in rows)


def forecasts_from(session: Session, day: date, *, now: datetime) -> Mapping[date, ForecastFacts]:
    """What is forecast for `day` and each day after it, as it is known now."""
    return forecasts_known(forecasts_since(session, day), now)
