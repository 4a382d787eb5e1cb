"""SIGKILL at every commit of ingesting and publishing: the district is as if nothing had happened."""

import multiprocessing
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from server.db import open_engine, session_factory
from sync.pipeline.publish import ensure_technician, publish_pending
from sync.stores.sql.store import SqlStore
from tests.conftest import _drop, _postgres_database
from tests.integration.crash.portrait import Portrait, portrait
from tests.integration.crash.victim import work
from tests.integration.pipeline.feed import push
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW
from workorders.queries.verify import verify_ledger
from workorders.usecases.cash.payments import record_payment

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.integration.crash.victim"])
DATABASES = ("tech-t01", "tech-t02")


def prepare(url: str) -> None:
    """A morning that wants every kind of write: a cut nobody should have made, cash, an exchange, junk."""
    engine = open_engine(url)
    sessions, store = session_factory(engine), SqlStore(engine)
    with sessions.begin() as session:
        world.build(session)
        cut, exchange = world.sent(session, "disconnect_np", 1), world.sent(session, "exchange", 2)
        other = world.sent(session, "reread", 3, "t02")
    for technician in ("t01", "t02"):
        ensure_technician(sessions, store, technician, now=NOW)
    publish_pending(sessions, store, clock=lambda: NOW)
    tablet, second = Tablet(), Tablet("t02")
    tablet.payment(exchange, 1_500)
    tablet.completed(exchange, answers.exchange(2, "NT011"))
    tablet.completed(cut, answers.cut(1), at=NOW + timedelta(hours=1))
    second.unable(other, "dog")
    junk = second.event("started", other) | {"event": "danced"}
    with sessions.begin() as session:
        record_payment(session, "p1", "A1", world.DEBT, "web", now=NOW + timedelta(minutes=30), actor="web")
    push(store, [*tablet.written, *second.written[:1], junk])
    twice = tablet.written[1]
    push(store, [twice | {"body": twice["body"] | {"remarks": "altered"}}], salt="fraud")
    store.close()
    engine.dispose()


def run(url: str, duty: str, kill_at: int = 0, when: str = "") -> int:
    """Do a duty in a process of its own; how many commits it took, or 0 when it was killed as asked."""
    answer: Any = PROCESSES.SimpleQueue()
    process = PROCESSES.Process(target=work, args=(url, duty, kill_at, when, answer))
    process.start()
    process.join(60)
    assert process.exitcode == (-signal.SIGKILL if kill_at else 0), process.exitcode
    return 0 if kill_at else int(answer.get())


def look(url: str) -> Portrait:
    engine = open_engine(url)
    store = SqlStore(engine)
    with session_factory(engine)() as session:
        assert verify_ledger(session).differences == ()
        seen = portrait(session, store, DATABASES)
    store.close()
    engine.dispose()
    return seen


@contextmanager
def copy_of(url: str, folder: Path) -> Iterator[str]:
    """A database like the one at `url`."""
    if url.startswith("sqlite"):
        target = folder / "copy.sqlite"
        shutil.copy(str(make_url(url).database), target)
        yield f"sqlite:///{target}"
        target.unlink()
        return
    copied = _postgres_database(str(make_url(url).database))
    yield copied
    _drop(copied)


def kill_everywhere(url: str, duty: str, folder: Path, *, fewest: int = 6) -> Portrait:
    """Kill the duty at each of its commits, before and after it is made; always the same in the end."""
    with copy_of(url, folder) as calm_url:
        commits = run(calm_url, duty)
        calm = look(calm_url)
    assert commits >= fewest
    for kill_at in range(1, commits + 1):
        with copy_of(url, folder) as again:
            run(again, duty, kill_at, "before")
            # The process that starts again meets the same commit first, and dies when it is made.
            run(again, duty, 1, "after")
            run(again, duty)
            assert look(again) == calm, f"killed at commit {kill_at} of {commits}"
    return calm


@pytest.mark.slow
@pytest.mark.parametrize(("duty", "fewest"), [("ingest", 2), ("ingest in pairs", 6)])
def test_ingest_killed_at_every_commit(migrated_url: str, tmp_path: Path, duty: str, fewest: int) -> None:
    prepare(migrated_url)
    calm = kill_everywhere(migrated_url, duty, tmp_path, fewest=fewest)
    assert (len(calm["events"]), len(calm["quarantine"])) == (4, 2)


@pytest.mark.slow
def test_publishing_killed_at_every_commit(migrated_template: dict[str, str], tmp_path: Path) -> None:
    start = tmp_path / "start.sqlite"
    shutil.copy(str(make_url(migrated_template["sqlite"]).database), start)
    url = f"sqlite:///{start}"
    prepare(url)
    run(url, "ingest")
    calm = kill_everywhere(url, "publish", tmp_path)
    assert "ack:event:t01tablet:00000001" in calm["tech-t01"]
