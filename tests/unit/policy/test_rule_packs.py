"""The sample rule packs: a test for each sentence of a law that a pack says it holds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.unit.situations import ACCOUNT
from workorders.facts import ForecastFacts, HoldFacts, NoticeFacts
from workorders.policy.aging import OpenCharge
from workorders.policy.fees import capped
from workorders.policy.notices import NoticeOnRecord, NoticeQuestion, decide, notice_steps
from workorders.policy.rule_schemas import parse_rule
from workorders.policy.rulebook import NoticeText, RuleBook, RuleRow
from workorders.policy.severance import CutQuestion, cut_windows, evaluate
from workorders.queries.reports import REPORTS
from workorders.usecases.district.publish_rules import sample_document
from workorders.usecases.district.rule_packs import HELD, RulePack, pack_named, rule_packs

DAY = timedelta(days=1)
NOW = datetime(2026, 3, 3, 16, tzinfo=UTC)
"""A Tuesday morning in Chicago."""
TODAY = NOW.date()
SINCE = date(2020, 1, 1)


def book(pack: RulePack) -> RuleBook:
    """The sample rules with the pack on top, as a district that adopts it has them."""
    rows = [
        RuleRow(line["kind"], line["key"], since, parse_rule(line["kind"], line["key"], line["value"]))
        for document, since in ((sample_document(), SINCE), (pack.document, SINCE + DAY))
        for line in document["rules"]
    ]
    return RuleBook(1, tuple(rows))


CA, WA = pack_named("california-residential-water"), pack_named("washington-pud")
CALIFORNIA, WASHINGTON = book(CA), book(WA)


def notice(number: int, kind: str, days_ago: int) -> NoticeFacts:
    return NoticeFacts(number, kind, TODAY - days_ago * DAY, TODAY + 60 * DAY, 12_850)


OWING = replace(
    ACCOUNT,
    owed_since=TODAY - 60 * DAY,
    holds=(),
    notices=(notice(1, "past_due", 50), notice(2, "final", 14), notice(3, "door_tag", 10)),
)


def against(
    rules: RuleBook,
    account: Any = OWING,
    *,
    at: datetime = NOW,
    service: str = "water",
    forecast: ForecastFacts | None = None,
) -> set[str]:
    question = CutQuestion(account, service, at, "America/Chicago", forecast=forecast)
    return {check.rule for check in evaluate(question, rules).checks if not check.allowed}


def text(rules: RuleBook, kind: str, language: str) -> str:
    found = rules.in_force(TODAY).notice_text(kind, language)
    assert isinstance(found, NoticeText)
    return found.body


def says(rules: RuleBook, kind: str, english: tuple[str, ...], spanish: tuple[str, ...]) -> None:
    for language, words in (("en", english), ("es", spanish)):
        body = text(rules, kind, language)
        assert [one for one in words if one not in body] == []


def without(kind: str, *others: NoticeFacts) -> Any:
    kept = tuple(one for one in OWING.notices if one.kind != kind)
    return replace(OWING, notices=(*kept, *others))


def held_back(kind: str, rules: RuleBook, service: str = "water") -> None:
    forecast = ForecastFacts(TODAY, NOW, 10.0)
    for provisional in (False, True):
        account = replace(OWING, holds=(HoldFacts(kind, TODAY - DAY, TODAY + DAY, provisional),))
        assert f"hold_{kind}" in against(rules, account, service=service, forecast=forecast)
    over = replace(OWING, holds=(HoldFacts(kind, TODAY - 9 * DAY, TODAY - DAY),))
    assert f"hold_{kind}" not in against(rules, over, service=service, forecast=forecast)


def delinquent_60_days() -> None:
    assert against(CALIFORNIA) == set()
    assert against(CALIFORNIA, replace(OWING, owed_since=TODAY - 59 * DAY)) == {"delinquency_age"}


def contact_7_business_days() -> None:
    assert against(CALIFORNIA, without("final")) == {"notice_final"}
    # Seven business days lie after Sunday, 22 February; six after the Monday.
    for days, why in ((11, set()), (9, set()), (8, {"notice_final"}), (7, {"notice_final"})):
        assert against(CALIFORNIA, without("final", notice(4, "final", days))) == why


def notice_says() -> None:
    places = ("{customer}", "{address}", "{past_due}", "{cut_on}")
    english = ("extension of time", "review this bill", "appeal", "alternative payment schedule", "amortiz")
    says(CALIFORNIA, "final", (*places, *english), (*places, "prórroga", "apelar", "alternativo", "amortiz"))


def mail_undeliverable() -> None:
    steps = notice_steps(CALIFORNIA.in_force(TODAY))
    back = NoticeOnRecord("final", TODAY - 9 * DAY, TODAY + 60 * DAY, "returned", returned_on=TODAY - DAY)
    question = NoticeQuestion(
        day=TODAY,
        debts=(OpenCharge(TODAY - 60 * DAY, 12_850),),
        notices=(back,),
        holds=(),
        reachable=True,
        served=True,
        needed=frozenset({"final", "door_tag"}),
        holidays=frozenset(),
    )
    assert decide(question, steps).message.code == "notice.mail_returned"
    assert against(CALIFORNIA, without("door_tag")) == {"notice_door_tag"}
    [tag] = [step for step in steps.steps if step.kind == "door_tag"]
    assert tag.delivery == "posted"


def broken_arrangement_posted() -> None:
    rules = CALIFORNIA.in_force(TODAY).cut_rules("water")
    assert rules is not None
    assert rules.notice_business_days["door_tag"] >= 5
    assert against(CALIFORNIA, without("door_tag", notice(4, "door_tag", 6))) == {"notice_door_tag"}


def reconnect_fee() -> None:
    rules = CALIFORNIA.in_force(TODAY)
    assert capped(12_000, "reconnect", rules, "water") == 5_000
    assert capped(3_500, "reconnect", rules, "water") == 3_500


def restore_information() -> None:
    says(CALIFORNIA, "door_tag", ("To restore service",), ("restablecer el servicio",))


def tenants_told() -> None:
    assert against(CALIFORNIA, without("door_tag", notice(4, "door_tag", 10))) == set()
    assert against(CALIFORNIA, without("door_tag", notice(4, "door_tag", 9))) == {"notice_door_tag"}
    english = ("If you rent here", "become a customer", "without paying what is due")
    says(CALIFORNIA, "door_tag", english, ("alquila", "hacerse cliente", "sin pagar lo adeudado"))


def languages() -> None:
    for kind in ("final", "door_tag"):
        assert text(CALIFORNIA, kind, "en") != text(CALIFORNIA, kind, "es")


def annual_count() -> None:
    assert "disconnections" in REPORTS


def winter() -> None:
    hold = HoldFacts("moratorium", date(2025, 11, 15), date(2026, 3, 15))
    account = replace(OWING, holds=(hold,))
    mild = ForecastFacts(TODAY, NOW, 10.0)
    assert "hold_moratorium" in against(WASHINGTON, account, service="electric", forecast=mild)
    after = datetime(2026, 3, 17, 16, tzinfo=UTC)
    mild = ForecastFacts(after.date(), NOW, 10.0)
    assert "hold_moratorium" not in against(WASHINGTON, account, at=after, service="electric", forecast=mild)


def heat_no_cut() -> None:
    hot = ForecastFacts(TODAY, NOW, 24.0, heat_alert=True)
    usual = replace(hot, heat_alert=False)
    for service in ("water", "electric"):
        assert against(WASHINGTON, service=service, forecast=hot) == {"heat_alert"}
        assert against(WASHINGTON, service=service, forecast=usual) == set()
        windows = cut_windows(
            WASHINGTON,
            service,
            NOW,
            NOW + DAY,
            "America/Chicago",
            forecasts={TODAY: hot, TODAY + DAY: replace(usual, day=TODAY + DAY)},
        )
        assert [one.day for one in windows] == [TODAY + DAY]
    assert against(CALIFORNIA, forecast=hot) == set(), "no rule of the other place"


def heat_in_notice() -> None:
    english = ("heat-related alert", "not disconnected for nonpayment", "ask on such a day")
    says(WASHINGTON, "final", english, ("alerta por calor", "no se corta", "pedir en tal día"))


def heat_reconnect() -> None:
    assert WASHINGTON.in_force(TODAY).setting("reconnect")["hours"] <= 24
    says(WASHINGTON, "final", ("promptly attempt",), ("sin demora",))


def heat_plan() -> None:
    says(WASHINGTON, "final", ("payment plan first",), ("antes un plan de pago",))


def duties_in_notice() -> None:
    english = ("within five business days", "household income", "heating assistance", "weatherization")
    spanish = ("cinco días hábiles", "ingresos de su hogar", "calefacción", "climatización")
    says(WASHINGTON, "final", english, spanish)


def help_with_plan() -> None:
    says(WASHINGTON, "final", ("We help you to fill in the plan",), ("Le ayudamos a completar el plan",))


TESTS: dict[tuple[str, str], Callable[[], None]] = {
    (CA.code, "delinquent-60-days"): delinquent_60_days,
    (CA.code, "contact-7-business-days"): contact_7_business_days,
    (CA.code, "notice-says"): notice_says,
    (CA.code, "mail-undeliverable"): mail_undeliverable,
    (CA.code, "appeal-pending"): lambda: held_back("dispute", CALIFORNIA),
    (CA.code, "medical-and-inability"): lambda: held_back("medical", CALIFORNIA),
    (CA.code, "arrangement-kept"): lambda: held_back("arrangement", CALIFORNIA),
    (CA.code, "broken-arrangement-posted"): broken_arrangement_posted,
    (CA.code, "reconnect-fee"): reconnect_fee,
    (CA.code, "restore-information"): restore_information,
    (CA.code, "tenants-told"): tenants_told,
    (CA.code, "annual-count"): annual_count,
    (CA.code, "languages"): languages,
    (WA.code, "winter"): winter,
    (WA.code, "winter-arrangement"): lambda: held_back("arrangement", WASHINGTON, "electric"),
    (WA.code, "duties-in-notice"): duties_in_notice,
    (WA.code, "help-with-plan"): help_with_plan,
    (WA.code, "heat-no-cut"): heat_no_cut,
    (WA.code, "heat-in-notice"): heat_in_notice,
    (WA.code, "heat-reconnect"): heat_reconnect,
    (WA.code, "heat-plan"): heat_plan,
    (WA.code, "disconnections-reported"): annual_count,
}
SENTENCES = [(pack, one) for pack in rule_packs() for one in pack.sentences]


@pytest.mark.parametrize(
    ("pack", "sentence"), SENTENCES, ids=[f"{pack.code}-{one.id}" for pack, one in SENTENCES]
)
def test_a_sentence_is_held_as_the_pack_says_or_said_not_to_be(pack: RulePack, sentence: Any) -> None:
    assert sentence.held in HELD
    assert sentence.cite
    assert sentence.how
    test = TESTS.get((pack.code, sentence.id))
    assert (test is None) == (sentence.held == "no")
    if test is not None:
        test()


def test_every_rule_of_a_pack_can_be_published_and_says_that_it_is_a_sample() -> None:
    for pack in rule_packs():
        assert "not legal advice" in pack.document["note"]
        for line in pack.document["rules"]:
            parse_rule(line["kind"], line["key"], line["value"])
