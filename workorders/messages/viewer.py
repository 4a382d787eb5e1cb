"""Who reads a text: the language, and how the district writes dates, money and lengths."""

from dataclasses import dataclass
from typing import Literal

Units = Literal["us", "metric"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """How a stored message becomes a sentence for one person; made at the edge, handed down as it is."""

    language: str = "en"
    """ISO 639-1 code of a catalogue."""
    zone: str = "America/Chicago"
    """IANA name; instants are shown on this clock."""
    locale: str = "en_US"
    """Date order, 12- or 24-hour clock, decimal point and currency, as `language_TERRITORY`."""
    units: Units = "us"
    """us: feet and miles; metric: metres and kilometres."""
