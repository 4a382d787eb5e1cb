"""Rules as words and figures: a title, and each part with its value in the reader's way."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import Any

from server.viewing import _, current_viewer
from workorders.messages import formats
from workorders.messages.texts import LANGUAGES
from workorders.messages.titles_en import GROUPS
from workorders.messages.viewer import Viewer
from workorders.messages.words import title, unable_title
from workorders.policy.rulebook import NoticeText
from workorders.queries.rule_history import DatedRule

CODES = {
    "notice_kinds": "notices",
    "notice_days_by_kind": "notices",
    "notice_business_days": "notices",
    "kind": "notices",
    "step": "cycle_steps",
    "blocking_holds": "holds",
    "methods": "methods",
    "no_visit_services": "services",
    "service": "services",
    "services": "services",
    "void_kinds": "notices",
    "rate_class": "rate_classes",
    "credit_class": "credit_classes",
    "adjustment_cents": "roles",
}
"""Parts whose values or keys are codes of a group of titles; others are `rule_codes`."""
FEES = frozenset({"codes", "fee_code", "application_fee", "late_charge", "fee"})
"""Parts that name fees."""
FIGURES: Mapping[str, Callable[[Any, Viewer], str]] = {
    "radius_m": formats.length,
    "minimum_forecast_c": formats.temperature,
    "forbidden_weekdays": formats.weekday_name,
    "basis_points": lambda points, to: f"{formats.number(points / 100, to, digits=2)} %",
}
"""Parts whose figures have a unit that their name does not end in."""


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule in words. `parts`: title and value; `tables`: the title of each part that is one, and its rows.

    `text`: what a customer reads, as it is kept, with its places in braces.
    """

    name: str
    rule: DatedRule
    parts: tuple[tuple[str, str], ...] = ()
    tables: tuple[tuple[str, tuple[tuple[tuple[str, str], ...], ...]], ...] = ()
    text: NoticeText | None = None


def rule_name(kind: str, key: str) -> str:
    """What people call a rule: its setting, or what it is for."""
    language = current_viewer().language
    if kind == "setting":
        return title("rule_settings", key, language)
    if key == "default":
        return _("Everything else")
    first, _dot, rest = key.partition(".")
    if kind == "notice_text":
        return f"{title('notices', first, language)}, {LANGUAGES.get(rest, rest)}"
    service = title("services", first, language)
    if not rest:
        return service
    return f"{service}, {title('rate_classes', rest, language) if kind == 'usage_rate' else rest}"


def rule_view(rule: DatedRule, fees: Mapping[str, str]) -> RuleView:
    """The rule for a page. `fees`: fee code → title."""
    name = rule_name(rule.kind, rule.key)
    if isinstance(rule.value, NoticeText):
        return RuleView(name, rule, text=rule.value)
    value: Any = rule.value
    plain: dict[str, Any] = dict(value) if isinstance(value, dict) else asdict(value)
    tables = {part: one for part, one in plain.items() if _is_table(one)}
    return RuleView(
        name,
        rule,
        parts=_parts({part: one for part, one in plain.items() if part not in tables}, fees),
        tables=tuple(
            (_part_title(part), tuple(_parts(row, fees) for row in rows)) for part, rows in tables.items()
        ),
    )


def _is_table(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and isinstance(value[0], dict)


def _parts(values: Mapping[str, Any], fees: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((_part_title(part), _shown(part, value, fees)) for part, value in values.items())


def _part_title(part: str) -> str:
    return title("rule_fields", part, current_viewer().language)


def _shown(part: str, value: Any, fees: Mapping[str, str]) -> str:
    if value is None or value in ([], (), {}):
        return "–"
    if isinstance(value, Mapping):
        # PostgreSQL does not keep the order in which they were written.
        some = sorted(value.items(), key=lambda item: (item[1], item[0]))
        return "; ".join(f"{_code(part, key, fees)}: {_shown(part, one, fees)}" for key, one in some)
    if isinstance(value, list | tuple):
        return ", ".join(_shown(part, one, fees) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _figure(part, value) or _code(part, str(value), fees)


def _figure(part: str, value: Any) -> str | None:
    """A number, a day or a time; None for a code."""
    viewer = current_viewer()
    if part in FIGURES:
        return FIGURES[part](value, viewer)
    if isinstance(value, date):
        return formats.day(value, viewer)
    if isinstance(value, time):
        return formats.time_of_day(value, viewer)
    if not isinstance(value, int | float):
        return None
    if part.endswith("_cents") or part.startswith("cents"):
        return formats.money(int(value), viewer)
    return formats.number(value, viewer, digits=0 if float(value).is_integer() else 2)


def _code(part: str, code: str, fees: Mapping[str, str]) -> str:
    language = current_viewer().language
    if part in FEES:
        # Titles are the district's own; those of the samples have translations.
        return _(fees[code]) if code in fees else code
    if part == "unable_reasons":
        return unable_title(code, language)
    group = CODES.get(part, "rule_codes")
    if code not in GROUPS[group]:
        group = "rule_codes"
    return title(group, code, language)
