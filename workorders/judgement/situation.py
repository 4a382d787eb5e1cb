"""Everything a rule may look at, as plain values: what the server knew when a field fact was judged.

`queries.situation` loads one from the database inside the transaction that carries out the judgement; a
test or the simulator builds one by hand. Money is in integer cents (positive: the customer owes), instants
are aware datetimes, positions are (longitude, latitude) in degrees on WGS 84.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workorders.facts import AccountFacts, ForecastFacts, MeterFacts, OrderFacts, ReadFacts, ServicePointFacts
from workorders.policy.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class Situation:
    """All that `judge_event` sees besides the event itself."""

    order: OrderFacts
    service_point: ServicePointFacts
    book: RuleBook
    timezone: str
    """IANA name of the district's zone, e.g. America/Chicago."""
    account: AccountFacts | None = None
    installed: MeterFacts | None = None
    """The meter now at the service point."""
    meters: Mapping[str, MeterFacts] = field(default_factory=dict)
    """Every meter that the event mentions (any serial answer) or that is installed, by serial."""
    reads: tuple[ReadFacts, ...] = ()
    """The service point's reads, oldest first, at least the last 12; of any meter that was there."""
    register_reads: tuple[ReadFacts, ...] = ()
    """The same of registers besides the main one; the serial of each is `SERIAL/code`."""
    forecasts: tuple[ForecastFacts, ...] = ()
    """Forecasts of the days since the order was raised; read for types that cut only."""

    def meter(self, serial: str | None) -> MeterFacts | None:
        """The meter on record with `serial`, installed or mentioned; capitals do not matter."""
        if serial is None:
            return None
        known = [*([self.installed] if self.installed is not None else []), *self.meters.values()]
        return next((m for m in known if m.serial.casefold() == serial.casefold()), None)

    @property
    def off_read(self) -> ReadFacts | None:
        """The read taken when service was shut off: the one recorded with the present off state."""
        if self.service_point.state not in {"off", "off_np"}:
            return None
        source = self.service_point.state_source
        found = [r for r in self.reads if source is not None and r.source == source]
        return found[-1] if found else None
