"""The register of backflow assemblies: those of a premise, and those whose test is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.tables import BackflowDevice, Premise, ServicePoint

PAGE = 200


@dataclass(frozen=True, slots=True)
class Assembly:
    """An assembly on record, where it is, and whether its test is overdue on the day asked for."""

    device: BackflowDevice
    premise: Premise
    overdue: bool


def assemblies_at(session: Session, service_point_ids: Sequence[int], *, today: date) -> list[Assembly]:
    """The assemblies at these service points, the one that is to be tested next first."""
    rows = session.execute(
        _ASSEMBLIES.where(BackflowDevice.service_point_id.in_(service_point_ids)).order_by(
            BackflowDevice.test_due_on, BackflowDevice.id
        )
    )
    return [Assembly(device, premise, device.test_due_on < today) for device, premise in rows]


def due_for_test(session: Session, until: date, *, today: date) -> list[Assembly]:
    """Assemblies to be tested by `until`, the longest overdue first, at most PAGE."""
    rows = session.execute(
        _ASSEMBLIES.where(BackflowDevice.test_due_on <= until)
        .order_by(BackflowDevice.test_due_on, BackflowDevice.id)
        .limit(PAGE)
    )
    return [Assembly(device, premise, device.test_due_on < today) for device, premise in rows]


_ASSEMBLIES = (
    select(BackflowDevice, Premise)
    .join(ServicePoint, ServicePoint.id == BackflowDevice.service_point_id)
    .join(Premise, Premise.id == ServicePoint.premise_id)
)
