"""What types that turn the service on share: the read, whether it stays on, what ran while off. Pure."""

from workorders.judgement.consequences import MoveAgreement, SetServicePoint
from workorders.judgement.descriptors import OrderType
from workorders.judgement.lifecycle import Command
from workorders.judgement.traits import ServiceChange
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.message import Message


def turned_on(
    visit: Visit, order_type: OrderType, verdict: Verdict, *, read_kind: str, tolerance_units: int
) -> Command | None:
    """Add what follows from turning the service on; answers the command when it was left off instead.

    A dial that moves with nobody home means an open tap: the service is left off and the order goes back to
    the dispatcher. Service already on by the records becomes a case and costs nothing; where that was to be
    expected (`may_be_on`) the visit was for the read, and only a deposit is billed. Usage while it was off,
    above `tolerance_units` of the meter, is looked into.
    """
    read = visit.answers.get("read")
    verdict.read(read, visit.meter, read_kind)
    _usage_while_off(visit, order_type, verdict, read, tolerance_units)
    if not visit.answers.get("left_on", visit.outcome == "completed"):
        verdict.do(
            SetServicePoint(
                visit.point.state if visit.point.state in {"off", "off_np"} else "off",
                visit.at,
                lock=visit.answers.get("lock"),
                seal=visit.answers.get("seal"),
            )
        )
        return Command.REPORT_UNABLE
    if visit.answers.get("dial_moving") and not visit.answers.get("somebody_home", True):
        verdict.case("left_running", blocking=False)
    verdict.do(SetServicePoint("on", visit.at, seal=visit.answers.get("seal")))
    if order_type.service is ServiceChange.START:
        verdict.do(MoveAgreement("start", visit.at))
    if visit.point.state != "on":
        verdict.fees(order_type.fees, "completed")
    elif visit.given("may_be_on") is not True:
        verdict.case("already_on", blocking=False)
        return None
    if not visit.order.no_charge:
        verdict.post("deposit", Message("entry.deposit"), ("AR", "DEP", visit.cents("deposit_cents")))
    return None


def _usage_while_off(
    visit: Visit, order_type: OrderType, verdict: Verdict, read: int | None, tolerance_units: int
) -> None:
    """An on-read above the off-read of the same meter: somebody used water while it was off."""
    off, meter = visit.situation.off_read, visit.meter
    if read is None or off is None or meter is None or off.serial != meter.serial or read <= off.value:
        return
    units = (read - off.value) * meter.multiplier
    if units <= tolerance_units:
        return
    verdict.follow(
        order_type,
        "usage_while_off",
        Message.of("follow.usage_while_off", units=units, unit=meter.unit),
        priority=70,
        extra={
            "reason": "usage_while_off",
            "usage_while_off": units,
            "last_lock": visit.point.lock,
            "last_seal": visit.point.seal,
        },
    )
