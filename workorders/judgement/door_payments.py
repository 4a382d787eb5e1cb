"""Money taken at the door: the receipt's shape, its chain, the payment policy. Pure.

Cash in a technician's hands is a fact: it posts to custody whatever else is wrong with the receipt.
"""

from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate

from workorders.facts import EventFacts
from workorders.grammar.fields import Cents, Instant
from workorders.judgement.consequences import Consequence, Judgement, OpenException, Post
from workorders.judgement.receipts import METHODS, ReceiptFacts, follows, own_hash_is_right, parse_number
from workorders.judgement.situation import Situation
from workorders.judgement.verdict import answer, case
from workorders.messages.message import Message
from workorders.policy.rule_schemas import first_error
from workorders.policy.rulebook import FIELD_REVIEW_CENTS, PaymentPolicy
from workorders.problems import Problem

_HASH = validate.Regexp(r"\A[0-9a-f]{64}\Z")


class _Instant(Instant):
    """Checked as an instant but kept as the text that the hash covers."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        super()._deserialize(value, attr, data, **kwargs)
        return value


class ReceiptSchema(Schema):
    """`body.receipt` (docs/documents.md); fields of a newer tablet are kept, not refused."""

    class Meta:
        """Unknown fields are part of the fact."""

        unknown = INCLUDE

    number = fields.String(required=True, validate=validate.Length(1, 40))
    account = fields.String(required=True, validate=validate.Length(1, 40))
    amount_cents = Cents(required=True)
    method = fields.String(required=True, validate=validate.OneOf(METHODS))
    check_number = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=40))
    taken_at = _Instant(required=True, format="iso")
    previous_hash = fields.String(required=True, validate=_HASH)
    hash = fields.String(required=True, validate=_HASH)


def receipt_of(event: EventFacts) -> ReceiptFacts:
    """The receipt of a `payment` or `receipt_void` event. Raises Problem `bad_input` naming the field."""
    given = event.body.get("receipt")
    try:
        loaded = ReceiptSchema().load(given if isinstance(given, dict) else {})
    except ValidationError as error:
        name, reason = first_error(error)
        raise Problem("bad_input", field=f"body.receipt.{name}", reason=reason) from None
    receipt = ReceiptFacts.from_document(loaded)
    void = event.kind == "receipt_void"
    if void != (receipt.method == "void") or void != (receipt.amount_cents == 0):
        reason = "a voided receipt, and no other, has the method void and no amount"
        raise Problem("bad_input", field="body.receipt.method", reason=reason)
    return receipt


def judge_payment(situation: Situation, event: EventFacts) -> Judgement:
    """Custody and the customer's credit; a doubtful receipt becomes a case, the money stays counted.

    A receipt that names another account than the order's goes to suspense until a human moves it.
    """
    receipt = receipt_of(event)
    expected = situation.account.number if situation.account else None
    line = Message.of("entry.receipt", receipt=receipt.number)
    found: list[Consequence] = []
    if receipt.account == expected:
        found.append(Post("payment", line, (("CASH-T", "AR", receipt.amount_cents),)))
    else:
        found.append(Post("payment", line, (("CASH-T", "SUSP", receipt.amount_cents),)))
        found.append(
            case(
                "receipt_other_account",
                blocking=False,
                then=(
                    Post(
                        "payment_moved",
                        line,
                        (("SUSP", "AR", receipt.amount_cents),),
                        account=receipt.account,
                    ),
                ),
                account=receipt.account,
                expected=expected,
            )
        )
    found.extend(_chain(receipt, event))
    day = event.occurred_at.astimezone(ZoneInfo(situation.timezone)).date()
    found.extend(_policy(receipt, situation, situation.book.in_force(day).payment_policy()))
    message = Message.of("ack.payment", receipt=receipt.number)
    return Judgement("", message if event.ungranted_receipt is None else answer(found), tuple(found))


def judge_void(event: EventFacts) -> Judgement:
    """A spoilt number, explained; it posts nothing."""
    receipt = receipt_of(event)
    reason = event.body.get("reason")
    spoilt = case("receipt_void", blocking=False, receipt=receipt.number, reason=str(reason or "")[:200])
    found = (spoilt, *_chain(receipt, event))
    message = Message("ack.noted") if event.ungranted_receipt is None else answer(found)
    return Judgement("", message, found)


def _chain(receipt: ReceiptFacts, event: EventFacts) -> tuple[OpenException, ...]:
    found = []
    if parse_number(receipt.number) is None:
        found.append(case("receipt_number_odd", blocking=False, receipt=receipt.number))
    stray = event.ungranted_receipt
    if stray is not None:
        # Its chain is somebody else's, so only the receipt itself can be doubted.
        code = "receipt_not_granted" if stray.device is None else "receipt_of_another"
        found.append(case(code, receipt=receipt.number, device=stray.device, technician=stray.technician))
    sound = follows(receipt, event.previous_receipt_hash) if stray is None else own_hash_is_right(receipt)
    if not sound:
        found.append(case("receipt_chain_broken", blocking=False, receipt=receipt.number))
    return tuple(found)


def _policy(
    receipt: ReceiptFacts, situation: Situation, policy: PaymentPolicy | None
) -> tuple[OpenException, ...]:
    found = []
    if policy is None or policy.policy == "forbidden" or receipt.method not in policy.methods:
        found.append(
            case("method_not_allowed", blocking=False, method=receipt.method, receipt=receipt.number)
        )
    limit = policy.field_review_cents if policy is not None else FIELD_REVIEW_CENTS
    if receipt.amount_cents > limit:
        found.append(case("receipt_large", receipt=receipt.number, cents=receipt.amount_cents, limit=limit))
    account = situation.account
    if receipt.method == "check" and account is not None and account.check_ban:
        found.append(case("check_while_banned", blocking=False, account=account.number))
    return tuple(found)
