"""Meter test: the meter's registration at each flow of its size's profile, against a calibrated standard."""

from datetime import date, timedelta

from workorders.catalogue.verify import CHECK_RECORDS
from workorders.facts import MeterFacts
from workorders.grammar.money import DEPOSIT_MAX_CENTS, rounded
from workorders.judgement.consequences import Consequence, Judgement, RecordMeterTest
from workorders.judgement.descriptors import Field, FieldType, FollowOn, OrderType, PostingRule
from workorders.judgement.forms import DONE, REMARKS, SEAL, SERIAL, VISIT_REASONS, choice, photo, read
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.message import Message
from workorders.metering.meter_tests import (
    FlowRun,
    MeterTestResult,
    Volumes,
    judge_test,
    missing_flows,
    overcharged_share,
)
from workorders.metering.registers import usage_between
from workorders.policy.rulebook import MeterTestProfile

DAYS_A_MONTH = 365.25 / 12


def judge(visit: Visit) -> Judgement:
    """The test on record and its money: deposit kept or returned, overcharge refunded, undercharge by policy.

    A test with an expired standard, or without a profile, proves nothing by itself: it waits for a human.
    """
    verdict = Verdict(visit)
    verdict.read(visit.answers.get("read"), visit.meter, "special", required=False)
    meter, runs = visit.meter, visit.answers.get("flows") or []
    if meter is None:
        verdict.case("no_meter_on_record")
        return verdict.judgement("completed")
    profile = visit.rules.test_profile(meter.service, meter.size)
    if profile is None:
        verdict.case("no_test_profile", service=meter.service, size=meter.size)
        return verdict.judgement("completed")
    if missing := missing_flows(profile, runs):
        verdict.case("test_incomplete", reason=Message.of("test.flows_missing", flows=missing))
        return verdict.judgement("completed")
    follows = _consequences(visit, meter, profile, runs)
    calibrated = visit.answers.get("calibrated_on")
    if _in_calibration(calibrated, visit, profile):
        verdict.do(*follows)
    else:
        verdict.case(
            "calibration_expired", then=follows, calibrated_on=calibrated, days=profile.calibration_days
        )
    return verdict.judgement("completed")


def _in_calibration(calibrated: object, visit: Visit, profile: MeterTestProfile) -> bool:
    """The standard's calibration covers the day of the test; an unknown day covers none."""
    if not isinstance(calibrated, date):
        return False
    return timedelta(0) <= visit.day - calibrated <= timedelta(days=profile.calibration_days)


def _consequences(
    visit: Visit, meter: MeterFacts, profile: MeterTestProfile, runs: list[FlowRun]
) -> tuple[Consequence, ...]:
    result = judge_test(profile, runs)
    found = Verdict(visit)
    found.do(
        RecordMeterTest(
            meter.serial,
            str(visit.answers.get("standard", "unknown"))[:60],
            tuple(_flow(run) for run in runs),
            result.accuracy_percent,
            result.verdict,
            visit.at,
        )
    )
    deposit = visit.cents("deposit_cents")
    if result.verdict == "pass":
        found.post("test_deposit", Message("entry.test_deposit_kept"), ("DEP", "SVC", deposit))
    else:
        # A customer who was right about the meter gets the deposit back, whichever way it erred.
        found.post("test_deposit", Message("entry.test_deposit_back"), ("DEP", "AR", deposit))
        _correct_bills(visit, found, meter, profile, result)
    if (result.verdict != "pass" or result.failed_flows) and not result.left_within:
        found.follow(
            ORDER_TYPE,
            "meter_test_failed",
            Message.of("follow.test_failed", percent=round(result.accuracy_percent, 1)),
            priority=60,
            extra={"reason": "test_failed"},
        )
    return found.judgement("completed").consequences


def _correct_bills(
    visit: Visit, found: Verdict, meter: MeterFacts, profile: MeterTestProfile, result: MeterTestResult
) -> None:
    """A fast meter overcharged for as long as the policy looks back; a slow one is billed only by policy."""
    policy = visit.rules.setting(ORDER_TYPE.code)
    since = visit.at - timedelta(days=int(policy.get("refund_months", 6)) * DAYS_A_MONTH)
    units = usage_between(visit.situation.reads, meter, since, visit.at)
    rate = visit.account and visit.rules.usage_rate(visit.point.service, visit.account.rate_class)
    if not rate:
        found.case("bill_by_hand", blocking=False, reason=Message("bill.test_price_unknown"))
        return
    share = overcharged_share(result.accuracy_percent, profile.error_of)
    cents = rounded(round(abs(units * share) * 1000) * rate.cents_per_thousand, 1_000_000)
    percent = round(result.accuracy_percent, 2)
    if result.verdict == "fast":
        found.post("test_refund", Message.of("entry.test_refund", percent=percent), ("REV", "AR", cents))
    elif policy.get("bill_slow_meters"):
        found.post("test_backbill", Message.of("entry.test_backbill", percent=percent), ("AR", "REV", cents))
    else:
        found.case("slow_meter", blocking=False, percent=percent, cents=cents)


def _flow(run: FlowRun) -> dict[str, object]:
    def pair(volumes: Volumes | None) -> dict[str, float] | None:
        return None if volumes is None else {"meter": volumes.meter, "standard": volumes.standard}

    return {"gpm": run.gpm, "as_found": pair(run.as_found), "as_left": pair(run.as_left)}


ORDER_TYPE = OrderType(
    code="meter_test",
    title="Meter test",
    about="The meter's registration is measured at each flow of its size.",
    skills=("water", "meter_test"),
    minutes=60,
    extra=(
        choice(
            "kind",
            "Kind of test",
            {"customer_request": "Customer's request", "program": "Test program", "suspicion": "Suspicion"},
            in_field=True,
        ),
        choice(
            "place", "Where", {"field": "In place", "bench": "On the bench"}, required=False, in_field=True
        ),
        Field(name="serial", title="Serial, when on the bench", type=FieldType.SERIAL, in_field=True),
        Field(name="size", title="Size", type=FieldType.TEXT, max=20, in_field=True),
        Field(name="witness", title="Witness", type=FieldType.TEXT, max=120, in_field=True),
        Field(name="deposit_cents", title="Test deposit held", type=FieldType.CENTS, max=DEPOSIT_MAX_CENTS),
    ),
    fields=(
        SERIAL,
        read("Read before the test", required=False),
        Field(
            name="standard", title="Standard used", type=FieldType.TEXT, required=True, max=60, section="Test"
        ),
        Field(
            name="calibrated_on",
            title="Standard calibrated on",
            type=FieldType.DATE,
            required=True,
            section="Test",
        ),
        Field(
            name="flows",
            title="Volumes at each flow",
            type=FieldType.FLOWS,
            required=True,
            help="For each flow the volumes of meter and standard, as found and, after work, as left.",
            section="Test",
        ),
        Field(name="witnessed", title="Was the witness present?", type=FieldType.YES_NO, section="Test"),
        SEAL,
        photo("photo", "Photo of the set-up", required=False),
        REMARKS,
    ),
    outcomes=(DONE,),
    unable_reasons=(*VISIT_REASONS, "valve_inoperable", "customer_absent"),
    judge=judge,
    pickups={"request": {"kind": "suspicion", "place": "field"}},
    checks=(
        "Every flow of the profile of the meter's size was run.",
        "The standard's calibration covers the day of the test.",
        "The verdict is that of the weighted accuracy; an error is a share of the volume the profile names.",
    ),
    postings=(
        PostingRule("test_deposit", "the meter passed (kept)", (("DEP", "SVC"),)),
        PostingRule("test_deposit", "the meter failed (returned)", (("DEP", "AR"),)),
        PostingRule("test_refund", "the meter is fast: usage of up to six months", (("REV", "AR"),)),
        PostingRule("test_backbill", "the meter is slow and the policy bills it", (("AR", "REV"),)),
    ),
    follow_ons=(
        FollowOn(
            "exchange", "the meter failed and was not brought within its limits", ("meter_test_failed",)
        ),
        CHECK_RECORDS,
    ),
)
