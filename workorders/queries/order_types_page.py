"""docs/order-types.md, written from the descriptors; run as a module it prints the page."""

import sys
from collections.abc import Iterator

from workorders.catalogue import CATALOGUE
from workorders.judgement.descriptors import Field, OrderType
from workorders.messages.words import unable_title

HEAD = """# Order types

Written from the files in `workorders/catalogue/`; change those, then run
`python -m workorders.queries.order_types_page > docs/order-types.md`. A test fails while the two differ.

Money is written `DR→CR`: the ledger account debited, then the one credited. Every completion is also checked
for the serial, the read (digits, rollover, high and low), the technician's skill, the place (warns, never
blocks), photos, and the fees that the tablet knew.
"""


def page() -> str:
    """The whole page, Markdown."""
    return "\n".join([HEAD, *(line for t in CATALOGUE.values() for line in _section(t))]).rstrip("\n") + "\n"


def _section(order_type: OrderType) -> Iterator[str]:
    yield f"## {order_type.title} (`{order_type.code}`)\n"
    skills = ", ".join(order_type.skills)
    yield f"{order_type.about} Skills: {skills}. Planned: {order_type.minutes} minutes.\n"
    if order_type.holds_unless:
        yield f"Held until `{order_type.holds_unless}` is yes.\n"
    yield from _fields("The office gives", order_type.extra)
    sent = ", ".join(f"`{f.name}`" for f in order_type.extra if f.in_field)
    if sent:
        yield f"Sent to the tablet: {sent}. The rest stays in the office.\n"
    yield from _fields("The technician captures", order_type.fields)
    outcomes = ", ".join(f"{c.title} (`{c.value}`)" for c in order_type.outcomes)
    yield f"Outcomes: {outcomes}.\n"
    reasons = ", ".join(f"{unable_title(r)} (`{r}`)" for r in order_type.unable_reasons)
    yield f"Can be unable for: {reasons}.\n"
    yield from _list("At the door", order_type.door_checks)
    yield from _list("Checks", order_type.checks)
    rules = [
        f"`{p.purpose}`: {', '.join(f'{debit}→{credit}' for debit, credit in p.lines)}, when {p.when}"
        for p in order_type.postings
    ]
    yield from _list("Postings", rules)
    yield from _list(
        "Follow-ons",
        [
            f"`{f.type}`: {f.when} ({', '.join(f'`{reason}`' for reason in f.reasons)})"
            for f in order_type.follow_ons
        ],
    )


def _fields(title: str, asked: tuple[Field, ...]) -> Iterator[str]:
    if not asked:
        return
    yield f"{title}:\n"
    yield "| field | question | type | must |"
    yield "|---|---|---|---|"
    for f in asked:
        kind = f.type.value + (f" ({', '.join(c.value for c in f.choices)})" if f.choices else "")
        must = "yes" if f.required else ""
        if f.only_if is not None:
            value = {True: "yes", False: "no"}.get(f.only_if[1], f.only_if[1])
            must = f"{must} if `{f.only_if[0]}` is {value}".strip()
        yield f"| `{f.name}` | {f.title} | {kind} | {must} |"
    yield ""


def _list(title: str, lines: tuple[str, ...] | list[str]) -> Iterator[str]:
    if not lines:
        return
    yield f"{title}:\n"
    for line in lines:
        yield f"- {line}"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(page())
