"""What the decision about a case does, to the order, the records and the money, said beforehand. Pure."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from workorders.judgement.consequences import (
    Consequence,
    InstallMeter,
    MoveAgreement,
    OpenException,
    PlaceHold,
    Post,
    RaiseOrder,
    Recall,
    RecordMeterTest,
    RecordRead,
    RecordRegisterRead,
    RegisterBackflow,
    RemoveMeter,
    Reverse,
    SetServicePoint,
    TagPosted,
    UseCode,
)
from workorders.judgement.lifecycle import Command
from workorders.judgement.unable import UNABLE_RULES
from workorders.messages.message import Message

NEEDS_NO_WORK = frozenset({"proof_of_payment_shown"})
"""Unable reasons after which the work is not wanted any more when the office confirms them."""
UNNAMED_REASON = "unable"
"""Outcome of a visit that could not be done for a reason nobody knows."""
RECEIVABLE = "AR"


def is_unworked(kind: str | None, outcome: str | None) -> bool:
    """Whether an event of this kind, that gave its order this outcome, left work that is still wanted."""
    unable = outcome == UNNAMED_REASON or (outcome in UNABLE_RULES and outcome not in NEEDS_NO_WORK)
    return kind == "unable" and unable


def after_last_decision(*, rejected: bool, unworked: bool, service_owed: bool, called_off: bool) -> Command:
    """What moves an order out of `exception` with the decision of its last blocking case.

    `rejected`: one of its blocking cases was; `unworked`: `is_unworked` of what was reported; `service_owed`:
    it was to bring service back, did not, and no order that follows it will; `called_off`: the office
    cancelled it while the tablet had it. Work that is still wanted goes back to the dispatcher, whatever was
    decided about the report.
    """
    if (unworked or service_owed) and not called_off:
        return Command.APPROVE
    return Command.REJECT if rejected else Command.ACCEPT


def charged_cents(effects: Iterable[Consequence]) -> int:
    """What the customer owes more once the effects are carried out, in cents; less when negative.

    A reversal counts for nothing here: what it takes back is in the entry it names.
    """
    return sum(
        (debit == RECEIVABLE) * cents - (credit == RECEIVABLE) * cents
        for effect in effects
        if isinstance(effect, Post)
        for debit, credit, cents in effect.lines
    )


PLAIN: Mapping[type[Consequence], tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        RecordRead: ("effect.read", {"value": "value", "serial": "serial"}),
        RecordRegisterRead: (
            "effect.register_read",
            {"value": "value", "serial": "serial", "register": "register"},
        ),
        RemoveMeter: ("effect.meter_out", {"serial": "serial", "value": "final_read"}),
        InstallMeter: ("effect.meter_in", {"serial": "serial", "value": "start_read"}),
        Reverse: ("effect.reversal", {"what": "message"}),
        Recall: ("effect.recall", {"technician": "technician"}),
        OpenException: ("effect.case", {"case": "code"}),
        RecordMeterTest: ("effect.test", {"serial": "serial", "percent": "accuracy_percent"}),
        PlaceHold: ("effect.hold", {"kind": "kind", "days": "days"}),
        TagPosted: ("effect.tag", {"at": "at"}),
        RegisterBackflow: ("effect.backflow", {"serial": "serial"}),
        UseCode: ("effect.code", {"at": "at"}),
    }
)
"""The message of consequences that always read the same, and where its parameters come from."""


def effect_of(effect: Consequence, titles: Mapping[str, str]) -> Message:
    """What carrying out a consequence does, in words. `titles`: English titles of order types, by code."""
    match effect:
        case SetServicePoint():
            code = "effect.service" if effect.service_point is None else "effect.service_at"
            return Message.of(code, state=effect.state, point=effect.service_point)
        case Post():
            return _posting(effect)
        case RaiseOrder():
            code = "effect.free_order" if effect.no_charge else "effect.order"
            title = titles.get(effect.type, effect.type)
            return Message.of(code, type=title, why=effect.message)
        case MoveAgreement():
            starts = effect.step == "start"
            code = "effect.agreement_start" if starts else "effect.agreement_stop"
            return Message.of(code, at=effect.at)
    code, params = PLAIN[type(effect)]
    return Message.of(code, **{name: getattr(effect, of) for name, of in params.items()})


def _posting(entry: Post) -> Message:
    owed = charged_cents((entry,))
    code = "effect.charge" if owed > 0 else "effect.credit" if owed < 0 else "effect.entry"
    cents = abs(owed) or sum(cents for _debit, _credit, cents in entry.lines)
    return Message.of(code, what=entry.message, cents=cents)
