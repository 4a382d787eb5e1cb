"""Parameters of messages as a viewer reads them: money, instants, days, lengths."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from workorders.grammar.money import text_from_cents
from workorders.messages.viewer import Viewer

FEET_PER_METRE = 3.280839895
FEET_PER_MILE = 5280


def money(cents: int, _viewer: Viewer) -> str:
    """1250 as “$12.50”."""
    return text_from_cents(cents)


def instant(at: datetime, viewer: Viewer) -> str:
    """“Mar 2, 2026, 2:05 PM” on the viewer's clock."""
    local = at.astimezone(ZoneInfo(viewer.zone))
    return f"{day(local, viewer)}, {time_of_day(local.time(), viewer)}"


def day(of: date, _viewer: Viewer) -> str:
    """“Mar 2, 2026”."""
    return f"{of:%b} {of.day}, {of.year}"


def time_of_day(of: time, _viewer: Viewer) -> str:
    """“2:05 PM”."""
    return f"{of.hour % 12 or 12}:{of:%M %p}"


def temperature(celsius: float, viewer: Viewer) -> str:
    """-5 as “23 °F” or “-5 °C”."""
    return f"{celsius:g} °C" if viewer.units == "metric" else f"{celsius * 9 / 5 + 32:.0f} °F"


def length(metres: float, viewer: Viewer) -> str:
    """120 as “394 ft” or “120 m”, 3000 as “1.9 mi” or “3.0 km”."""
    if viewer.units == "metric":
        return f"{metres:,.0f} m" if metres < 1000 else f"{metres / 1000:,.1f} km"
    feet = metres * FEET_PER_METRE
    return f"{feet:,.0f} ft" if feet < FEET_PER_MILE / 4 else f"{feet / FEET_PER_MILE:,.1f} mi"
