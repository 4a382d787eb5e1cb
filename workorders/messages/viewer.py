"""Who reads: language, time zone, locale and units, applied when a code becomes a sentence. Pure."""

from dataclasses import dataclass
from datetime import UTC, tzinfo


@dataclass(frozen=True, slots=True)
class Viewer:
    """`locale` as Babel names it (`en_US`); `units`: `us` for feet and miles, `metric` for metres."""

    language: str = "en"
    zone: tzinfo = UTC
    locale: str = "en_US"
    units: str = "us"
