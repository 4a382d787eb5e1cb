"""The worker: tells tablets what the office decided, and the office what tablets wrote.

It keeps nothing in memory that matters: whatever it was doing when it stopped is found again in the
outbox and in the feeds' checkpoints.
"""

import os
import threading
import time
from contextlib import suppress
from dataclasses import asdict, astuple
from datetime import date, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from geo.schedule.ways import refresh_way
from mobile_api.bundle import build_bundle
from server import heartbeat
from server.config import Config
from server.networks import road_network, streets_on
from server.planning.runs import start_waiting
from server.services import Services
from sync.pipeline.evidence import EvidenceFiles, keep_evidence
from sync.pipeline.ingest import ingest_all
from sync.pipeline.new_life import continue_documents
from sync.pipeline.publish import Routes, ensure_technician, publish_pending
from sync.pipeline.refill import is_filled, refill
from sync.pipeline.retention import retire_database
from sync.stores.contract import StoreUnavailable
from workorders.tables import Technician
from workorders.usecases.district.adopt_rules import tell_rules_of_the_day

log = structlog.get_logger()
IDLE_SECONDS = 0.2
"""How long a quiet worker rests: short beside the seconds a tablet's own round trip takes."""
IDLE_FACTOR = 9
"""It rests so many times as long as asking took, so that asking about many databases stays a tenth."""
MOST_IDLE_SECONDS = 2.0
TROUBLE_SECONDS = 2.0
"""Rest after a database or store that did not answer."""
BATCH = 500
UPKEEP = timedelta(hours=1)
"""How often the bundle is renewed and what is over leaves technicians' databases; neither is urgent."""


def prepare(services: Services) -> None:
    """Make sure that every active technician has a database with its reference documents."""
    # After a restore, before anything new is told.
    days = services.config.retention_days
    continue_documents(services.sessions, services.store, now=services.clock(), days=days)
    with services.read_sessions() as session:
        technicians = list(session.scalars(select(Technician.id).where(Technician.active)))
    for technician in technicians:
        ensure_technician(
            services.sessions,
            services.store,
            technician,
            now=services.clock(),
            days=days,
        )


def work_once(services: Services) -> int:
    """One round: publish what waits, ingest what came. Returns how many things were done."""
    # Before anything that needs the document store: planning goes on while that is away.
    plans = start_waiting(services)
    published = publish_pending(
        services.sessions,
        services.store,
        now=services.clock(),
        limit=BATCH,
        find_ways=partial(_find_ways, services),
    )
    result = ingest_all(
        services.sessions,
        services.store,
        clock=services.clock,
        limit=BATCH,
        days=services.config.retention_days,
    )
    kept = keep_evidence(services.sessions, services.store, evidence_files(services.config))
    return published + result.handled + plans + kept


def _find_ways(services: Services, routes: Routes) -> None:
    """Before a route is told, compute its way; without streets it is told without one."""
    data_dir, now = services.config.data_dir, services.clock()
    if road_network(data_dir) is not None:
        with services.sessions.begin() as session:
            for technician, text in routes:
                day = date.fromisoformat(text)
                streets = streets_on(session, data_dir, day, now=now)
                refresh_way(session, streets.network, technician, day, now=now, closures=streets.closures)


def evidence_files(config: Config) -> EvidenceFiles:
    """Where photos and signatures are kept."""
    return EvidenceFiles(config.data_dir / "evidence")


def upkeep(services: Services) -> None:
    """Tell the rules of a new day, renew the tablets' bundle, retire what is over from every database."""
    now = services.clock()
    with services.sessions.begin() as session:
        tell_rules_of_the_day(session, now=now)
    with services.read_sessions() as session:
        build_bundle(session, services.config.data_dir / "bundle", now)
        technicians = list(session.scalars(select(Technician)))
    days = services.config.retention_days
    for technician in technicians:
        if technician.active and not is_filled(services.store, technician.database):
            refill(services.sessions, services.store, technician.id, now=now, days=days)
        retired = retire_database(services.sessions, services.store, technician.database, now=now, days=days)
        if any(astuple(retired)):
            log.info("retired", database=technician.database, **asdict(retired))


def work(services: Services, stop: threading.Event) -> None:
    """Work until `stop` is set or the process that started this one is gone."""
    parent = os.getppid()
    prepared = False
    kept_up_at: datetime | None = None
    while not stop.is_set() and os.getppid() == parent:
        began = time.monotonic()
        # A folder that cannot be written shows by the sign of life that grows old.
        with suppress(OSError):
            heartbeat.beat(services.config.data_dir, services.clock())
        try:
            if not prepared:
                prepare(services)
                prepared = True
            done = work_once(services)
            if not done and (kept_up_at is None or services.clock() - kept_up_at >= UPKEEP):
                upkeep(services)
                kept_up_at = services.clock()
        except (StoreUnavailable, OperationalError) as error:
            log.warning("worker_waits", reason=str(error))
            stop.wait(TROUBLE_SECONDS)
            continue
        if not done:
            took = time.monotonic() - began
            stop.wait(min(max(IDLE_SECONDS, IDLE_FACTOR * took), MOST_IDLE_SECONDS))
