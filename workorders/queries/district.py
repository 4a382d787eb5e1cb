"""Which district a session works for, and what day it is there.

The composition root says it once, to the session factory (`for_district`). A session without one
works for the sample district of the documentation.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, sessionmaker

from workorders.messages.viewer import Units


@dataclass(frozen=True, slots=True)
class District:
    """`timezone` is an IANA name; days, cut hours and due days follow it.

    `locale` (`language_TERRITORY`) and `units` say how its people write dates, times, money and lengths.
    """

    name: str = "Demo Falls Utilities"
    timezone: str = "America/Chicago"
    locale: str = "en_US"
    units: Units = "us"

    def day_of(self, at: datetime) -> date:
        """The district's calendar day at an instant."""
        return at.astimezone(ZoneInfo(self.timezone)).date()


def for_district(sessions: sessionmaker[Session], district: District) -> sessionmaker[Session]:
    """The same factory; the sessions it makes know their district."""
    sessions.configure(info={"district": district})
    return sessions


def district_of(session: Session) -> District:
    """The district of the session's factory."""
    known = session.info.get("district")
    return known if isinstance(known, District) else District()
