"""After the last fault: in a bounded number of rounds everybody must know everything."""

from datetime import timedelta

from demo.simulation.fleet import Fleet
from demo.simulation.server import Server
from demo.simulation.trace import Trace

ROUNDS = 12
"""More than any chain of follow-ons and answers takes."""
PUBLISHINGS = 20


def heal(server: Server, fleet: Fleet, trace: Trace) -> int | None:
    """Let everything settle; how many rounds it took, None when it did not within ROUNDS."""
    fleet.faults.on = False
    server.start()
    for tablet in fleet.tablets:
        tablet.away = False
        tablet.begin()
    for number in range(1, ROUNDS + 1):
        # What failed waits for its next try, an hour at the most.
        server.clock.tick(timedelta(hours=1, minutes=1).total_seconds())
        _work(server)
        for tablet in fleet.tablets:
            # Those that are out of use try as well, and must not get in.
            tablet.sync()
        if not _work(server) and _all_know(server, fleet):
            trace.note("everybody", f"knows everything after {number} rounds")
            return number
    trace.note("everybody", f"is not in agreement after {ROUNDS} rounds")
    return None


def _work(server: Server) -> int:
    done = 0
    for _ in range(PUBLISHINGS):
        now = server.ingest() + server.publish()
        if not now:
            break
        done += now
    return done


def _all_know(server: Server, fleet: Fleet) -> bool:
    """Every tablet that may has read its feed to the end, and nothing on it waits to be sent."""
    heard = [tablet.kept for tablet in fleet.tablets if tablet.kept.device not in fleet.witness.revoked]
    newest = server.services.store.positions(sorted({f"tech-{kept.technician}" for kept in heard}))
    return all(kept.pulled_to == newest[f"tech-{kept.technician}"] and not kept.waiting for kept in heard)
