"""Plan runs as the worker carries them out: each in a process of its own, so that ingest never waits."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from geo.planner.model import Options
from geo.planner.plan import Plan
from geo.schedule.rest import PlanLimits, rest_document
from geo.schedule.true_state import load_today
from geo.schedule.work import DayWork, load_day, plan_document
from server.networks import streets_on
from server.services import Services
from workorders.messages.message import Message
from workorders.problems import Problem, Reason
from workorders.tables import PlanRun

log = structlog.get_logger()
PATIENCE = timedelta(minutes=15)
"""A run that has not ended by then lost its process together with the worker that watched it."""
MOST_MOVED, MOST_STICKY = 500, 3600
"""The most that may be asked for: stops that change technician, and driving seconds each must save."""
FAIRNESS = 3
"""A second of work above the average technician's weighs as much as so many of driving: who lives far away
gets work as well, yet nobody crosses the district for evenness alone."""
AGING_POINTS = 2
"""Points that an order gains each day it is overdue, of 100 at most: after weeks it outweighs newer work."""
REPORT_EVERY_SECONDS = 0.5
"""How often progress is written: a person sees it move, the database hardly notices."""


def ask(session: Session, day: date, seconds: int, *, now: datetime, actor: str) -> PlanRun:
    """Ask for a plan. Raises Problem bad_input when the time is not 2 to 300 seconds."""
    if not 2 <= seconds <= 300:
        raise Problem(
            "bad_input", field="seconds", reason=Reason("must be from {first} to {last}", first=2, last=300)
        )
    run = PlanRun(day=day, seconds=seconds, asked_by=actor, asked_at=now, state="waiting")
    session.add(run)
    session.flush()
    return run


def ask_rest(
    session: Session, day: date, seconds: int, limits: PlanLimits, *, now: datetime, actor: str
) -> PlanRun:
    """Ask for a plan of the rest of a day. Raises Problem bad_input naming the field."""
    if not 0 <= limits.max_moved <= MOST_MOVED:
        raise Problem(
            "bad_input",
            field="max_moved",
            reason=Reason("must be from {first} to {last}", first=0, last=MOST_MOVED),
        )
    if not 0 <= limits.stickiness_s <= MOST_STICKY:
        reason = Reason("must be from {first} to {last} minutes", first=0, last=MOST_STICKY // 60)
        raise Problem("bad_input", field="stickiness", reason=reason)
    run = ask(session, day, seconds, now=now, actor=actor)
    run.kind, run.limits = "rest", asdict(limits)
    session.flush()
    return run


class PlanProcesses:
    """The planners that this worker started, a process each, so that one that dies is not waited for."""

    def __init__(self) -> None:
        self._started: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def running(self) -> int:
        """How many of them have not been seen to end."""
        return len(self._started)

    def round(self, services: Services) -> int:
        """Start a process for each waiting run, give up those without one; returns how many started."""
        self._give_up_ended(services)
        now = services.clock()
        with services.read_sessions() as session:
            waiting = list(session.scalars(select(PlanRun.id).where(PlanRun.state == "waiting")))
            running = select(PlanRun.id).where(PlanRun.state == "running")
            lost = list(session.scalars(running.where(PlanRun.asked_at < now - PATIENCE)))
        for run in lost:
            _give_up(services, run)
        for run in waiting:
            _set(services, run, state="running", message=Message("plan.reading"))
            command = [sys.executable, "-P", "-m", "server", "plan-run", str(run)]
            self._started[run] = subprocess.Popen(command)  # noqa: S603 - our own command
        return len(waiting)

    def _give_up_ended(self, services: Services) -> None:
        ended = [run for run, process in self._started.items() if process.poll() is not None]
        for run in ended:
            # Only then forgotten: a database that is away now is asked again in the next round.
            _give_up(services, run)
            del self._started[run]


def _give_up(services: Services, run: int) -> None:
    """Say of a run that is still not over that it failed; one that has its result keeps it."""
    values = {"state": "failed", "code": "plan.stopped", "params": {}}
    with services.sessions.begin() as session:
        unfinished = update(PlanRun).where(PlanRun.id == run, PlanRun.state == "running")
        if session.scalar(unfinished.values(**values).returning(PlanRun.id)) is not None:
            log.error("planner_stopped", run=run)


def carry_out(services: Services, run_id: int) -> None:
    """Compute one run and keep its result, or the words why there is none."""
    try:
        document = _planned(services, run_id)
    except Problem as problem:
        _set(
            services, run_id, state="failed", message=Message.of(f"problem.{problem.code}", **problem.details)
        )
        return
    finished = services.clock()
    _set(services, run_id, result=document, state="ready", progress=1.0, code=None, finished_at=finished)
    log.info(
        "planned",
        run=run_id,
        served=document["served"],
        unplaced=len(document["unplaced"]),
        drive_s=document["drive_s"],
    )


def _planned(services: Services, run_id: int) -> dict[str, Any]:
    """The run's plan as a document. Raises Problem when the day cannot be read or planned."""
    now = services.clock()
    with services.read_sessions() as session:
        run = session.get_one(PlanRun, run_id)
        network = streets_on(session, services.config.data_dir, run.day, now=now).network
        if run.kind == "rest":
            today, limits = load_today(session, network, run.day, now=now), PlanLimits(**run.limits)
        else:
            work = load_day(session, network, run.day, now=now)
    # The solver is imported here: the web server imports this file and never solves.
    if run.kind == "rest":
        from geo.schedule.rest_plan import plan_rest  # noqa: PLC0415 - see above

        report = _teller(services, run_id, today.work)
        rest = plan_rest(today, limits, seconds=run.seconds, progress=report)
        return rest_document(today, rest, limits, now=now)
    from geo.planner.by_zone import plan_day  # noqa: PLC0415 - see above

    report = _teller(services, run_id, work)
    made: Plan = plan_day(work.problem, options=day_options(run.seconds), progress=report)
    return plan_document(work, made)


def day_options(seconds: float) -> Options:
    """What a plan of a whole day cares about, within `seconds`."""
    return Options(seconds=seconds, fairness=FAIRNESS, aging_points=AGING_POINTS)


def _teller(services: Services, run_id: int, work: DayWork) -> Callable[[float, int, int], None]:
    """Writes progress down, not too often."""
    reported_at, total = 0.0, len(work.problem.orders)

    def report(share: float, placed: int, drive_s: int) -> None:
        nonlocal reported_at
        if time.monotonic() - reported_at >= REPORT_EVERY_SECONDS:
            reported_at = time.monotonic()
            message = Message.of("plan.progress", placed=placed, total=total, seconds=drive_s)
            _set(services, run_id, progress=share, message=message)

    return report


def _set(services: Services, run_id: int, *, message: Message | None = None, **values: object) -> None:
    if message is not None:
        values |= {"code": message.code, "params": dict(message.params)}
    with services.sessions.begin() as session:
        session.execute(update(PlanRun).where(PlanRun.id == run_id).values(**values))
