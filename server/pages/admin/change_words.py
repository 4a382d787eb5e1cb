"""Changes by administrators in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from server.viewing import _, current_viewer
from workorders.messages import formats
from workorders.messages.viewer import Viewer
from workorders.messages.words import title
from workorders.tables import AdminChange

CODES = {"roles": "roles", "skills": "skills", "scopes": "scopes", "kinds": "exports"}
"""Fields whose values are codes → their group of titles."""
WRITTEN: Mapping[str, Callable[[Any, Viewer], str]] = {
    **dict.fromkeys(("cents", "float_cents", "second_person_cents", "most_cents"), formats.money),
    **dict.fromkeys(
        ("session", "shift", "shift_end", "expires_at"),
        lambda text, to: formats.instant(datetime.fromisoformat(text), to),
    ),
    **dict.fromkeys(
        ("first_day", "last_day", "effective_from"),
        lambda text, to: formats.day(date.fromisoformat(text), to),
    ),
    **dict.fromkeys(("starts", "until"), lambda text, to: formats.time_of_day(time.fromisoformat(text), to)),
}
"""Fields that are kept as cents or as ISO 8601 (instants, days, times on the district's clocks)."""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One line of the audit in the reader's words. `details`: field, before, after; empty texts: nothing."""

    at: datetime
    actor: str
    subject: str
    what: str
    reason: str | None
    details: tuple[tuple[str, str, str], ...]


def in_words(changes: Sequence[AdminChange]) -> list[ChangeView]:
    """The changes as the reader reads them."""
    language = current_viewer().language
    return [
        ChangeView(
            at=one.at,
            actor=one.actor,
            subject=one.subject.partition(":")[2],
            what=title("admin_changes", one.kind, language),
            reason=one.reason,
            details=tuple(
                (title("admin_fields", field, language), _value(field, pair[0]), _value(field, pair[1]))
                for field, pair in sorted(one.changes.items())
            ),
        )
        for one in changes
    ]


def _value(field: str, value: Any) -> str:
    viewer = current_viewer()
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        group = CODES.get(field)
        return ", ".join(title(group, str(one), viewer.language) if group else str(one) for one in value)
    write = WRITTEN.get(field)
    if write is not None:
        return write(value, viewer)
    return formats.number(value, viewer) if isinstance(value, int) else str(value)
