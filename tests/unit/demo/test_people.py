"""The invented district repeats for a seed, and its stories are what they say."""

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.households.households import AT_LEAST, STORIES, Household, make_households
from demo.households.money import make_debt
from demo.households.orders import MIX, make_orders
from demo.households.reads import DIALS, MONTHS, REGISTER, DemoRead, make_reads
from demo.households.technicians import make_spare_meters, make_technicians
from demo.town import TownAddress

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def addresses(count: int) -> list[TownAddress]:
    return [
        TownAddress(str(100 + n), f"{n % 9} Street", -98.6 + n / 1e4, 39.1, f"B{n // 9}", f"Z{n % 3}")
        for n in range(count)
    ]


def district(count: int, seed: int) -> list[Household]:
    return make_households(addresses(count), seed=seed, today=TODAY)


def reads_of(one: Household, seed: int = 7) -> list[DemoRead]:
    return make_reads(one, seed=seed, now=NOW, zone=CHICAGO)


def test_the_same_seed_gives_the_same_people() -> None:
    assert district(200, 7) == district(200, 7)
    assert district(200, 7) != district(200, 8)


@pytest.mark.parametrize("count", [100, 400, 3_000])
def test_every_story_has_its_households(count: int) -> None:
    lived = [one.story for one in district(count, 7)]
    for story in STORIES:
        assert lived.count(story) >= AT_LEAST


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), day=st.dates(date(2024, 3, 1), date(2030, 12, 31)))
def test_reads_are_those_of_a_register(seed: int, day: date) -> None:
    now = datetime(day.year, day.month, day.day, 15, tzinfo=UTC)
    for one in make_households(addresses(100), seed=seed, today=day):
        reads = make_reads(one, seed=seed, now=now, zone=CHICAGO)
        assert [read.kind for read in reads[:2]] == ["start", "actual"]
        assert len(reads) == MONTHS + 1
        assert all(0 <= read.value < 10**DIALS for read in reads)
        assert [read.at for read in reads] == sorted({read.at for read in reads})
        assert reads[-1].at < now
        for before, after in pairwise(reads[1:]):
            assert (after.value - before.value) % REGISTER * one.multiplier == after.units
            assert ("wrap" in after.flags) == (after.value < before.value)


def test_stories_show_in_the_reads() -> None:
    by_story: dict[str, list[list[DemoRead]]] = {}
    for one in district(400, 7):
        by_story.setdefault(one.story, []).append(reads_of(one))
    assert all(any("wrap" in read.flags for read in reads) for reads in by_story["rollover"])
    assert all(sum(read.kind == "estimated" for read in reads) == 2 for reads in by_story["estimated"])
    assert all(reads[-1].units == 0 for reads in by_story["stuck"] + by_story["vacant"] + by_story["cut"])
    for reads in by_story["leak"]:
        year = [read.units or 0 for read in reads[-13:-2]]
        assert (reads[-1].units or 0) > 2 * sum(year) / len(year)


def test_delinquents_owe_and_were_noticed() -> None:
    for one in district(400, 7):
        debt = make_debt(one, reads_of(one), seed=7, now=NOW)
        owed = sum(cents for entry in debt.entries for ledger, _, cents in entry.postings if ledger == "AR")
        assert owed == debt.owed_cents
        assert all(sum(cents for *_, cents in entry.postings) == 0 for entry in debt.entries)
        if one.story in {"delinquent", "cut"}:
            assert debt.owed_cents >= 10_000
            assert [kind for kind, _ in debt.notices] == ["past_due", "final"]
            assert [(TODAY - sent).days for _, sent in debt.notices] == [40, 12]
        else:
            assert debt.notices == ()
            assert debt.hold is None


def test_a_day_has_every_type_once_a_household() -> None:
    households = district(400, 7)
    protected = frozenset(one.account for one in households if one.number % 2)
    orders = make_orders(households, protected, count=60, seed=7, today=TODAY)
    assert {order.type for order in orders} == set(MIX)
    places = [order.household.service_point for order in orders]
    assert len(set(places)) == len(places)
    for order in orders:
        if order.type == "disconnect_np":
            assert (order.household.story, order.household.account in protected) == ("delinquent", False)


def test_spare_meters_have_serials_of_their_own() -> None:
    people = make_technicians(["Z0", "Z1"], [(-98.6, 39.1)], seed=7)
    spares = [spare.serial for spare in make_spare_meters(people)]
    installed = [one.serial for one in district(3_000, 7)]
    assert len(set(spares + installed)) == len(spares) + len(installed)
