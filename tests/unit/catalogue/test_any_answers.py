"""Whatever a tablet sends: a judgement or a Problem, balanced postings, and follow-ons that can be raised."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.unit.situations import ANSWERS, EXTRA, LAST, METER, NOW, RAISED, SPARE, event, history, situation
from workorders.catalogue import CATALOGUE, judge
from workorders.facts import AssignmentFacts, OtherOrder, PaymentFacts, ReadFacts
from workorders.judgement.answers import check_extra
from workorders.judgement.consequences import (
    Consequence,
    InstallMeter,
    Judgement,
    OpenException,
    Post,
    RaiseOrder,
    RecordRead,
    RemoveMeter,
    as_json,
    from_json,
)
from workorders.judgement.descriptors import Field, FieldType, OrderType
from workorders.judgement.lifecycle import State, after_fact
from workorders.judgement.situation import Situation
from workorders.judgement.unable import UNABLE_RULES
from workorders.messages.words import ENGLISH, case_title, follow_reason_title, outcome_title, say
from workorders.problems import Problem
from workorders.usecases.orders.follow_on import opened

LEDGERS = {"AR", "SVC", "TAX", "DEP", "REV", "REFUND", "PLANT", "STOCK", "CASH-T", "SUSP"}

junk: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
serials = st.sampled_from(["CB100", "cb100", "CB200", "CB300", "ZZ9", "", "x" * 50, "a\x00b"])
reads = (
    st.integers(LAST - 200_000, LAST + 200_000)
    | st.integers(-5, 10**13)
    | st.sampled_from(["166500", "12a", ""])
)
pairs = st.fixed_dictionaries({"meter": st.floats(0.01, 1e6), "standard": st.floats(0.01, 1e6)})
flows = st.lists(
    st.fixed_dictionaries(
        {"gpm": st.sampled_from([0.25, 2, 15, 40]), "as_found": pairs}, optional={"as_left": pairs}
    ),
    max_size=5,
)


def likely(field: Field) -> st.SearchStrategy[Any]:
    """Answers a tablet could give to this field, right or wrong."""
    kind = field.type
    if kind is FieldType.CHOICE:
        return st.sampled_from([c.value for c in field.choices] + ["other"])
    return {
        FieldType.YES_NO: st.booleans(),
        FieldType.READ: reads,
        FieldType.SERIAL: serials,
        FieldType.PHOTO: st.just(f"{field.name}.jpg"),
        FieldType.FLOWS: flows,
        FieldType.NUMBER: st.floats(-10, 400) | st.integers(3, 9),
        FieldType.DATE: st.sampled_from(["2026-01-10", "1999-01-01", "today"]),
    }.get(kind, st.text(max_size=50))


def bodies(order_type: OrderType) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies of completions: mostly the plain visit with some answers changed, taken away or nonsense."""
    changes = st.fixed_dictionaries(
        {}, optional={f.name: likely(f) | st.none() | junk for f in order_type.fields}
    )
    answers = st.builds(
        lambda plain, c: {**(ANSWERS[order_type.code] if plain else {}), **c}, st.booleans(), changes
    )
    outcomes = st.sampled_from([c.value for c in order_type.outcomes]) | junk
    common = {"serial_seen": serials, "read": reads, "left": st.sampled_from(["on", "off", 3]), "lock": junk}
    return st.fixed_dictionaries({"outcome": outcomes, "answers": answers | junk}, optional=common)


@st.composite
def situations(draw: st.DrawFn, code: str) -> Situation:
    """Orders in any state, at points in any state, with any money."""
    hours = st.integers(-72, 72)
    cancelled = draw(st.none() | hours)
    other = replace(METER, serial="CB300", installed_at="SP-9")
    off = ReadFacts("CB100", NOW - timedelta(days=9), LAST, "final", "off-1")
    payments = tuple(
        PaymentFacts(str(i), NOW + timedelta(hours=h), cents, "web")
        for i, (h, cents) in enumerate(draw(st.lists(st.tuples(hours, st.integers(1, 20_000)), max_size=3)))
    )
    return situation(
        code,
        order_state=draw(st.sampled_from(list(State))),
        order_no_charge=draw(st.booleans()),
        order_extra=draw(st.just(EXTRA[code]) | st.dictionaries(st.sampled_from(sorted(EXTRA[code])), junk)),
        order_epoch=draw(st.integers(1, 2)),
        order_technician=draw(st.sampled_from(["t01", "t02", None])),
        order_assignments=draw(st.sampled_from([(), (AssignmentFacts(1, "t01", RAISED),)])),
        order_cancelled_at=None if cancelled is None else NOW + timedelta(hours=cancelled),
        order_cancel_seq=draw(st.none() | st.integers(1, 20)),
        order_completed_by=draw(st.sampled_from([None, None, "event:cd34:00000001"])),
        point_state=draw(st.sampled_from(["on", "off", "off_np", "unmetered", "inactive"])),
        point_state_source=draw(st.sampled_from([None, "off-1"])),
        point_other_orders=draw(
            st.sampled_from([(), (OtherOrder("W9", "start", "held", "A2", NOW.date()),)])
        ),
        installed=draw(st.sampled_from([METER, None])),
        meters={m.serial: m for m in (SPARE, other)},
        reads=draw(st.sampled_from([(), history(), (*history(), off), history(start=990_000)])),
        **(
            {"account": None}
            if draw(st.integers(0, 4)) == 0
            else {
                "account_balance_cents": draw(st.integers(-50_000, 50_000)),
                "account_deposit_cents": draw(st.integers(-10, 20_000)),
                "account_payments": payments,
            }
        ),
    )


def everything(consequences: tuple[Consequence, ...]) -> Iterator[Consequence]:
    """The consequences, and those that wait in a case."""
    for one in consequences:
        yield one
        if isinstance(one, OpenException):
            yield from everything(one.then)


def check(judgement: Judgement, order_type: OrderType) -> None:
    """What holds of every judgement."""
    declared = {(p.purpose, line) for p in order_type.postings for line in p.lines}
    declared |= {(f"fee_{code}", ("AR", ledger)) for code in order_type.fees for ledger in ("SVC", "TAX")}
    follow_ons = {(f.type, reason) for f in order_type.follow_ons for reason in f.reasons}
    codes = [c.code for c in judgement.consequences if isinstance(c, OpenException)]
    assert len(codes) == len(set(codes)), "a source opens a code once"
    done = [c for c in judgement.consequences if isinstance(c, Post)]
    assert len({p.purpose for p in done}) == len(done), "a source posts a purpose once"
    kept = [(c.serial, c.kind) for c in judgement.consequences if isinstance(c, RecordRead)]
    assert len(kept) == len(set(kept)), "a source records one read of a kind for a meter"
    for one in everything(judgement.consequences):
        assert from_json(as_json(one)) == one
        if isinstance(one, Post):
            assert one.lines
            for debit, credit, cents in one.lines:
                assert isinstance(cents, int)
                assert cents > 0
                assert debit != credit
                assert {debit, credit} <= LEDGERS
                assert (one.purpose, (debit, credit)) in declared
        elif isinstance(one, RaiseOrder):
            assert (one.type, one.reason) in follow_ons
            given = opened(CATALOGUE[one.type], one.extra)
            assert check_extra(CATALOGUE[one.type], given).keys() == given.keys()
            assert follow_reason_title(one.reason) != one.reason
        elif isinstance(one, OpenException):
            assert say(one.message, ENGLISH) != one.message.code
            assert case_title(one.code) != one.code
        elif isinstance(one, RecordRead | RemoveMeter | InstallMeter):
            assert "\x00" not in one.serial
    assert say(judgement.message, ENGLISH) != judgement.message.code
    assert (
        not judgement.outcome
        or outcome_title(judgement.outcome) != judgement.outcome
        or judgement.outcome == "unable"
    )
    if judgement.command is not None:
        after_fact(State.STARTED, judgement.command)


@pytest.mark.parametrize("code", list(CATALOGUE))
def test_any_completion_gets_a_judgement_or_a_problem(code: str) -> None:
    order_type = CATALOGUE[code]

    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
    @given(situations(code), bodies(order_type), st.booleans(), st.sampled_from([None, 0, 1, 9]))
    @example(situation(code), {"outcome": "completed", "answers": ANSWERS[code]}, True, 1)
    def any_answers(world: Situation, body: dict[str, Any], photos: bool, seen: int | None) -> None:
        here = frozenset(f"{f.name}.jpg" for f in order_type.fields) if photos else frozenset[str]()
        done = event("completed", body, attachments=here, seen_seq=seen, rule_set=seen)
        try:
            judgement = judge(world, done)
        except Problem as problem:
            assert problem.code == "bad_input"  # noqa: PT017 - both ways out are looked at
            assert not isinstance(body["answers"], dict)
            return
        check(judgement, order_type)
        assert judge(world, done) == judgement

    any_answers()


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(sorted(CATALOGUE)), st.data())
def test_any_unable_gets_a_judgement(code: str, data: st.DataObject) -> None:
    body = data.draw(
        st.fixed_dictionaries(
            {"reason": st.sampled_from(sorted(UNABLE_RULES)) | junk},
            optional={"read": reads, "serial_seen": serials | junk, "remarks": junk},
        )
    )
    check(judge(data.draw(situations(code)), event("unable", body)), CATALOGUE[code])


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["payment", "receipt_void", "cancel_seen", "backed_out", "suspended", "resumed"]),
    st.data(),
)
def test_any_other_event_gets_a_judgement_or_a_problem(kind: str, data: st.DataObject) -> None:
    body = data.draw(st.dictionaries(st.sampled_from(["receipt", "choice", "reason"]), junk))
    try:
        judgement = judge(data.draw(situations("disconnect_np")), event(kind, body))
    except Problem as problem:
        assert problem.code == "bad_input"  # noqa: PT017 - both ways out are looked at
        assert kind in {"payment", "receipt_void"}
    else:
        assert say(judgement.message, ENGLISH) != judgement.message.code
