"""Everybody of a demo district, in the order in which rows need each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from demo.households.households import Household, make_households
from demo.households.technicians import TECHNICIANS, make_spare_meters, make_technicians
from demo.households.writer import Writer
from demo.households.writing_households import write_households
from demo.households.writing_meters import DebtOf, write_histories
from demo.households.writing_technicians import write_technicians, write_zones
from demo.town import Town


@dataclass(frozen=True, slots=True)
class Staffing:
    """How many technicians there are, on which days they work, and how many meters lie on the shelf."""

    technicians: int = TECHNICIANS
    days: Sequence[date] | None = None
    """None: the days around the loading."""
    shelves: int = 1


@dataclass(frozen=True, slots=True)
class People:
    """The households, and those of them that are protected from a cut."""

    households: list[Household]
    protected: list[Household]


def write_people(
    writer: Writer,
    town: Town,
    debt_of: DebtOf,
    *,
    seed: int,
    staffing: Staffing | None = None,
    newest: int | None = None,
) -> People:
    """Write a town's technicians and households; the same seed and day give the same.

    `newest`: of each meter's reads only so many of the newest, and the first; None: all.
    """
    staffing = staffing or Staffing()
    today = writer.now.astimezone(writer.zone).date()
    households = make_households(town.addresses, seed=seed, today=today)
    zones = write_zones(writer, town.zones)
    homes = [(address.lon, address.lat) for address in town.addresses]
    made = make_technicians([zone.code for zone in town.zones], homes, seed=seed, count=staffing.technicians)
    write_technicians(writer, made, make_spare_meters(made, shelves=staffing.shelves), zones, staffing.days)
    write_households(writer, households, zones)
    return People(households, write_histories(writer, households, debt_of, seed=seed, newest=newest))
