"""Who reads a page or an answer of the API, and stored messages said to them."""

from collections.abc import Mapping

from flask import g
from sqlalchemy import select

from server.db import current_session
from server.services import services
from server.tables import User
from workorders.messages.message import Message
from workorders.messages.viewer import Viewer
from workorders.messages.words import say
from workorders.queries.people import technician_names


def current_viewer() -> Viewer:
    """How the person who asks reads texts: in English, on the district's clock."""
    return Viewer(zone=services().config.timezone)


def people() -> Mapping[str, str]:
    """Sign-in name or technician id → the name people know; read once in a request."""
    if "people" not in g:
        session = current_session()
        staff = dict(session.execute(select(User.name, User.full_name)).all())
        g.people = staff | technician_names(session)
    known: Mapping[str, str] = g.people
    return known


def said(message: Message | None) -> str:
    """The sentence of a stored message for who asks; empty without one."""
    return "" if message is None else say(message, current_viewer(), people())


def said_stored(stored: object) -> str:
    """As `said`, of a message kept inside a JSON column."""
    return said(Message.from_json(stored))
