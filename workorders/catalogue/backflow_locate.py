"""Backflow survey: which assembly keeps the customer's water from flowing back, and where it is."""

from workorders.judgement.consequences import Judgement, RegisterBackflow
from workorders.judgement.descriptors import Choice, Field, FieldType, OrderType, Texts
from workorders.judgement.forms import PLACE_REASONS, REMARKS, choice, photo
from workorders.judgement.verdict import Verdict
from workorders.judgement.visit import Visit
from workorders.messages.titles_en import BACKFLOW

SIZES = {one: one for one in ("1/2", "3/4", "1", "1 1/4", "1 1/2", "2", "2 1/2", "3", "4", "6", "8", "10")}
FOUND = ("found", True)
YEAR_DAYS = 365
"""Assemblies are tested yearly where a district's rules say nothing else (EPA cross-connection manual)."""


def judge(visit: Visit) -> Judgement:
    """The assembly goes into the register with its place; none where one is asked for is the office's."""
    verdict = Verdict(visit)
    answers = visit.answers
    if not answers.get("found", visit.outcome == "completed"):
        if answers.get("needed"):
            verdict.case("backflow_missing", blocking=False)
        return verdict.judgement("none_found")
    serial, kind, size = (answers.get(name) for name in ("device_serial", "kind", "size"))
    if not serial or not kind or not size:
        verdict.case("device_unread")
        return verdict.judgement("completed")
    verdict.do(
        RegisterBackflow(
            str(serial),
            str(kind),
            str(size),
            visit.at,
            int(visit.rules.setting("backflow").get("test_days", YEAR_DAYS)),
            make=answers.get("make"),
            place=answers.get("place"),
            position=visit.event.position,
        )
    )
    if answers.get("condition") == "leaking":
        verdict.case("device_leaking", blocking=False, serial=serial)
    return verdict.judgement("completed")


ORDER_TYPE = OrderType(
    code="backflow_locate",
    title="Locate backflow assembly",
    about="The backflow assembly of a premise is found and put on record.",
    skills=("water",),
    minutes=20,
    extra=(
        Field(name="on_record", title="Assemblies on record", type=FieldType.TEXT, max=400, in_field=True),
    ),
    fields=(
        Field(
            name="found",
            title="Is there an assembly?",
            type=FieldType.YES_NO,
            required=True,
            section="Assembly",
        ),
        Field(
            name="needed",
            title="Does this customer need one?",
            type=FieldType.YES_NO,
            help="Irrigation, a pool, a boiler, a fire line or a trade that uses chemicals.",
            required=True,
            section="Assembly",
            only_if=("found", False),
        ),
        Field(
            name="device_serial",
            title="Serial number on the assembly",
            type=FieldType.TEXT,
            required=True,
            max=40,
            section="Assembly",
            only_if=FOUND,
        ),
        choice("kind", "Kind", BACKFLOW, section="Assembly", only_if=FOUND),
        choice("size", "Size in inches", SIZES, section="Assembly", only_if=FOUND),
        Field(
            name="make",
            title="Make and model",
            type=FieldType.TEXT,
            max=60,
            section="Assembly",
            only_if=FOUND,
        ),
        Field(
            name="place",
            title="Where it is",
            type=FieldType.TEXT,
            max=200,
            help="So that the next person finds it: side of the house, feet from the meter.",
            section="Assembly",
            only_if=FOUND,
        ),
        choice(
            "condition",
            "Condition",
            {"good": "Good", "leaking": "Leaking", "buried": "Buried or flooded"},
            section="Assembly",
            only_if=FOUND,
        ),
        photo("photo", "Photo of the assembly and its tag", only_if=FOUND),
        REMARKS,
    ),
    outcomes=(
        Choice("completed", "Found and recorded", needs=FOUND),
        Choice("none_found", "No assembly there", needs=("found", False)),
    ),
    unable_reasons=(*PLACE_REASONS, "customer_absent", "customer_refused"),
    judge=judge,
    pickups={"request": {}},
    checks=("Its place is where the tablet was when the report was finished.",),
    texts=Texts(
        cases={
            "backflow_missing": (
                "No backflow assembly",
                "This customer needs an assembly and has none: ask for one by letter.",
            ),
            "device_unread": (
                "Assembly not identified",
                "Serial, kind or size is missing; nothing is on record.",
            ),
            "device_leaking": (
                "Backflow assembly leaks",
                "Assembly {serial} leaks: the customer has it mended.",
            ),
        }
    ),
    wants_read=False,
    needs_meter=False,
    serial_may_differ=True,
)
