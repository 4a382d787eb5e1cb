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
from server.services import district_of, services
from server.tables import User
from workorders.messages import formats
from workorders.messages.message import Message
from workorders.messages.refusals import problem_dict
from workorders.messages.texts import LANGUAGES, translate, translate_plural
from workorders.messages.viewer import Viewer
from workorders.messages.words import say
from workorders.problems import Problem
from workorders.queries.district import District
from workorders.tables import Technician

CHOSEN = "language"
"""Where the session keeps the choice of somebody who is not signed in."""


def current_viewer() -> Viewer:
    """The reader of this request; outside one, somebody who reads the district's own language.

    A board asks thousands of times, and only a choice of another language changes the answer.
    """
    if not has_request_context():
        return _reader(None)
    staff = g.get("staff")
    chosen = staff.language if staff is not None else session.get(CHOSEN)
    asked = (services(), chosen)
    known: tuple[object, Viewer] | None = g.get("viewer")
    if known is None or known[0] != asked:
        g.viewer = known = (asked, _reader(chosen))
    return known[1]


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
    # A refusal may be that the database does not answer: it is asked for names only when one is shown.
    return problem_dict(problem, current_viewer(), people() if "technician" in problem.details else {})


def clock_time(at: datetime | None) -> str:
    """The time of day for an instant of today, with its date otherwise."""
    return formats.clock(at, services().clock(), current_viewer())


def people() -> Mapping[str, str]:
    """Sign-in name or technician id → the name people know; read once in a request."""
    if "people" not in g:
        session = current_session()
        staff = session.execute(select(User.name, User.full_name, User.active)).all()
        crew = session.execute(select(Technician.id, Technician.name, Technician.active)).all()
        g.people = {row.name: row.full_name for row in staff} | {row.id: row.name for row in crew}
        g.locked_out = frozenset(row.name for row in staff if not row.active)
        g.technicians_gone = frozenset(row.id for row in crew if not row.active)
    known: Mapping[str, str] = g.people
    return known


def technicians_gone() -> frozenset[str]:
    """Technicians who work here no longer."""
    people()
    found: frozenset[str] = g.technicians_gone
    return found


def locked_out() -> frozenset[str]:
    """Sign-in names of those who may not sign in any more."""
    people()
    found: frozenset[str] = g.locked_out
    return found


def said(message: Message | None) -> str:
    """The sentence of a stored message for who asks; empty without one."""
    return "" if message is None else say(message, current_viewer(), people())


def said_stored(stored: object) -> str:
    """As `said`, of a message kept inside a JSON column."""
    return said(Message.from_json(stored))


def _reader(chosen: str | None) -> Viewer:
    """Who reads the `chosen` language; without one what the browser asks for, else the district's."""
    district = district_of(services().config)
    found = chosen if chosen in LANGUAGES else None
    if found is None and has_request_context():
        found = request.accept_languages.best_match(list(LANGUAGES))
    return _viewer(found or str(Locale.parse(district.locale).language), district)


@lru_cache(64)
def _viewer(language: str, district: District) -> Viewer:
    locale = formats.locale_of(language, district.locale)
    return Viewer(language, district.timezone, locale, district.units)
