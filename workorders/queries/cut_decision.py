"""Whether a service may be cut at an instant, by what is known now."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from workorders.facts import AccountFacts, ForecastFacts
from workorders.policy.aging import DEBT_LOOKBACK
from workorders.policy.severance import CutDecision, CutQuestion, evaluate
from workorders.queries.account_facts import account_facts
from workorders.queries.district import district_of
from workorders.queries.forecasts import forecasts_from
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, ServicePoint


def cut_decision(
    session: Session,
    point: ServicePoint,
    account: Account | None,
    *,
    since: datetime,
    at: datetime,
    now: datetime,
    facts: AccountFacts | None = None,
    forecasts: Mapping[date, ForecastFacts] | None = None,
) -> CutDecision:
    """Every rule's check. `facts` of the account and `forecasts` are read where they were not before."""
    district = district_of(session)
    day = district.day_of(at)
    if facts is None and account is not None:
        facts = account_facts(session, account, since=since, lookback=DEBT_LOOKBACK)
    if forecasts is None:
        forecasts = forecasts_from(session, day, now=now)
    return evaluate(
        CutQuestion(
            account=facts,
            service=point.service,
            at=at,
            timezone=district.timezone,
            medical=point.premise.medical,
            forecast=forecasts.get(day),
        ),
        rule_book(session),
    )
