"""Customers who asked for it get an e-mail when a technician sets out for them: one for each journey."""

import secrets
from zoneinfo import ZoneInfo

from server.services import Services
from workorders.queries.visits import customers_to_notify
from workorders.usecases.orders.visit_links import notify_on_the_way

MOST = 200
"""Journeys under way whose customers asked; more technicians are not on the road at once."""


def new_key() -> str:
    """The name of a link: 144 random bits, so that nobody guesses it even with the signing key."""
    return secrets.token_urlsafe(18)


def ask_for_notices(services: Services) -> int:
    """Ask for the letters of journeys that have begun; none while no public address is set."""
    if not services.config.public_url:
        return 0
    now = services.clock()
    with services.read_sessions() as session:
        today = now.astimezone(ZoneInfo(services.config.timezone)).date()
        under_way = customers_to_notify(session, today, limit=MOST)
    asked = 0
    for number, epoch in under_way:
        with services.sessions.begin() as session:
            asked += notify_on_the_way(session, number, epoch, new_key(), now=now)
    return asked
