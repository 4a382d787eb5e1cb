"""The fee schedule applied."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.situations import ACCOUNT, BOOK, NOW, rule, sample_book
from workorders.facts import AccountFacts, EntryFacts
from workorders.judgement.charging import fee_entry
from workorders.policy import fees
from workorders.policy.rule_schemas import parse_rule
from workorders.policy.rulebook import FeeRow, RuleRow, RulesInForce
from workorders.usecases.district.publish_rules import sample_document

TODAY = BOOK.in_force(NOW.date())


def taxed(basis_points: int) -> RulesInForce:
    row = rule("setting", "fee_tax", {"basis_points": basis_points, "codes": ["connect"]})
    return sample_book(row).in_force(NOW.date())


def test_a_preview_names_each_fee_once_with_its_price() -> None:
    found = fees.preview(("field_visit", "no_such"), TODAY, ACCOUNT, service="water", no_charge=False)
    assert [(c.code, c.title, c.cents, c.trigger) for c in found] == [
        ("field_visit", "Field visit", 4500, "visit")
    ]


@pytest.mark.parametrize(
    ("reached", "trigger", "due"),
    [
        ("visited", "visit", True),
        ("visited", "cut", False),
        ("visited", "completion", False),
        ("cut", "cut", True),
        ("cut", "visit", True),
        ("completed", "completion", True),
        ("completed", "cut", False),
        ("dispatched", "dispatch", True),
        ("dispatched", "visit", False),
    ],
)
def test_a_fee_falls_due_when_its_trigger_has_happened(reached: str, trigger: str, due: bool) -> None:
    row = FeeRow("f", "F", date(2020, 1, 1), 100, trigger)
    rules = sample_book(fees=(row,)).in_force(NOW.date())
    assert bool(fees.due(("f",), reached, rules, ACCOUNT, service="water", no_charge=False)) is due


def test_a_fee_posted_before_is_not_charged_again() -> None:
    posted = (EntryFacts("event:a:1", "fee_field_visit"),)
    assert not fees.due(
        ("field_visit",), "cut", TODAY, ACCOUNT, service="water", no_charge=False, posted=posted
    )


def test_exempt_classes_and_free_orders_pay_nothing() -> None:
    exempt = replace(ACCOUNT, rate_class="municipal")
    (charge,) = fees.preview(("connect",), TODAY, exempt, service="water", no_charge=False)
    assert (charge.total_cents, charge.waived, fee_entry(charge)) == (0, "rate_class", None)
    (free,) = fees.preview(("connect",), TODAY, ACCOUNT, service="water", no_charge=True)
    assert (free.total_cents, free.waived) == (0, "no_charge")


def test_tax_is_its_own_line_and_spares_the_exempt() -> None:
    (charge,) = fees.preview(("connect",), taxed(825), ACCOUNT, service="water", no_charge=False)
    assert (charge.cents, charge.tax_cents) == (2500, 206)
    made = fee_entry(charge)
    assert made is not None
    assert made.lines == (("AR", "SVC", 2500), ("AR", "TAX", 206))
    (spared,) = fees.preview(
        ("connect",), taxed(825), replace(ACCOUNT, tax_exempt=True), service="water", no_charge=False
    )
    assert spared.tax_cents == 0


def test_a_reconnect_costs_no_more_than_the_law_allows() -> None:
    water = next(r for r in sample_document()["rules"] if r["kind"] == "cut_rules" and r["key"] == "water")
    capped = RuleRow(
        "cut_rules",
        "water",
        date(2026, 1, 1),
        parse_rule("cut_rules", "water", water["value"] | {"reconnect_fee_cap_cents": 2000}),
    )
    rules = sample_book(capped).in_force(NOW.date())
    (charge,) = fees.preview(("reconnect",), rules, ACCOUNT, service="water", no_charge=False)
    assert charge.cents == 2000
    (other,) = fees.preview(("reconnect",), rules, ACCOUNT, service="electric", no_charge=False)
    assert other.cents == 3500, "the law of water caps no other service's fee"


def test_a_fee_holds_from_its_day_and_a_tablet_knows_what_it_was_given() -> None:
    later = FeeRow("connect", "Connection", date(2026, 3, 2), 3000, "completion", rule_set=2)
    book = sample_book(fees=(later,), version=2)
    assert book.in_force(date(2026, 3, 1)).fees["connect"].amount_cents == 2500
    assert book.in_force(date(2026, 3, 2)).fees["connect"].amount_cents == 3000
    (charge,) = fees.preview(
        ("connect",), book.in_force(NOW.date()), ACCOUNT, service="water", no_charge=False
    )
    assert fees.believed_cents(book, 1, NOW.date(), charge, ACCOUNT, service="water") == 2500
    assert fees.believed_cents(book, 2, NOW.date(), charge, ACCOUNT, service="water") == 3000
    assert fees.believed_cents(book, 0, NOW.date(), charge, ACCOUNT, service="water") == 0


@given(
    st.integers(0, 10**9),
    st.integers(0, 5000),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["residential", "municipal"]),
)
def test_a_charge_is_never_negative_and_its_entry_is_whole(
    cents: int, basis_points: int, exempt: bool, no_charge: bool, rate_class: str
) -> None:
    row = FeeRow("connect", "Connection", date(2021, 1, 1), cents, "completion", ("municipal",))
    tax = rule("setting", "fee_tax", {"basis_points": basis_points, "codes": ["connect"]})
    rules = sample_book(tax, fees=(row,)).in_force(NOW.date())
    account = AccountFacts("A", rate_class=rate_class, tax_exempt=exempt)
    (charge,) = fees.preview(("connect",), rules, account, service="water", no_charge=no_charge)
    made = fee_entry(charge)
    assert charge.total_cents == sum(line[2] for line in made.lines) if made else charge.total_cents == 0
    assert all(line[2] > 0 for line in made.lines) if made else True
    assert abs(charge.tax_cents - charge.cents * basis_points / 10_000) <= 0.5 or charge.tax_cents == 0
