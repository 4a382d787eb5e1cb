"""The days on which appointments are offered, remembered by each web process."""

from datetime import date

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from geo.roads import RoadNetwork
from geo.schedule.slot_days import SlotDays
from geo.schedule.today import lay_days_out
from server.networks import streets_on
from server.services import services
from server.templating import local
from workorders.problems import Problem

log = structlog.get_logger()
SLOT_DAYS = 5
EXTENSION = "curbstop_slot_days"


def known_days() -> SlotDays:
    """What this process remembers."""
    known: SlotDays = current_app.extensions.setdefault(EXTENSION, SlotDays())
    return known


def lay_out_ahead(app: Flask) -> None:
    """Lay the days out before anybody asks: the first customer on the telephone does not wait for it.

    Without streets, or while the database is away, nothing is remembered and the first question works it out.
    """
    with app.app_context(), services().read_sessions() as session:
        now, data_dir = services().clock(), services().config.data_dir

        def streets(day: date) -> RoadNetwork:
            return streets_on(session, data_dir, day, now=now).network

        try:
            lay_days_out(session, streets, known_days(), first=local(now).date(), days=SLOT_DAYS, now=now)
        except (Problem, SQLAlchemyError) as reason:
            log.info("no_slot_days_yet", reason=str(reason))
