"""Special read: a meter that was not read on its route, or only estimated, is read; skips are counted."""

from dataclasses import replace

from workorders.catalogue.verify import CHECK_RECORDS
from workorders.facts import MeterFacts, ReadFacts
from workorders.judgement.consequences import Judgement
from workorders.judgement.descriptors import (
    Choice,
    Field,
    FieldType,
    OrderType,
    PostingRule,
    RemoteWay,
    Texts,
)
from workorders.judgement.forms import REMARKS, SERIAL, VISIT_REASONS, choice, photo, read
from workorders.judgement.rebilling import check_without, rebill
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit

READ = ("could_read", True)
SKIPPED = ("could_read", False)
SKIP_CODES = {
    "no_access": "No access",
    "locked_gate": "Gate locked",
    "dog": "Dog",
    "buried_or_flooded": "Buried or flooded",
    "unreadable": "Dial cannot be read",
    "vehicle": "Vehicle on the lid",
    "unsafe": "Unsafe",
}


def judge(visit: Visit) -> Judgement:
    """The read, in place of the estimate when there is one; or a skip, which some in a row make a letter."""
    verdict = Verdict(visit)
    value, meter = visit.answers.get("read"), visit.meter
    if not visit.answers.get("could_read", value is not None):
        return _skipped(visit, verdict)
    estimate = _estimate(visit, meter)
    if value is None or meter is None or estimate is None:
        verdict.read(value, meter, "actual")
        return verdict.judgement("completed")
    check = check_without(visit, meter, estimate, value)
    believed = check.believed and check.finding != "no_previous"
    verdict.read(value, meter, "actual", supersedes=estimate.source if believed else None, check=check)
    if believed and estimate.billed:
        rebill(visit, verdict, meter, estimate, check)
    return verdict.judgement("completed")


def _estimate(visit: Visit, meter: MeterFacts | None) -> ReadFacts | None:
    """The newest read of the meter, when it was only estimated."""
    if meter is None:
        return None
    known = [r for r in visit.situation.reads if r.serial == meter.serial and r.at < visit.at]
    newest = max(known, key=lambda one: one.at, default=None)
    return newest if newest is not None and newest.kind == "estimated" else None


def _skipped(visit: Visit, verdict: Verdict) -> Judgement:
    """Every so many skips in a row, by the rules, an access letter is due, and the no-access fee with it."""
    skips = visit.point.skips + 1
    letter_after = int(visit.rules.setting(ORDER_TYPE.code).get("letter_after_skips", 0))
    if letter_after and skips % letter_after == 0:
        verdict.case("access_letter", blocking=False, skips=skips, skip=visit.answers.get("skip_code"))
        verdict.fees(ORDER_TYPE.fees, "visited")
    return verdict.judgement("skipped")


ORDER_TYPE = OrderType(
    code="special_read",
    title="Special read",
    about="A meter that was not read, or only estimated, is read out of its turn.",
    skills=("water",),
    minutes=8,
    extra=(Field(name="reading_route", title="Route", type=FieldType.TEXT, max=40, in_field=True),),
    fields=(
        Field(
            name="could_read",
            title="Could the meter be read?",
            type=FieldType.YES_NO,
            required=True,
            section="Meter",
        ),
        choice("skip_code", "Why not", SKIP_CODES, section="Meter", only_if=SKIPPED),
        replace(SERIAL, only_if=READ),
        read(only_if=READ),
        photo("photo", "Photo", required=False),
        REMARKS,
    ),
    outcomes=(
        Choice("completed", "Read", needs=READ),
        Choice("skipped", "Skipped", needs=SKIPPED),
    ),
    unable_reasons=VISIT_REASONS,
    judge=judge,
    answers_findings={"missing": {}},
    fees=("no_access",),
    fees_by_finding=("no_access",),
    checks=(
        "The read fits the history without the estimate, and then takes its place; a bill that rests on the "
        "estimate is corrected.",
        "Skips in a row are counted; every few of them ask for an access letter.",
    ),
    postings=(
        PostingRule(
            "rebill",
            "an estimate was billed: taken back, then billed by the read",
            (("REV", "AR"), ("AR", "REV")),
        ),
        PostingRule("fee_no_access", "skipped so often that an access letter is due", (("AR", "SVC"),)),
    ),
    follow_ons=(CHECK_RECORDS,),
    texts=Texts(
        cases={
            "access_letter": (
                "Access letter due",
                "No read on {skips} visits in a row: write to the customer for access.",
            )
        }
    ),
    skip_outcome="skipped",
    remote=RemoteWay("read", {"could_read": True}),
)
