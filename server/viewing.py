"""Who reads a page or an answer of the API: language, zone, locale and units, and texts put into them."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from babel import Locale
from flask import g, has_request_context, request, session
from markupsafe import Markup, escape
from sqlalchemy import select

from server.db import current_session
from server.services import services
from server.tables import User
from workorders.messages import formats
from workorders.messages.message import Message
from workorders.messages.refusals import problem_dict
from workorders.messages.texts import LANGUAGES, translate, translate_plural
from workorders.messages.viewer import Units, Viewer
from workorders.messages.words import say
from workorders.problems import Problem
from workorders.queries.people import technician_names

CHOSEN = "language"
"""Where the session keeps the choice of somebody who is not signed in."""


def current_viewer() -> Viewer:
    """The reader of this request; outside one, somebody who reads the district's own language."""
    config = services().config
    return _viewer(_language(config.locale), config.locale, config.timezone, config.units)


def _(text: str, /, **details: Any) -> str:
    """The text in the reader's language, its `{placeholders}` filled; markup stays markup."""
    language = current_viewer().language
    if any(hasattr(value, "__html__") for value in details.values()):
        return Markup(escape(translate(text, language))).format(**details)  # noqa: S704 - escaped just before
    return translate(text, language, **details)


def ngettext(one: str, many: str, count: int, /, **details: Any) -> str:
    """The form of the text for `count`, which fills `{count}` as a number of the reader's locale."""
    viewer = current_viewer()
    shown = {"count": formats.number(count, viewer)} | details
    return translate_plural(one, many, count, viewer.language, **shown)


def problem_view(problem: Problem) -> dict[str, Any]:
    """A refusal as the page shows it: code, words, advice and details in the reader's language."""
    return problem_dict(problem, current_viewer().language)


def clock_time(at: datetime | None) -> str:
    """The time of day for an instant of today, with its date otherwise."""
    return formats.clock(at, services().clock(), current_viewer())


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


def _language(district: str) -> str:
    if has_request_context():
        staff = g.get("staff")
        chosen = staff.language if staff is not None else session.get(CHOSEN)
        found = chosen if chosen in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES))
        if found:
            return str(found)
    return str(Locale.parse(district).language)


@lru_cache(64)
def _viewer(language: str, district: str, timezone: str, units: str) -> Viewer:
    locale = formats.locale_of(language, district)
    measured: Units = "metric" if units == "metric" else "us" if units else formats.units_of(district)
    return Viewer(language, timezone, locale, measured)
