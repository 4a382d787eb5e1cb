"""What templates may ask: texts, money and times in the reader's way, titles of codes, who is signed in."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, has_request_context, request

from server.auth.csrf import csrf_token
from server.auth.density import density
from server.auth.kept_forms import form_to_fill
from server.demonstration import demo_part
from server.services import services
from server.viewing import _, clock_time, current_viewer, ngettext, people, said, said_stored
from workorders.catalogue import CATALOGUE
from workorders.messages import formats, timeline_en, words
from workorders.messages.texts import LANGUAGES, N_

NAVIGATION = (
    (N_("Dispatch"), "/dispatch/", ("dispatcher", "supervisor")),
    (N_("Plan"), "/plans/", ("dispatcher", "supervisor")),
    (N_("Customers"), "/csr/", ("csr", "dispatcher", "cashier", "supervisor")),
    (N_("Office"), "/office/", ("cashier", "supervisor")),
    (N_("Collections"), "/office/collections/", ("csr", "dispatcher", "cashier", "supervisor")),
    (N_("Stock"), "/stock/", ("storekeeper", "dispatcher", "supervisor")),
    (N_("Reports"), "/reports/", ("dispatcher", "cashier", "supervisor")),
    (N_("Analysis"), "/analysis/", ("dispatcher", "supervisor")),
    (N_("Administration"), "/admin/", ("admin",)),
)
"""Title, address, and the roles that see it."""

TONES: Mapping[str, str] = {
    "requested": "wait",
    "held": "wait",
    "approved": "wait",
    "scheduled": "wait",
    "assigned": "sent",
    "dispatched": "sent",
    "acknowledged": "sent",
    "en_route": "busy",
    "on_site": "busy",
    "started": "busy",
    "suspended": "busy",
    "unable": "bad",
    "exception": "bad",
    "completed": "good",
    "closed": "good",
    "recalled": "wait",
    "cancelled": "quiet",
    "superseded": "quiet",
    "rejected": "quiet",
}
"""The colour family of each order state; the word beside it carries the meaning."""

BOARD_TITLES = {
    "approved": N_("To assign"),
    "dispatched": N_("Sent"),
    "acknowledged": N_("Seen"),
    "en_route": N_("On the way"),
}
"""Shorter words where the page itself says whose view it is."""
SERVICE_TONES = {"on": "good", "off": "quiet", "off_np": "bad", "unmetered": "wait", "inactive": "quiet"}


def local(at: datetime) -> datetime:
    """The instant on the district's clocks."""
    return at.astimezone(ZoneInfo(services().config.timezone))


def date_text(day: date | None) -> str:
    """“Mar 2, 2026” for a calendar day."""
    return formats.day(day, current_viewer())


def instant_text(text: str) -> str:
    """An instant or a day kept as ISO 8601 text, as people read it; other text as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if at.tzinfo:
        return formats.instant(at, current_viewer())
    return formats.day(at.date(), current_viewer()) if len(text) == len("2026-03-02") else text


def local_clock(text: str) -> str:
    """The time of day of an instant kept as ISO 8601 text."""
    return formats.local_time(datetime.fromisoformat(text), current_viewer())


def type_title(code: str) -> str:
    """What people call an order type."""
    return _(CATALOGUE[code].title) if code in CATALOGUE else code


def tone(state: str) -> str:
    """The colour family of an order state."""
    return TONES.get(state, "quiet")


def title(code: str, group: str) -> str:
    """What people call a code of a group of `titles_en`."""
    return words.title(group, code, current_viewer().language)


def who(name: str | None) -> str:
    """Who did something in the office: the full name behind a sign-in name."""
    if name is None or name == words.OURSELVES:
        return _(timeline_en.SYSTEM)
    return people().get(name, name)


def _for_viewer(write: Callable[..., str]) -> Callable[..., str]:
    """A function of `formats` as a filter: the reader is the last argument that it is given."""

    def filtered(value: Any, **options: Any) -> str:
        return write(value, viewer=current_viewer(), **options)

    return filtered


def _in_language(title_of: Callable[[str, str], str]) -> Callable[[str], str]:
    """A function of `words` as a filter."""
    return lambda code: title_of(code, current_viewer().language)


def register(app: Flask) -> None:
    """Give the filters and values to every template."""
    app.jinja_env.filters.update(
        money=_for_viewer(formats.money),
        number=_for_viewer(formats.number),
        fixed=_for_viewer(formats.fixed),
        distance=_for_viewer(formats.length),
        duration=_for_viewer(formats.duration),
        hours=_for_viewer(formats.hours),
        clock=clock_time,
        time=_for_viewer(formats.local_time),
        full_time=_for_viewer(formats.instant),
        hour_name=_for_viewer(lambda hour, viewer: formats.time_of_day(time(hour), viewer)),
        weekday_day=_for_viewer(formats.weekday_day),
        weekday_name=_for_viewer(formats.weekday_name),
        weekday_time=_for_viewer(formats.weekday_time),
        day=_for_viewer(formats.day_of),
        date=_for_viewer(formats.day),
        month=_for_viewer(formats.month),
        instant=instant_text,
        local_clock=local_clock,
        said=said,
        said_stored=said_stored,
        short_day=lambda at: formats.short_day(at, services().clock(), current_viewer()),
        ago=lambda at: formats.ago(at, services().clock(), current_viewer()),
        board_title=lambda state: _(BOARD_TITLES[state]) if state in BOARD_TITLES else state_text(state),
        state_title=state_text,
        outcome_title=_in_language(words.outcome_title),
        case_title=_in_language(words.case_title),
        follow_reason=_in_language(words.follow_reason_title),
        type_title=type_title,
        title_of=title,
        who=who,
        tone=tone,
        service_title=lambda state: title(state, "service_states"),
        service_tone=lambda state: SERVICE_TONES.get(state, "quiet"),
    )
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.globals.update(
        csrf_token=csrf_token, form_to_fill=form_to_fill, density=density, _=_, ngettext=ngettext
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def values() -> dict[str, Any]:
        return {
            "staff": g.get("staff"),
            "district": services().config.district,
            "navigation": NAVIGATION,
            "navigation_here": _here(),
            "viewer": current_viewer(),
            "languages": LANGUAGES,
            "now": services().clock(),
            "demo_district": _is_demo_district,
        }


def _here() -> str:
    """The address in the navigation that this page belongs to: of two that fit, the longer one."""
    path = request.path if has_request_context() else ""
    return max((href for _, href, _ in NAVIGATION if path.startswith(href)), key=len, default="")


def state_text(state: str) -> str:
    """What people call a state of an order."""
    return words.state_title(state, current_viewer().language)


def _is_demo_district() -> bool:
    """Invented data is served: pages say so."""
    signins = demo_part("signins")
    return signins is not None and signins.read_sign_ins(services().config.data_dir) is not None
