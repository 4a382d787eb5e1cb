"""Reports of the vaults: what each held by day, and every move into and out of it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.ledger import balances
from workorders.messages.texts import N_
from workorders.queries.district import district_of
from workorders.queries.offices import offices
from workorders.queries.reports.receipts import MONEY
from workorders.queries.reports.report import Asked, Chart, Column, Drill, Filter, Report, Row, span
from workorders.queries.vault_moves import vault_moves
from workorders.tables import LedgerBalance

KINDS = ("from_bank", "from_bag", "float", "float_back", "to_petty", "from_petty", "to_bank", "counted")
"""In the order of the columns."""


def by_day(session: Session, asked: Asked) -> Iterator[Row]:
    """A line for each vault and each day on which something moved, and for its last day in any case."""
    day_of, names = district_of(session).day_of, _names(session)
    moved: defaultdict[tuple[str, date], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    held = balances(session, "VAULT", names)
    for move in vault_moves(session, asked.since):
        # The books are rolled back from now, so that what came after the span is left out of its balances.
        moved[move.office, day_of(move.at)][move.kind] += move.cents
    for office, name in names.items():
        closing = held[office]
        days = {day for place, day in moved if place == office}
        if closing or days:
            days.add(min(asked.last, asked.today))
        for day in sorted(days, reverse=True):
            sums = moved[office, day]
            opening = closing - sum(sums.values())
            if asked.first <= day <= asked.last:
                yield (day, office, name, opening, closing, *(sums[kind] for kind in KINDS))
            closing = opening


def one_by_one(session: Session, asked: Asked) -> Iterator[Row]:
    """Moves of the days, with the two people."""
    names, kind = _names(session), asked.get("kind")
    for move in vault_moves(session, asked.since, asked.get("office")):
        if move.at < asked.before and kind in {None, move.kind}:
            yield (
                move.at,
                move.office,
                names.get(move.office, move.office),
                move.kind,
                move.key,
                move.subject,
                move.asked_by,
                move.done_by,
                move.cents,
            )


def _names(session: Session) -> dict[str, str]:
    """Offices that have a vault or had one, by code."""
    used = set(session.scalars(select(LedgerBalance.party).where(LedgerBalance.ledger == "VAULT")))
    return {one.code: one.name for one in offices(session, active=False) if one.has_vault or one.code in used}


VAULTS = Report(
    name="vaults",
    title=N_("Vaults"),
    about=N_(
        "What each office’s vault held on each day on which something went in or out, by the books. Cash "
        "that went out is below zero."
    ),
    roles=MONEY,
    columns=(
        Column("day", N_("Day"), "day"),
        Column("office", N_("Code"), link="vault"),
        Column("name", N_("Office")),
        Column("opening_cents", N_("At its beginning"), "money"),
        Column("closing_cents", N_("At its end"), "money"),
        Column("from_bank_cents", N_("Change from the bank"), "money", total=True),
        Column("from_bag_cents", N_("Counted cash"), "money", total=True),
        Column("float_cents", N_("Starting cash of drawers"), "money", total=True),
        Column("float_back_cents", N_("Starting cash that came back"), "money", total=True),
        Column("to_petty_cents", N_("Into petty cash"), "money", total=True),
        Column("from_petty_cents", N_("Out of petty cash"), "money", total=True),
        Column("to_bank_cents", N_("For the bank"), "money", total=True),
        Column("counted_cents", N_("Over or short"), "money", total=True),
    ),
    rows=by_day,
    filters=(span(30),),
    order="-day",
    chart=Chart(N_("Counted cash put into vaults"), "day", ("from_bag_cents",)),
    drill=Drill("vault-moves", {"office": "office", "from": "day", "until": "day"}),
)
VAULT_MOVES = Report(
    name="vault-moves",
    title=N_("Vaults, move by move"),
    about=N_(
        "Everything that went into or out of a vault, with the two people. What went out is below zero."
    ),
    roles=MONEY,
    columns=(
        Column("at", N_("When"), "time"),
        Column("office", N_("Code"), link="vault"),
        Column("name", N_("Office")),
        Column("kind", N_("What"), "code", group="vault_moves"),
        Column("key", N_("Number")),
        Column("subject", N_("Drawer or turn-in")),
        Column("asked_by", N_("Asked by"), "who"),
        Column("done_by", N_("Handed over by"), "who"),
        Column("amount_cents", N_("Amount"), "money", total=True),
    ),
    rows=one_by_one,
    filters=(
        span(30),
        Filter("office", N_("Office"), "office"),
        Filter("kind", N_("What"), "choice", choices=KINDS, group="vault_moves"),
    ),
    order="-at",
)
