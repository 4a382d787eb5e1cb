"""What was forecast for a day, by what was known at an instant. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from workorders.facts import ForecastFacts


def forecasts_known(forecasts: Iterable[ForecastFacts], at: datetime) -> Mapping[date, ForecastFacts]:
    """What is forecast by day, each the newest that was known at `at`; unknown days are missing."""
    known = sorted((f for f in forecasts if f.known_from <= at), key=lambda f: f.known_from)
    return {forecast.day: forecast for forecast in known}
