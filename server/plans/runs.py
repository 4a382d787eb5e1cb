"""Plan runs as the worker carries them out: each in a process of its own, so that ingest never waits."""

import subprocess
import sys
import time
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from geo.daywork import load_day, plan_document
from geo.network import RoadNetwork
from geo.planning.model import Options
from server.services import Services
from workorders.problems import Problem
from workorders.tables import PlanRun

log = structlog.get_logger()
PATIENCE = timedelta(minutes=15)
"""A run that has not ended by then lost its process."""
TOLD_EVERY_SECONDS = 0.5
"""How often progress is written: a person sees it move, the database hardly notices."""


def ask(session: Session, day: date, seconds: int, *, now: datetime, actor: str) -> PlanRun:
    """Ask for a plan. Raises Problem bad_input when the time is not 2 to 300 seconds."""
    if not 2 <= seconds <= 300:
        raise Problem("bad_input", field="seconds", reason="must be between 2 and 300")
    run = PlanRun(day=day, seconds=seconds, asked_by=actor, asked_at=now, state="waiting")
    session.add(run)
    session.flush()
    return run


def start_waiting(services: Services) -> int:
    """Start a process for each waiting run, give up runs whose process is gone; returns how many started."""
    now = services.clock()
    with services.read_sessions() as session:
        waiting = list(session.scalars(select(PlanRun.id).where(PlanRun.state == "waiting")))
        lost = session.scalar(
            select(PlanRun.id).where(PlanRun.state == "running", PlanRun.asked_at < now - PATIENCE)
        )
    if lost is not None:
        _set(services, lost, state="failed", words="The planner stopped without an answer; ask again.")
    for run in waiting:
        _set(services, run, state="running", words="Reading the day …")
        subprocess.Popen([sys.executable, "-m", "server", "plan-run", str(run)])  # noqa: S603 - our own command
    return len(waiting)


def carry_out(services: Services, network: RoadNetwork | None, run_id: int) -> None:
    """Compute one run and keep its result, or the words why there is none."""
    with services.read_sessions() as session:
        run = session.get_one(PlanRun, run_id)
        day, seconds = run.day, run.seconds
        try:
            if network is None:
                raise Problem("no_streets")
            work = load_day(session, network, day, now=services.clock())
        except Problem as problem:
            _set(services, run_id, state="failed", words=f"{problem.words} {problem.advice}")
            return
    told_at, total = 0.0, len(work.problem.orders)

    def progress(share: float, placed: int, drive_s: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= TOLD_EVERY_SECONDS:
            told_at = time.monotonic()
            words = f"{placed} of {total} stops placed, {drive_s / 3600:.1f} hours of driving"
            _set(services, run_id, progress=share, words=words)

    from geo.planning.solve import plan  # noqa: PLC0415 - the web server imports this file and never solves

    result = plan(work.problem, options=Options(seconds=seconds), progress=progress)
    document = plan_document(work, result)
    _set(
        services, run_id, state="ready", progress=1.0, words="", result=document, finished_at=services.clock()
    )
    log.info(
        "planned", run=run_id, served=result.served, unplaced=len(result.unplaced), drive_s=result.drive_s
    )


def _set(services: Services, run_id: int, **values: object) -> None:
    with services.sessions.begin() as session:
        session.execute(update(PlanRun).where(PlanRun.id == run_id).values(**values))
