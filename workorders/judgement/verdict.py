"""A judgement being put together: consequences in order, cases without repeats, fees and reads alike."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from workorders.facts import MeterFacts
from workorders.judgement.charging import fee_entry
from workorders.judgement.consequences import (
    Consequence,
    Judgement,
    OpenException,
    Post,
    RaiseOrder,
    RecordRead,
)
from workorders.judgement.descriptors import OrderType
from workorders.judgement.lifecycle import Command
from workorders.judgement.visit import Visit
from workorders.messages.message import Message, plain
from workorders.messages.words import ALSO
from workorders.metering.registers import ReadCheck
from workorders.policy import fees


def case(
    code: str, *, blocking: bool = True, then: Iterable[Consequence] = (), **detail: Any
) -> OpenException:
    """An exception; `detail` are the parameters of its message, and the figures it rests on."""
    given = {name: plain(value) for name, value in detail.items()}
    return OpenException(code, blocking, given, tuple(then))


def answer(consequences: Iterable[Consequence]) -> Message:
    """What the technician reads: the cases that wait for the office or only notify it, else just posted."""
    cases = [c for c in consequences if isinstance(c, OpenException)]
    blocking = [c.code for c in cases if c.blocking]
    if blocking:
        return Message.of("ack.review", cases=blocking)
    return Message.of("ack.told", cases=[c.code for c in cases]) if cases else Message("ack.posted")


def merged(old: OpenException, new: OpenException) -> OpenException:
    """One case for two findings of one code: a source opens a code once, and both are read."""
    detail = new.detail | old.detail
    if _said(new) != _said(old):
        detail[ALSO] = [*old.detail.get(ALSO, ()), _said(new), *new.detail.get(ALSO, ())]
    return OpenException(old.code, old.blocking or new.blocking, detail, old.then + new.then)


def _said(one: OpenException) -> dict[str, Any]:
    return {name: value for name, value in one.detail.items() if name != ALSO}


class Verdict:
    """Collects what follows from one visit. A case of a code already there is merged into it."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self._done: list[Consequence] = []

    @property
    def consequences(self) -> tuple[Consequence, ...]:
        """What was collected so far."""
        return tuple(self._done)

    @staticmethod
    def merge(consequences: Iterable[Consequence]) -> tuple[Consequence, ...]:
        """The consequences with cases of one code made one, because a source opens a code once."""
        made: list[Consequence] = []
        for one in consequences:
            _add(made, one)
        return tuple(made)

    def do(self, *consequences: Consequence) -> None:
        """Add consequences in order."""
        for one in consequences:
            _add(self._done, one)

    def case(
        self, code: str, *, blocking: bool = True, then: Iterable[Consequence] = (), **detail: Any
    ) -> None:
        """Open a case."""
        self.do(case(code, blocking=blocking, then=then, **detail))

    def fees(self, codes: Iterable[str], reached: str) -> None:
        """Charge what falls due when the visit ended as `reached` (fees.REACHED)."""
        visit = self.visit
        charges = fees.due(
            [code for code in codes if not (visit.remote and code in fees.FOR_A_VISIT)],
            reached,
            visit.rules,
            visit.account,
            service=visit.point.service,
            no_charge=visit.order.no_charge,
            posted=visit.order.entries,
        )
        if visit.account is not None:
            self.do(*(p for p in map(fee_entry, charges) if p is not None))

    def post(self, purpose: str, message: Message, *lines: tuple[str, str, int]) -> None:
        """Post the lines above zero; nothing when there is none or the order has no account."""
        owed = tuple(line for line in lines if line[2] > 0)
        if owed and self.visit.account is not None:
            self.do(Post(purpose, message, owed))

    def follow(self, order_type: OrderType, reason: str, message: Message, **given: Any) -> None:
        """Raise the follow-on that `order_type` declares for `reason`; nothing when it declares none."""
        raised = order_type.follow_on(reason)
        if raised is not None:
            self.do(RaiseOrder(raised, reason, message, **given))

    def read(
        self,
        value: int | None,
        meter: MeterFacts | None,
        kind: str,
        *,
        required: bool = True,
        flags: tuple[str, ...] = (),
        supersedes: str | None = None,
        check: ReadCheck | None = None,
    ) -> int | None:
        """Record a read the common way and open the cases its check asks for.

        Answers the usage since the previous read, None when there is none that can be believed. `check` when
        the caller judged the read against another history than the visit's.
        """
        if value is None:
            if required:
                # Without its final read an account cannot be closed; any other read can be had again.
                self.case("read_missing", blocking=kind == "final")
            return None
        if meter is None:
            self.case("no_meter_on_record", value=value)
            return None
        check = check or self.visit.check(value, meter)
        if check.finding == "too_many_digits":
            self.case("read_too_many_digits", value=value, dials=meter.dials)
            return None
        if not check.believed:
            self.case(
                "read_below_previous",
                value=value,
                previous=check.previous.value if check.previous else None,
                likely=str(check.finding).removeprefix("below_"),
                serial=meter.serial,
            )
        elif check.finding in {"high", "low"} and check.estimate is not None:
            self.case(
                f"read_{check.finding}",
                blocking=False,
                value=value,
                usage=check.usage,
                low=round(check.estimate.low),
                high=round(check.estimate.high),
            )
        found = check.flags + flags
        self.do(RecordRead(meter.serial, value, kind, self.visit.at, flags=found, supersedes=supersedes))
        return check.usage

    def judgement(self, outcome: str, command: Command | None = None) -> Judgement:
        """The whole; without a `command` the order is completed, or waits when a case is blocking."""
        made = tuple(self._done)
        if command is None:
            blocked = any(isinstance(c, OpenException) and c.blocking for c in made)
            command = Command.COMPLETE_WITH_EXCEPTION if blocked else Command.COMPLETE
        return Judgement(outcome, answer(made), made, command)


def _add(made: list[Consequence], new: Consequence) -> None:
    for i, old in enumerate(made):
        if isinstance(old, OpenException) and isinstance(new, OpenException) and old.code == new.code:
            made[i] = merged(old, new)
            return
    made.append(new)


def with_consequences(judgement: Judgement, consequences: Iterable[Consequence]) -> Judgement:
    """The judgement with other consequences, its answer and its completion made to fit them."""
    made = tuple(consequences)
    command = judgement.command
    if command in {Command.COMPLETE, Command.COMPLETE_WITH_EXCEPTION}:
        blocked = any(isinstance(c, OpenException) and c.blocking for c in made)
        command = Command.COMPLETE_WITH_EXCEPTION if blocked else Command.COMPLETE
    return replace(judgement, consequences=made, command=command, message=answer(made))
