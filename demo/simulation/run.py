"""One run: a seed, so many days, so many tablets, some faults; then healing, and the auditor."""

from dataclasses import dataclass
from datetime import timedelta

from demo.simulation.auditor import Violation, audit
from demo.simulation.backup import Backups
from demo.simulation.bench import Bench
from demo.simulation.clock import START, Agenda, Clock
from demo.simulation.days import Days
from demo.simulation.faults import Faults
from demo.simulation.fleet import Fleet
from demo.simulation.healing import heal
from demo.simulation.network import Network
from demo.simulation.office import Office
from demo.simulation.seeds import Seeds
from demo.simulation.server import Server
from demo.simulation.stage import Stage
from demo.simulation.trace import Trace
from demo.simulation.witness import Witness

MONTH = 30


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be run. `faults` None: those that the seed draws."""

    seed: int
    days: int
    tablets: int
    faults: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    task: Task
    faults: tuple[str, ...]
    met: dict[str, int]
    violations: tuple[Violation, ...]
    events: int
    orders: int
    trace: Trace


def run(bench: Bench, task: Task) -> Outcome:
    """Play it and audit it."""
    bench.reset()
    seeds, clock = Seeds(task.seed), Clock()
    faults = Faults.drawn(seeds) if task.faults is None else Faults(seeds, task.faults)
    stage = Stage(seeds, clock, Agenda(clock), Trace(clock), faults, Witness())
    agenda, trace, witness = stage.agenda, stage.trace, stage.witness
    server = Server(bench, stage)
    fleet = Fleet(server, Network(server, stage), stage)
    for kept in bench.district.tablets[: task.tablets]:
        fleet.staff(kept.copied())
    _acquaint(fleet)
    days = Days(server, Office(server, stage), fleet, stage)
    backups = Backups(server, stage)
    try:
        for day in range(task.days):
            days.note(day, task.tablets)
        _plan_restore(seeds, agenda, faults, backups, task.days)
        agenda.run_until(START + timedelta(days=task.days))
        if any(tablet.away for tablet in fleet.tablets):
            _a_month_goes_by(clock, server, trace)
        faults.on = False
        agenda.run_until(clock() + timedelta(hours=2))
        rounds = heal(server, fleet, trace)
        violations = audit(server, fleet, witness, rounds)
    except Exception as error:
        # What no fault explains is a mistake of the program, wherever it came out.
        trace.note("program", f"raised {type(error).__name__}")
        violations = [Violation("program", type(error).__name__, f"the program raised {error!r}"[:300])]
    finally:
        backups.close()
        bench.commits.forget()
    return Outcome(
        task,
        faults.chosen,
        dict(sorted(faults.met.items())),
        tuple(violations),
        sum(person.events for person in fleet.crew),
        len(witness.orders),
        trace,
    )


def _acquaint(fleet: Fleet) -> None:
    """What a technician may write down by mistake: another tablet's receipts, meters of other places."""
    prefixes = [person.tablet.kept.prefix for person in fleet.crew]
    for person in fleet.crew:
        person.others = [prefix for prefix in prefixes if prefix != person.tablet.kept.prefix]
        person.serials = [f"M{number}A" for number in range(1, 31)]


def _plan_restore(seeds: Seeds, agenda: Agenda, faults: Faults, backups: Backups, days: int) -> None:
    """Perhaps a backup is put back some hours after it was taken."""
    if not faults.happens("restored"):
        return
    dice = seeds.of("backup")
    taken = dice.uniform(8, 24 * days - 10)
    agenda.at(START + timedelta(hours=taken), backups.take)
    agenda.at(START + timedelta(hours=min(taken + dice.uniform(1, 20), 24 * days - 1)), backups.put_back)


def _a_month_goes_by(clock: Clock, server: Server, trace: Trace) -> None:
    """Somebody is still away: retention puts away what is over before that tablet comes back."""
    for _ in range(3):
        clock.tick(timedelta(days=MONTH / 3).total_seconds())
        server.ingest()
        server.publish()
        server.upkeep()
    trace.note("everybody", "waits a month for a tablet that is away")
