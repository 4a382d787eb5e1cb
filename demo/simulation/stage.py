"""What every part of a run stands on."""

from dataclasses import dataclass

from demo.simulation.clock import Agenda, Clock
from demo.simulation.faults import Faults
from demo.simulation.seeds import Seeds
from demo.simulation.trace import Trace
from demo.simulation.witness import Witness


@dataclass(frozen=True, slots=True)
class Stage:
    """The seed's streams, the time, what is due, what was noted, what goes wrong, and what was seen."""

    seeds: Seeds
    clock: Clock
    agenda: Agenda
    trace: Trace
    faults: Faults
    witness: Witness
