"""Meters as the rules see them."""

from workorders.facts import MeterFacts
from workorders.metering.register_definitions import registers_of
from workorders.tables import Meter


def meter_facts(meter: Meter, place: str | None) -> MeterFacts:
    """A meter as the rules see it; `place` is the number of the service point where it is installed."""
    return MeterFacts(
        serial=meter.serial,
        service=meter.service,
        size=meter.size,
        dials=meter.dials,
        multiplier=meter.multiplier,
        unit=meter.unit,
        status=meter.status,
        van_technician=meter.van_technician_id,
        installed_at=place,
        endpoint=meter.endpoint,
        registers=registers_of(meter.registers),
    )
