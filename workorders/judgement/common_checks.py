"""What is checked of every completion, whatever its type. Pure."""

from collections.abc import Iterable
from typing import Any

from workorders.grammar.distance import metres_between
from workorders.judgement.answers import Answers
from workorders.judgement.consequences import (
    Consequence,
    InstallMeter,
    OpenException,
    Post,
    RecordMeterTest,
    RecordRead,
    RemoveMeter,
    SetServicePoint,
)
from workorders.judgement.descriptors import OrderType
from workorders.judgement.unable import wrong_meter
from workorders.judgement.verdict import Verdict, case
from workorders.judgement.visit import Visit
from workorders.policy import fees


def common_cases(visit: Visit, order_type: OrderType, answers: Answers) -> tuple[OpenException, ...]:
    """Who, where and what was answered: cases for the office, none of them stops it."""
    event = visit.event
    found: list[OpenException] = []
    assigned = {a.technician for a in visit.order.assignments} | {visit.order.technician}
    if event.technician not in assigned:
        found.append(case("not_assigned", technician=event.technician))
    elif event.epoch is not None and (event.epoch, event.technician) not in {
        (a.epoch, a.technician) for a in visit.order.assignments
    }:
        found.append(case("epoch_not_granted", technician=event.technician, epoch=event.epoch))
    lacking = [skill for skill in order_type.skills if skill not in event.skills]
    if lacking:
        found.append(case("skill_missing", blocking=False, technician=event.technician, skills=lacking))
    found.extend(_geofence(visit))
    if visit.outcome not in {c.value for c in order_type.outcomes}:
        found.append(case("outcome_unknown", blocking=False, outcome=visit.outcome[:40]))
    elif (contradicted := _contradicted(visit, order_type)) is not None:
        found.append(contradicted)
    wrong = [*answers.missing, *answers.unusable]
    if wrong:
        reasons = dict(answers.unusable)
        found.append(case("answers_unusable", blocking=False, fields=wrong, reasons=reasons))
    if answers.unknown:
        found.append(case("answers_unknown", blocking=False, fields=[n[:80] for n in answers.unknown[:20]]))
    for code, photos in (
        ("photo_missing", answers.photos_not_taken),
        ("evidence_pending", answers.photos_pending),
    ):
        if photos:
            found.append(case(code, blocking=False, fields=list(photos)))
    return tuple(found)


def _contradicted(visit: Visit, order_type: OrderType) -> OpenException | None:
    """The outcome, or how the service was left, says the contrary of an answer; a human asks which is true.

    The answers are what is carried out: they were asked one by one, the outcome is a summary.
    """
    outcome = next(c for c in order_type.outcomes if c.value == visit.outcome)
    if outcome.needs is not None:
        name, wanted = outcome.needs
        answer = visit.answers.get(name)
        if answer is not None and answer != wanted:
            return case("outcome_contradicted", outcome=outcome.title, question=order_type.field(name).title)
    left = next((f for f in order_type.fields if f.means == "left"), None)
    stated = visit.event.body.get("left")
    answer = visit.answers.get(left.name) if left is not None else None
    if left is not None and answer is not None and stated in ("on", "off") and (stated == "on") != answer:
        return case("outcome_contradicted", outcome=f"left {stated}", question=left.title)
    return None


def _geofence(visit: Visit) -> tuple[OpenException, ...]:
    """Warns, never blocks: a fix may be poor, and a meter may be far from its premise's position."""
    fence, here, there = visit.rules.geofence(), visit.event.position, visit.point.position
    if fence is None or here is None or there is None:
        return ()
    away = metres_between(here, there)
    if away - (visit.event.accuracy_m or 0.0) <= fence.radius_m:
        return ()
    return (case("outside_geofence", blocking=False, metres=round(away), radius=round(fence.radius_m)),)


def hold_other_meter(
    visit: Visit, order_type: OrderType, consequences: tuple[Consequence, ...]
) -> tuple[Consequence, ...]:
    """When another meter was seen than the records have, all that rests on the meter waits for a human.

    How the service was left still counts: a valve was turned at this address whatever the meter is called.
    """
    if order_type.serial_may_differ or not _other_meter(visit, order_type):
        return consequences
    if any(isinstance(c, SetServicePoint) and c.service_point is not None for c in consequences):
        return consequences
    held = RecordRead | RemoveMeter | InstallMeter | RecordMeterTest | Post
    mismatch = Verdict(visit)
    wrong_meter(mismatch, order_type)
    waits = tuple(c for c in consequences if isinstance(c, held))
    made: list[Consequence] = [c for c in consequences if not isinstance(c, held)]
    for one in mismatch.consequences:
        made.append(_waiting(one, waits) if isinstance(one, OpenException) else one)
    return Verdict.merge(made)


def _other_meter(visit: Visit, order_type: OrderType) -> bool:
    seen, installed = visit.serial_seen, visit.situation.installed
    bench = visit.given("serial") if visit.given("place") == "bench" else None
    if seen is None or seen == bench:
        return False
    return order_type.needs_meter if installed is None else installed.serial != seen


def _waiting(one: OpenException, then: tuple[Consequence, ...]) -> OpenException:
    return OpenException(one.code, one.blocking, one.detail, one.then + then)


def hold_unproven_fees(
    order_type: OrderType, answers: Answers, consequences: tuple[Consequence, ...]
) -> tuple[Consequence, ...]:
    """A fee that needs a photo waits in the case that says the photo is not here."""
    needs = dict(order_type.fee_needs_photo)
    made: list[Consequence] = []
    for one in consequences:
        photo = needs.get(one.purpose) if isinstance(one, Post) else None
        if photo is None or photo not in answers.photos_absent:
            made.append(one)
            continue
        code = "evidence_pending" if photo in answers.photos_pending else "photo_missing"
        names = answers.photos_pending if code == "evidence_pending" else answers.photos_not_taken
        made.append(case(code, blocking=False, then=(one,), fields=list(names)))
    return Verdict.merge(made)


def repriced(visit: Visit, consequences: Iterable[Consequence]) -> tuple[OpenException, ...]:
    """The tablet worked with older fees: the fees in force are charged, and the difference is looked at."""
    version, book = visit.event.rule_set, visit.situation.book
    if version is None or version == book.version:
        return ()
    charged = believed = 0
    for one in consequences:
        code = one.purpose.removeprefix("fee_") if isinstance(one, Post) else ""
        fee = visit.rules.fees.get(code)
        if not isinstance(one, Post) or fee is None or not one.purpose.startswith("fee_"):
            continue
        service, no_charge = visit.point.service, visit.order.no_charge
        charge = fees.price(fee, visit.rules, visit.account, service=service, no_charge=no_charge)
        charged += charge.total_cents
        believed += fees.believed_cents(book, version, visit.day, charge, visit.account, service=service)
    if charged == believed:
        return ()
    detail: dict[str, Any] = {"believed": believed, "charged": charged, "rule_set": version}
    return (case("repriced", blocking=False, difference=charged - believed, **detail),)
