"""Exception cases: what a human must decide, with everything that waits for the decision."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.judgement.consequences import OpenException, as_json
from workorders.judgement.verdict import merged as together
from workorders.tables import ExceptionCase


def open_cases(
    session: Session, found: Iterable[OpenException], *, source: str, order_number: str | None, now: datetime
) -> list[ExceptionCase]:
    """Open one case per code of a source; several of the same code become one."""
    merged: dict[str, OpenException] = {}
    for one in found:
        before = merged.get(one.code)
        merged[one.code] = one if before is None else together(before, one)
    cases = [_case(one, source, order_number, now) for one in merged.values()]
    session.add_all(cases)
    return cases


def _case(one: OpenException, source: str, order_number: str | None, now: datetime) -> ExceptionCase:
    detail: dict[str, Any] = dict(one.detail) | {"blocking": one.blocking}
    if one.then:
        detail["then"] = [as_json(consequence) for consequence in one.then]
    return ExceptionCase(
        code=one.code,
        order_number=order_number,
        source=source,
        opened_at=now,
        state="open",
        detail=detail,
    )
