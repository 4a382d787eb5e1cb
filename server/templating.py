"""What templates may ask: money, local time, words for codes, who is signed in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g

from server.auth.csrf import csrf_token
from server.demonstration import demo_part
from server.services import services
from server.viewing import said, said_stored
from workorders.catalogue import CATALOGUE
from workorders.grammar.money import text_from_cents
from workorders.messages import words

NAVIGATION = (
    ("Dispatch", "/dispatch/", ("dispatcher", "supervisor")),
    ("Plan", "/plans/", ("dispatcher", "supervisor")),
    ("Customers", "/csr/", ("csr", "dispatcher", "cashier", "supervisor")),
    ("Office", "/office/", ("cashier", "supervisor")),
    ("Analysis", "/analysis/", ("dispatcher", "supervisor")),
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
    "approved": "To assign",
    "dispatched": "Sent",
    "acknowledged": "Seen",
    "en_route": "On the way",
}
"""Shorter words where the page itself says whose view it is."""
SERVICE_TITLES = {
    "on": ("On", "good"),
    "off": ("Off", "quiet"),
    "off_np": ("Off, unpaid", "bad"),
    "unmetered": ("Without a meter", "wait"),
    "inactive": ("Not in use", "quiet"),
}


def local(at: datetime) -> datetime:
    """The instant on the district's clocks."""
    return at.astimezone(ZoneInfo(services().config.timezone))


def clock_time(at: datetime | None) -> str:
    """“11:42” today, “Mon 2 Mar, 11:42” otherwise; the year when it is another one."""
    if at is None:
        return "–"
    then, now = local(at), local(services().clock())
    if then.date() == now.date():
        return f"{then:%H:%M}"
    year = "" if then.year == now.year else f" {then:%Y}"
    return f"{then:%a} {then.day} {then:%b}{year}, {then:%H:%M}"


def full_time(at: datetime | None) -> str:
    """“Mon 2 Mar 2026, 11:42”."""
    if at is None:
        return "–"
    then = local(at)
    return f"{then:%a} {then.day} {then:%b %Y}, {then:%H:%M}"


def day_text(at: datetime | None) -> str:
    """“2 Mar 2026” for an instant."""
    return "–" if at is None else date_text(local(at))


def instant_text(text: str) -> str:
    """An instant kept as ISO 8601 text, as people read it; other text as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return full_time(at) if at.tzinfo else text


def short_day(at: datetime) -> str:
    """“2 Mar”, with the year when it is another one."""
    then = local(at)
    year = "" if then.year == local(services().clock()).year else f" {then.year}"
    return f"{then.day} {then:%b}{year}"


def date_text(day: Any) -> str:
    """“2 Mar 2026” for a calendar day."""
    return "–" if day is None else f"{day.day} {day:%b %Y}"


def ago(at: datetime | None) -> str:
    """“just now”, “12 min ago”, “3 h ago”, “5 days ago”."""
    if at is None:
        return "never"
    seconds = (services().clock() - at).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    return f"{int(seconds // 3600)} h ago" if seconds < 172_800 else f"{int(seconds // 86_400)} days ago"


def type_title(code: str) -> str:
    """What people call an order type."""
    return CATALOGUE[code].title if code in CATALOGUE else code


def tone(state: str) -> str:
    """The colour family of an order state."""
    return TONES.get(state, "quiet")


def register(app: Flask) -> None:
    """Give the filters and values to every template."""
    app.jinja_env.filters.update(
        money=text_from_cents,
        clock=clock_time,
        full_time=full_time,
        day=day_text,
        date=date_text,
        instant=instant_text,
        said=said,
        said_stored=said_stored,
        short_day=short_day,
        board_title=lambda state: BOARD_TITLES.get(state) or words.state_title(state),
        ago=ago,
        state_title=words.state_title,
        outcome_title=words.outcome_title,
        case_title=words.case_title,
        follow_reason=words.follow_reason_title,
        type_title=type_title,
        tone=tone,
        service_title=lambda state: SERVICE_TITLES.get(state, (state, "quiet"))[0],
        service_tone=lambda state: SERVICE_TITLES.get(state, (state, "quiet"))[1],
    )
    app.jinja_env.globals.update(csrf_token=csrf_token)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def values() -> dict[str, Any]:
        return {
            "staff": g.get("staff"),
            "district": services().config.district,
            "navigation": NAVIGATION,
            "now": services().clock(),
            "demo_district": _is_demo_district,
        }


def _is_demo_district() -> bool:
    """Invented data is served: pages say so."""
    signins = demo_part("signins")
    return signins is not None and signins.read_sign_ins(services().config.data_dir) is not None
