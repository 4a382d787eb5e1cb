"""What a dispatcher filters the board by, read from a query string. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from server.days import day_from
from workorders.grammar.numbers import count_from_text
from workorders.grammar.texts import checked_line
from workorders.grammar.times import start_of_day
from workorders.judgement.lifecycle import State
from workorders.messages.texts import N_
from workorders.problems import Problem, Reason

GROUPS: Mapping[str, tuple[str, frozenset[State]]] = MappingProxyType(
    {
        "to_assign": (
            N_("To assign"),
            frozenset({State.APPROVED, State.SCHEDULED, State.UNABLE, State.RECALLED}),
        ),
        "assigned": (N_("Assigned"), frozenset({State.ASSIGNED})),
        "on_tablet": (N_("On a tablet"), frozenset({State.DISPATCHED, State.ACKNOWLEDGED})),
        "working": (
            N_("Being worked"),
            frozenset({State.EN_ROUTE, State.ON_SITE, State.STARTED, State.SUSPENDED}),
        ),
        "review": (N_("In review"), frozenset({State.EXCEPTION, State.REJECTED})),
        "held": (N_("On hold"), frozenset({State.REQUESTED, State.HELD})),
    }
)
"""State groups as chips: code → title and states. Together they are every order that wants something."""

OPEN_STATES = frozenset(state for _, states in GROUPS.values() for state in states)

DUE = {
    "overdue": N_("Overdue"),
    "today": N_("Due today"),
    "week": N_("Due in 7 days"),
    "none": N_("No due date"),
}


SORTS = {
    "due": N_("Due first"),
    "newest": N_("Newest first"),
    "address": N_("By address"),
}
"""How the table may be sorted instead of by urgency."""
COLUMNS = {"where": N_("Where"), "due": N_("Due"), "state": N_("State")}
"""What the table may leave out; the order itself stays."""
COLORS = {"technician": N_("Technician"), "due": N_("Due")}
"""What may color the points of the map instead of the state."""
MOST_Q = 60


@dataclass(frozen=True, slots=True)
class Filters:
    """Each None: not filtered by it. `technician` may be `nobody`. `day` is the route day that is planned."""

    day: date
    group: str | None = None
    type: str | None = None
    zone: int | None = None
    due: str | None = None
    technician: str | None = None
    q: str | None = None
    """Words that number, kind, address or instructions must all have."""
    sort: str | None = None
    """One of SORTS; None: the most urgent first."""
    hide: str | None = None
    """Columns of COLUMNS that the table leaves out, separated by dots."""
    color: str | None = None
    """What colors the map's points, one of COLORS; None: the state."""

    @property
    def narrowed(self) -> bool:
        """Some open orders may be left out."""
        return any((self.group, self.type, self.zone is not None, self.due, self.technician, self.q))

    @property
    def hidden(self) -> frozenset[str]:
        """The columns that are left out."""
        return frozenset((self.hide or "").split(".")) & COLUMNS.keys()

    def query(self, **changes: object) -> dict[str, str]:
        """The query string values of this filter with some changed; what is not filtered is left out."""
        values = asdict(replace(self, **changes))  # type: ignore[arg-type]  # checked by from_args on the way back
        return {name: str(value) for name, value in values.items() if value is not None}

    def window(self, timezone: str) -> tuple[datetime, datetime, datetime]:
        """Start of the day, start of the next, and start of the day after a week, as instants."""
        start, following, week = (
            start_of_day(self.day + timedelta(days=days), timezone) for days in (0, 1, 7)
        )
        return start, following, week


def from_args(args: Mapping[str, str], today: date) -> Filters:
    """The filter of a query string. Raises Problem bad_input naming the field that makes no sense."""
    zone = args.get("zone") or None
    return Filters(
        day=day_from(args.get("day"), today),
        group=_one_of("group", args.get("group"), GROUPS),
        type=args.get("type") or None,
        zone=count_from_text(zone, field="zone") if zone else None,
        due=_one_of("due", args.get("due"), DUE),
        technician=args.get("technician") or None,
        q=checked_line(args.get("q", ""), field="q", longest=MOST_Q) or None,
        sort=_one_of("sort", args.get("sort"), SORTS),
        hide=_columns(args),
        color=_one_of("color", args.get("color"), COLORS),
    )


def _columns(args: Mapping[str, str]) -> str | None:
    """`hide` as one value, or, from a form with a box for each column, those whose box is not ticked."""
    if args.get("columns") == "yes":
        return ".".join(column for column in COLUMNS if f"column-{column}" not in args) or None
    wanted = [one for one in (args.get("hide") or "").split(".") if one]
    for one in wanted:
        _one_of("hide", one, COLUMNS)
    return ".".join(wanted) or None


def _one_of(name: str, value: str | None, known: Mapping[str, object]) -> str | None:
    if not value:
        return None
    if value not in known:
        raise Problem("bad_input", field=name, reason=Reason("one of {known}", known=", ".join(known)))
    return value
