"""The worker: publishes to tablets what the office decided, and ingests what tablets wrote.

It keeps nothing in memory that matters: whatever it was doing when it stopped is found again in the
outbox and in the feeds' checkpoints.
"""

import os
import threading
from contextlib import suppress
from dataclasses import asdict, astuple
from datetime import date, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import select

from geo.schedule.ways import refresh_way
from mobile_api.bundle import build_bundle
from server import heartbeat, loops
from server.config import Config
from server.exports.outgoing import mail_round
from server.exports.webhook_sending import webhook_round
from server.headend import remote_round
from server.imports.watched_folder import WatchedFolder
from server.loops import Loop, run_loop, survive
from server.networks import road_network, streets_on
from server.planning.runs import PlanProcesses
from server.previews import preview_round
from server.services import Services
from server.stopping import StopRequest
from sync.pipeline.evidence import EvidenceFiles, keep_evidence
from sync.pipeline.failures import stops_everything
from sync.pipeline.ingest import ingest_all, release_overdue
from sync.pipeline.new_incarnation import continue_documents
from sync.pipeline.outbox import purge_published
from sync.pipeline.publish import Routes, ensure_technician, publish_pending
from sync.pipeline.refill import is_filled, refill
from sync.pipeline.retention import retire_database
from sync.stores.contract import StoreUnavailable
from workorders.problems import Problem
from workorders.tables import Technician
from workorders.usecases.customers.construction import end_due_meters
from workorders.usecases.customers.daily import move_agreements
from workorders.usecases.customers.programs import follow_tax_exemptions
from workorders.usecases.district.adopt_rules import enqueue_rules_of_the_day, is_new_day
from workorders.usecases.district.search_words import keep_search_words, search_words
from workorders.usecases.exchange.webhooks import purge_deliveries

log = structlog.get_logger()
BATCH = 500
TURN = 100
"""Changes of one database in one round of ingest."""
ROUND_SECONDS = 1.0
"""What a round of ingest takes at most, shared among the databases that have something new: with the second
that publishing takes, an acknowledgement waits no longer than two, however much another tablet pushes."""
UPKEEP = timedelta(hours=1)
"""How often the bundle is renewed and what is over leaves technicians' databases; neither is urgent."""
OUTBOX_DAYS = 90
"""How long published outbox rows are kept: `curbstop trace` shows them, and the clock of a tablet that was
away is checked against the newest one it has seen."""
RELEASE_SECONDS = 5.0
MAIL_SECONDS = 5.0
REMOTE_SECONDS = 2.0
WEBHOOK_SECONDS = 1.0
PREVIEW_SECONDS = 2.0
INCOMING_SECONDS = 5.0
"""Between two looks at a file: one that did not change is whole."""
RULES_SECONDS = 60.0
"""How often it is asked whether a new day has begun, on which a dated rule may."""
WATCH_SECONDS = 1.0
"""How often the worker looks whether the process that started it is still there."""


def prepare(services: Services) -> None:
    """Make sure that every active technician has a database with its reference documents."""
    # After a restore, before anything new is published.
    days = services.config.retention_days
    continue_documents(services.sessions, services.store, now=services.clock(), days=days)
    with services.read_sessions() as session:
        technicians = list(session.scalars(select(Technician.id).where(Technician.active)))
    shared: dict[str, dict[str, object]] = {}
    for technician in technicians:
        try:
            ensure_technician(
                services.sessions,
                services.store,
                technician,
                now=services.clock(),
                days=days,
                shared=shared,
            )
        except Exception as error:
            if isinstance(error, StoreUnavailable) or stops_everything(error):
                raise
            # Publishing meets the same document again, and says in the outbox what is wrong with it.
            survive(services, "prepare", error)


def work_once(services: Services) -> int:
    """One round of everything that is urgent, in turn. Returns how many things were done."""
    return sum(loop.act(services) for loop in LOOPS if loop.name != "upkeep")


def publish_round(services: Services) -> int:
    """Publish what waits."""
    return publish_pending(
        services.sessions,
        services.store,
        clock=services.clock,
        limit=BATCH,
        find_ways=partial(_find_ways, services),
    )


def ingest_round(services: Services) -> int:
    """Ingest what came, a turn for every database; at least 1 as long as a feed is not read to its end."""
    result = ingest_all(
        services.sessions,
        services.store,
        clock=services.clock,
        limit=TURN,
        days=services.config.retention_days,
        round_seconds=ROUND_SECONDS,
    )
    return max(result.handled, min(result.reached, 1))


def evidence_round(services: Services) -> int:
    """Copy photos and signatures into evidence storage."""
    return keep_evidence(services.sessions, services.store, evidence_files(services.config))


def release_round(services: Services) -> int:
    """Send out reconnects whose tablet is silent."""
    return release_overdue(services.sessions, now=services.clock())


def rules_round(services: Services) -> int:
    """Enqueue the rules of a new day."""
    now = services.clock()
    with services.read_sessions() as session:
        if not is_new_day(session, now=now):
            return 0
    with services.sessions.begin() as session:
        return int(enqueue_rules_of_the_day(session, now=now))


def upkeep_round(services: Services) -> int:
    """Upkeep, which is never in a hurry for more."""
    upkeep(services)
    return 0


def _find_ways(services: Services, routes: Routes) -> None:
    """Before a route is published, compute its way; without streets it is published without one."""
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
    """Renew the tablets' bundle, retire what is over from every database."""
    now = services.clock()
    _move_agreements(services, now)
    _follow_words(services)
    with services.read_sessions() as session:
        build_bundle(session, services.config.data_dir / "bundle", now)
        technicians = list(session.scalars(select(Technician)))
    for technician in technicians:
        try:
            _tidy(services, technician, now)
        except Exception as error:
            # What is wrong with one database is no reason to leave the others as they are.
            survive(services, "upkeep", error)
            if isinstance(error, StoreUnavailable):
                services.store.database_names()
    while _purge_outbox(services, now):
        pass
    with services.sessions.begin() as session:
        purge_deliveries(session, now=now)


def _move_agreements(services: Services, now: datetime) -> None:
    """Begin, end and close agreements that need no visit; what the records refuse is no reason to stop."""
    try:
        with services.sessions.begin() as session:
            end_due_meters(session, now=now)
            moved = move_agreements(session, now=now)
            follow_tax_exemptions(session, now=now)
        if any(astuple(moved)):
            log.info("agreements_moved", **asdict(moved))
    except Problem as problem:
        survive(services, "upkeep", problem)


def _follow_words(services: Services) -> None:
    """Bring the search box's vocabulary up to date; nobody waits for the long read before it."""
    with services.read_sessions() as session:
        words = search_words(session)
    with services.sessions.begin() as session:
        keep_search_words(session, words)


def _tidy(services: Services, technician: Technician, now: datetime) -> None:
    days = services.config.retention_days
    if technician.active and not is_filled(services.store, technician.database):
        refill(services.sessions, services.store, technician.id, now=now, days=days)
    retired = retire_database(services.sessions, services.store, technician.database, now=now, days=days)
    if any(astuple(retired)):
        log.info("retired", database=technician.database, **asdict(retired))


def _purge_outbox(services: Services, now: datetime) -> int:
    with services.sessions.begin() as session:
        return purge_published(session, before=now - timedelta(days=OUTBOX_DAYS))


LOOPS = (
    Loop("publish", publish_round),
    Loop("ingest", ingest_round),
    Loop("evidence", evidence_round),
    Loop("release", release_round, pause=RELEASE_SECONDS),
    Loop("rules", rules_round, pause=RULES_SECONDS),
    Loop("upkeep", upkeep_round, pause=UPKEEP.total_seconds()),
)
"""What follows technicians' databases; each in a thread of its own, so that none waits for another."""
MAIL = Loop("mail", mail_round, pause=MAIL_SECONDS)
REMOTE = Loop("remote", remote_round, pause=REMOTE_SECONDS)
PREVIEWS = Loop("previews", preview_round, pause=PREVIEW_SECONDS)
WEBHOOKS = Loop("webhooks", webhook_round, pause=WEBHOOK_SECONDS)


def work(services: Services, stop: StopRequest) -> None:
    """Work until `stop` is set or the process that started this one is gone."""
    parent = os.getppid()
    over = threading.Event()
    prepared = threading.Event()
    # None of them needs a technician's database: they go on while the document store is away.
    incoming = Loop("incoming", WatchedFolder().round, pause=INCOMING_SECONDS)
    independent = (Loop("planning", PlanProcesses().round), MAIL, REMOTE, WEBHOOKS, PREVIEWS, incoming)
    threads = [
        *(
            threading.Thread(target=run_loop, args=(services, one, over), name=one.name)
            for one in independent
        ),
        *(
            threading.Thread(target=_run, args=(services, loop, over, prepared), name=loop.name)
            for loop in LOOPS
        ),
    ]
    for thread in threads:
        thread.start()
    try:
        while not over.is_set():
            # A folder that cannot be written, or a loop that died, shows by the sign of life that grows old.
            if all(thread.is_alive() for thread in threads):
                with suppress(OSError):
                    heartbeat.beat(services.config.data_dir, services.clock())
            if not prepared.is_set():
                _try_to_prepare(services, prepared)
            patience = WATCH_SECONDS if prepared.is_set() else loops.TROUBLE_SECONDS
            if stop.wait(patience) or os.getppid() != parent:
                break
    finally:
        over.set()
        # Those that wait for it see that it is over.
        prepared.set()
        for thread in threads:
            thread.join()


def _try_to_prepare(services: Services, prepared: threading.Event) -> None:
    try:
        prepare(services)
    except Exception as error:
        survive(services, "prepare", error)
    else:
        prepared.set()


def _run(services: Services, loop: Loop, over: threading.Event, prepared: threading.Event) -> None:
    prepared.wait()
    run_loop(services, loop, over)
