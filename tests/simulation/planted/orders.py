"""Planted faults of orders and meters: cuts that nobody judges, states over no edge, facts without effect."""

from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from tests.simulation.planted.patching import Together
from workorders.judgement import cuts, lifecycle
from workorders.judgement.consequences import InstallMeter
from workorders.judgement.lifecycle import State
from workorders.messages.message import Message
from workorders.policy import severance
from workorders.policy.severance import CutCheck
from workorders.tables import Read
from workorders.usecases import history
from workorders.usecases.field import effects, outcome
from workorders.usecases.field.pending import PendingRows
from workorders.usecases.orders import assignment, cancel


def expired_authority_is_not_judged() -> AbstractContextManager[object]:
    """A cut made after its authority had ended passes."""
    passes = CutCheck("authority", True, Message("rule.authority_open"), {})
    return Together(
        patch.object(severance, "_authority", lambda _question: passes),
        patch.object(cuts, "_out_of_time", lambda *_given: None),
    )


def a_cut_after_the_cancel_passes() -> AbstractContextManager[object]:
    """A cut that was called off, or paid, before it was made is posted like any other."""
    return Together(
        patch.object(cuts, "released_before", lambda _visit: None),
        patch.object(cuts, "restore", lambda *_given, **_named: None),
    )


def late_progress_moves_an_order_back() -> AbstractContextManager[object]:
    """Progress that arrives late moves the order wherever it is."""
    states = {"acknowledge": State.ACKNOWLEDGED, "travel": State.EN_ROUTE, "start": State.STARTED}

    real = lifecycle.after_fact

    def after_fact(state: str, command: str) -> State:
        return states.get(str(command)) or real(state, command)

    return patch.object(outcome, "after_fact", after_fact)


def an_exchange_installs_nothing() -> AbstractContextManager[object]:
    """The new meter of an exchange is not at its service point."""
    return patch.dict(effects._DO, {InstallMeter: lambda *_given: None})


def a_read_is_forgotten() -> AbstractContextManager[object]:
    """A read that may wait until the end of the batch never gets there."""
    real = PendingRows.add

    def add(self: PendingRows, model: type[Any], row: dict[str, Any]) -> None:
        if model is not Read:
            real(self, model, row)

    return patch.object(PendingRows, "add", add)


def a_recall_is_told_to_nobody() -> AbstractContextManager[object]:
    """Who had an order does not hear that it is gone."""
    real = history.enqueue

    def enqueue(session: Any, technician: str, topic: str, key: str, *, now: Any) -> int:
        return 0 if topic == "order" else real(session, technician, topic, key, now=now)

    return patch.object(assignment, "enqueue", enqueue)


def a_cancel_is_told_to_nobody() -> AbstractContextManager[object]:
    """Who has an order does not hear that it was called off."""
    return patch.object(cancel, "enqueue_order", lambda *_given, **_named: None)


PLANTED = (
    expired_authority_is_not_judged,
    a_cut_after_the_cancel_passes,
    late_progress_moves_an_order_back,
    an_exchange_installs_nothing,
    a_read_is_forgotten,
    a_recall_is_told_to_nobody,
    a_cancel_is_told_to_nobody,
)
