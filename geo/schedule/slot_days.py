"""Days laid out for appointment offers, kept while nothing that they rest on changes.

An offer needs few travel times: between the stops of each route, between promised places and everything, and
to and from the address asked about. So a day has no whole matrix: what is not needed counts as unreachable.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

import numpy as np
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from geo.planner.day_state import remaining_day
from geo.planner.model import UNREACHABLE_S, Options, PlanningProblem, Seconds
from geo.planner.plan import Plan
from geo.planner.slots import PlannedDay, planned_day
from geo.planner.trials import IMPOSSIBLE, Prober
from geo.roads import MAX_STOP_METRES, Places, RoadNetwork
from geo.roads.refusals import within
from geo.schedule.people import vans_of
from geo.schedule.places import LonLat
from geo.schedule.standing import sequences_of, timed_plan
from geo.schedule.states import BEGUN, DONE, MOVABLE, OPEN
from geo.schedule.true_state import places_of, routes_now, today_of
from geo.schedule.work import DayDraft, DayWork, midnight_of, read_day
from workorders import tables
from workorders.problems import Problem

STEP = timedelta(minutes=5)
"""Today is laid out as it will be at the next full step, so that it need not be laid out every second."""
POINTS_KEPT = 50_000
BLOCKS_KEPT = 2_000
"""Places, and technicians' days whose travel times are remembered; a block of 17 places takes 2.5 kB."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A day ready for offers; `places` are the rows of its matrix on the streets of `network`."""

    key: Hashable
    network: RoadNetwork
    work: DayWork
    planned: PlannedDay
    places: Places

    def without(self, number: str) -> PlannedDay:
        """The day without an order that is asked about."""
        row = next((n for n, o in enumerate(self.planned.problem.orders) if o.number == number), None)
        if row is None or row not in self.planned.board.vehicle_of:
            return self.planned
        board = self.planned.board.copy()
        board.remove(row)
        return PlannedDay(self.planned.problem, self.planned.plan, board, self.planned.options)


@dataclass(slots=True)
class SlotDays:
    """One process's memory of days and of travel times within routes."""

    days: dict[date, LaidOut] = field(default_factory=dict)
    _blocks: dict[tuple[RoadNetwork, tuple[LonLat, ...]], Seconds] = field(default_factory=dict)
    _found: dict[tuple[RoadNetwork, LonLat], Places | str] = field(default_factory=dict)
    _one_at_a_time: Lock = field(default_factory=Lock)

    def laid_out(
        self, session: Session, streets: Mapping[date, RoadNetwork], *, now: datetime
    ) -> list[LaidOut]:
        """The days of `streets`, each with its road network; only what changed is read and computed."""
        now = _next_step(now)
        rests_on = _fingerprints(session, sorted(streets), now)
        # Who asks while the days are being laid out waits for that instead of doing it as well.
        with self._one_at_a_time:
            for day in self.days.keys() - streets.keys():
                self.days.pop(day, None)
            for day, network in streets.items():
                kept = self.days.get(day)
                if kept is None or kept.key != rests_on[day] or kept.network is not network:
                    self.days[day] = self._lay_out(session, network, day, rests_on[day], now)
            return [self.days[day] for day in sorted(streets)]

    def _lay_out(
        self, session: Session, network: RoadNetwork, day: date, key: Hashable, now: datetime
    ) -> LaidOut:
        rows = _routed_and_promised(session, day)
        routes = routes_now(session, day, now=now)
        heard = places_of(routes.values())
        draft = read_day(session, day, rows, now=max(now, midnight_of(session, day)), also=heard)
        positions = {stop.number: stop.point for route in routes.values() for stop in route.stops}
        groups = [
            [positions[stop.number] for stop in route.stops] + places_of([route]) for route in routes.values()
        ]
        owners = list(routes)
        free = [o.at for o in draft.orders if o.number not in positions]
        seconds, off, places = self._travel(network, draft, dict(zip(owners, groups, strict=True)), free)
        work = draft.travelled(seconds, off)
        today = today_of(work, routes, now)
        remaining = remaining_day(work.problem, today.state)
        problem = PlanningProblem(remaining.problem.orders, remaining.problem.technicians, seconds)
        plan = timed_plan(problem, sequences_of(today))
        laid = planned_day(problem, plan, Options())
        _keep_promises(laid, plan)
        return LaidOut(key, network, work, laid, places)

    def _travel(
        self,
        network: RoadNetwork,
        draft: DayDraft,
        stops: Mapping[str, Sequence[LonLat]],
        free: Sequence[int],
    ) -> tuple[Seconds, Mapping[LonLat, str], Places]:
        """Travel times within each technician's day, and between the `free` rows and everything."""
        row = {point: number for number, point in enumerate(draft.points)}
        seconds = np.full((len(row), len(row)), UNREACHABLE_S, dtype=np.int64)
        np.fill_diagonal(seconds, 0)
        places, off = self._on_streets(network, draft.points)
        for person in draft.technicians:
            ends = {draft.points[at] for at in (person.start, person.end, person.reload_at) if at is not None}
            block = tuple(sorted({*stops.get(person.number, ()), *ends} - off.keys()))
            known = [at for at, point in enumerate(block) if point in row]
            rows = [row[block[at]] for at in known]
            seconds[np.ix_(rows, rows)] = self._block(network, block)[np.ix_(known, known)]
        hubs = [at for at in dict.fromkeys(free) if draft.points[at] not in off]
        if hubs:
            to, back = network.spokes([draft.points[at] for at in hubs], places)
            seconds[hubs, :], seconds[:, hubs] = to, back
        return seconds, off, places

    def _on_streets(self, network: RoadNetwork, points: list[LonLat]) -> tuple[Places, Mapping[LonLat, str]]:
        """The points on the streets, and those that no street serves, which stand where another does."""
        if len(self._found) >= POINTS_KEPT:
            self._found.clear()
        new = [point for point in points if (network, point) not in self._found]
        if new:
            refused = network.unserved(new)
            near = [point for at, point in enumerate(new) if at not in refused]
            snapped = network.places(near) if near else None
            rows = iter(range(len(near)))
            for at, point in enumerate(new):
                self._found[network, point] = (
                    refused[at] if at in refused or snapped is None else snapped.one(next(rows))
                )
        known = [self._found[network, point] for point in points]
        usual = next((place for place in known if isinstance(place, Places)), None)
        if usual is None:
            raise Problem("stop_off_network", what="Every place of the day", **within(MAX_STOP_METRES))
        nowhere = {point: code for point, code in zip(points, known, strict=True) if isinstance(code, str)}
        return Places.of([place if isinstance(place, Places) else usual for place in known]), nowhere

    def _block(self, network: RoadNetwork, points: tuple[LonLat, ...]) -> Seconds:
        key = (network, points)
        if key not in self._blocks:
            if len(self._blocks) >= BLOCKS_KEPT:
                self._blocks.clear()
            self._blocks[key] = network.matrix(points).astype(np.int64)
        return self._blocks[key]


def _next_step(now: datetime) -> datetime:
    since = timedelta(seconds=now.timestamp() % STEP.total_seconds())
    return now if not since else now - since + STEP


def _keep_promises(laid: PlannedDay, plan: Plan) -> None:
    """Put appointments that are promised but in no route yet where they cost least: they need their time."""
    routed = {number for route in plan.routes for number in route.orders}
    for row, order in enumerate(laid.problem.orders):
        if order.number not in routed and order.windows:
            cost, vehicle, position = Prober(laid.board).insertions(row).best()
            if cost < IMPOSSIBLE:
                laid.board.insert(row, vehicle, position)


def _routed_and_promised(session: Session, day: date) -> Sequence[tables.Order]:
    """What is in a route of that day and not begun, and appointments of that day in no route yet."""
    begins, ends = midnight_of(session, day), midnight_of(session, day + timedelta(days=1))
    order = tables.Order
    routed = (order.route_day == day) & order.technician_id.is_not(None) & order.state.in_(sorted(MOVABLE))
    promised = (
        order.state.in_(sorted(OPEN))
        & order.technician_id.is_(None)
        & (order.appointment_from < ends)
        & (order.appointment_until >= begins)
    )
    return session.scalars(select(order).where(or_(routed, promised)).order_by(order.number)).all()


def _fingerprints(session: Session, days: Sequence[date], now: datetime) -> dict[date, Hashable]:
    """What each day rests on: equal values mean that nothing about it has changed."""
    if not days:
        return {}
    found: dict[date, list[Any]] = {day: [] for day in days}
    order, shift, person = tables.Order, tables.Shift, tables.Technician
    states = sorted(MOVABLE | BEGUN | DONE)
    routed = session.execute(
        select(order.route_day, order.number, order.version)
        .where(order.route_day.in_(days), order.technician_id.is_not(None), order.state.in_(states))
        .order_by(order.number)
    )
    for day, number, version in routed:
        if day is not None:
            found[day].append((number, version))
    first, last = midnight_of(session, days[0]), midnight_of(session, days[-1] + timedelta(days=1))
    promised = session.execute(
        select(order.number, order.version, order.appointment_from, order.appointment_until)
        .where(
            order.state.in_(sorted(OPEN)),
            order.technician_id.is_(None),
            order.appointment_from < last,
            order.appointment_until >= first,
        )
        .order_by(order.number)
    ).all()
    shifts = session.execute(
        select(shift, person.active, person.skills, person.zone_id)
        .join(person, person.id == shift.technician_id)
        .where(shift.day.in_(days))
        .order_by(shift.id)
    )
    for worked, active, skills, zone in shifts:
        about = (worked.id, worked.starts_at, worked.ends_at, worked.home_start, worked.break_minutes)
        found[worked.day].append((*about, worked.technician_id, active, tuple(skills), zone))
    vans = tuple((who, tuple(sorted(sizes.items()))) for who, sizes in sorted(vans_of(session).items()))
    for day, parts in found.items():
        begins, ends = midnight_of(session, day), midnight_of(session, day + timedelta(days=1))
        parts += [tuple(r) for r in promised if r.appointment_from < ends and r.appointment_until >= begins]
        parts += [vans, now if begins <= now < ends else None]
    return {day: tuple(parts) for day, parts in found.items()}
