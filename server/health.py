"""Is it alive, is it ready, and what is it doing: for load balancers, people and Prometheus."""

import hmac
import shutil
from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import Select, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session

from server import heartbeat
from server.migrate import is_current
from server.services import Services, services
from server.tablets import unseen_tablets
from sync.stores.contract import StoreUnavailable
from workorders.problems import Problem, Reason
from workorders.queries.custody import cash_out
from workorders.queries.pipeline_health import count_delayed, count_failed_events, delayed_feeds, worker_loops
from workorders.queries.webhooks import count_waiting_deliveries, failing_webhooks
from workorders.tables import ExceptionCase, FieldEvent, IngestCheckpoint, Order, Outbox, Technician
from workorders.usecases.field.quarantine import undecided_documents

blueprint = Blueprint("health", __name__)
SILENT_SECONDS = 120.0
"""A worker that began no round for so long has stopped; its longest rounds take a fraction of it."""


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """200 when everything a tablet's facts pass through works; 503 names what does not."""
    parts = readiness(services())
    ready = all(part["ok"] for part in parts.values())
    return jsonify(status="ready" if ready else "not ready", parts=parts), 200 if ready else 503


def readiness(of: Services) -> dict[str, dict[str, Any]]:
    """Each part the service needs, whether it works, and in plain words why not."""
    return _database(of) | {"documents": _documents(of), "worker": _worker(of), "disk": _disk(of)}


def _database(of: Services) -> dict[str, dict[str, Any]]:
    try:
        with of.read_sessions() as session:
            waiting = session.scalar(_waiting())
        # Read-only: whether somebody else is writing just now is no matter.
        current = is_current(of.engine.execution_options(curbstop_read_only=True))
    except SQLAlchemyError as error:
        return {
            "database": {
                "ok": False,
                "words": Reason("The database does not answer: {error}.", error=type(error).__name__),
            }
        }
    return {
        "database": {"ok": True},
        "schema": {"ok": current, "words": "" if current else Reason("Run “curbstop migrate”.")},
        "outbox": {"ok": True, "waiting": waiting},
    }


def _documents(of: Services) -> dict[str, Any]:
    try:
        of.store.database_names()
    except StoreUnavailable as error:
        return {
            "ok": False,
            "words": Reason("Tablets cannot sync now; the outbox keeps everything. {error}", error=error),
        }
    except SQLAlchemyError:
        return {"ok": False, "words": Reason("The document store's database does not answer.")}
    return {"ok": True}


def _worker(of: Services) -> dict[str, Any]:
    silent = heartbeat.age(of.config.data_dir, of.clock())
    if silent is not None and silent <= SILENT_SECONDS:
        return {"ok": True, "seconds": round(silent, 1)}
    words = (
        Reason("The worker has not run yet. Tablets' facts are kept and wait; start it again.")
        if silent is None
        else Reason(
            "The worker has been silent for {seconds} seconds. Tablets' facts are kept and wait; "
            "start it again.",
            seconds=round(silent),
        )
    )
    return {"ok": False, "words": words}


def _disk(of: Services) -> dict[str, Any]:
    free = _free_bytes(of)
    if free >= of.config.min_free_mb * 1_000_000:
        return {"ok": True, "free_bytes": free}
    return {
        "ok": False,
        "free_bytes": free,
        "words": Reason("The data folder's disk is nearly full. Make room."),
    }


def _free_bytes(of: Services) -> int:
    return shutil.disk_usage(of.config.data_dir).free


def _waiting() -> Select[int]:
    return select(func.count()).select_from(Outbox).where(Outbox.is_waiting())


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counts that show an operator whether work flows, for this machine and for whoever has the token.

    Raises Problem not_allowed.
    """
    of = services()
    if not _may_read_metrics(of):
        raise Problem("not_allowed")
    registry = CollectorRegistry()
    with of.read_sessions() as session:
        orders = Gauge("curbstop_orders", "Orders by state", ["state"], registry=registry)
        _count(orders, session, Order.state)
        events = Gauge("curbstop_field_events", "Ingested events by status", ["status"], registry=registry)
        _count(events, session, FieldEvent.status)
        _set_pipeline(registry, session)
        _set_field(of, registry, session)
        values = _figures(of, session)
    for name, (words, value) in values.items():
        Gauge(name, words, registry=registry).set(value)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _count(gauge: Gauge, session: Session, column: InstrumentedAttribute[str]) -> None:
    for value, count in session.execute(select(column, func.count()).group_by(column)):
        gauge.labels(value).set(count)


def _set_pipeline(registry: CollectorRegistry, session: Session) -> None:
    delayed = Gauge("curbstop_documents_delayed", "Documents that failed", ["state"], registry=registry)
    for state, count in count_delayed(session).items():
        delayed.labels(state).set(count)
    failures = Gauge("curbstop_worker_failures", "Unexpected errors survived", ["loop"], registry=registry)
    ran = Gauge("curbstop_worker_ran_seconds", "When a loop last ran, Unix time", ["loop"], registry=registry)
    for loop in worker_loops(session):
        failures.labels(loop.name).set(loop.failures)
        if loop.ran_at is not None:
            ran.labels(loop.name).set(loop.ran_at.timestamp())


def _webhook_figures(session: Session, now: datetime) -> Mapping[str, tuple[str, float]]:
    failing = failing_webhooks(session)
    oldest = [one.since for one in failing if one.since is not None]
    return {
        "curbstop_webhook_waiting": (
            "Deliveries of webhooks that wait to be sent",
            count_waiting_deliveries(session),
        ),
        "curbstop_webhooks_failing": ("Webhooks whose receiver does not take them", len(failing)),
        "curbstop_webhook_oldest_seconds": (
            "Since the oldest delivery that failed was first tried",
            (now - min(oldest)).total_seconds() if oldest else 0,
        ),
    }


def _set_field(of: Services, registry: CollectorRegistry, session: Session) -> None:
    now = of.clock()
    unseen = Gauge(
        "curbstop_tablets_unseen", "Tablets in use not heard for so long", ["hours"], registry=registry
    )
    for hours, count in unseen_tablets(session, now=now).items():
        unseen.labels(hours).set(count)
    out = cash_out(session)
    cents = Gauge(
        "curbstop_cash_out_cents", "Money that technicians hold, by method", ["method"], registry=registry
    )
    for method, held in out.cents.items():
        cents.labels(method).set(held)
    oldest = Gauge("curbstop_cash_out_oldest_seconds", "How long the oldest of it is held", registry=registry)
    oldest.set((now - out.oldest_at).total_seconds() if out.oldest_at else 0)


def _figures(of: Services, session: Session) -> Mapping[str, tuple[str, float]]:
    now = of.clock()
    oldest = session.scalar(select(func.min(Outbox.created_at)).where(Outbox.is_waiting()))
    undecided = select(func.count()).select_from(ExceptionCase).where(ExceptionCase.state == "open")
    silent = heartbeat.age(of.config.data_dir, now)
    return {
        "curbstop_outbox_waiting": ("Documents not yet published", session.scalar(_waiting()) or 0),
        "curbstop_outbox_oldest_seconds": (
            "How long the oldest of them has waited",
            (now - oldest).total_seconds() if oldest else 0,
        ),
        "curbstop_exceptions_open": ("Exceptions a human must decide", session.scalar(undecided) or 0),
        "curbstop_quarantined": ("Documents in quarantine", undecided_documents(session)),
        "curbstop_feeds_delayed": ("Feeds that could not be read on", len(delayed_feeds(session))),
        "curbstop_ingest_failed": (
            "Undecided events on which the program failed",
            count_failed_events(session),
        ),
        "curbstop_feed_behind": ("Changes of tablets' databases not yet ingested", _behind(of, session)),
        "curbstop_worker_silent_seconds": (
            "Since the worker's last round; infinite when it never ran",
            float("inf") if silent is None else silent,
        ),
        "curbstop_disk_free_bytes": ("Free space of the data folder's disk", _free_bytes(of)),
        **_webhook_figures(session, now),
    }


def _behind(of: Services, session: Session) -> float:
    """Changes between each feed's checkpoint and its newest position; not a number when the store is away."""
    feeds = [f"tech-{technician}" for technician in session.scalars(select(Technician.id))]
    rows = session.execute(select(IngestCheckpoint.database, IngestCheckpoint.since))
    read = {row.database: row.since for row in rows}
    try:
        newest = of.store.positions(feeds)
    except StoreUnavailable:
        return float("nan")
    # A feed that was never read is behind by all it holds.
    return sum(max(0, _changes(seq) - _changes(read.get(name, "0"))) for name, seq in newest.items())


def _changes(position: str) -> int:
    """Positions begin with the number of changes, up to the first dash."""
    number = position.partition("-")[0]
    return int(number) if number.isdigit() else 0


def _may_read_metrics(of: Services) -> bool:
    given, token = request.authorization, of.config.metrics_token
    if token and given is not None and given.type == "bearer" and given.token:
        return hmac.compare_digest(given.token.encode(), token.encode())
    # Behind a proxy that is not accounted for, everybody seems to be on this machine.
    if not of.config.trusted_proxies and "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
