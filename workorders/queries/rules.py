"""The dated rules and fees in the database, as a `RuleBook`; and the sample a new district starts with."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.policy.rule_schemas import parse_rule
from workorders.policy.rulebook import FeeRow, RuleBook, RuleRow
from workorders.tables import Fee, Rule, RuleSet


def load_rule_book(session: Session) -> RuleBook:
    """Every published rule and fee, checked.

    Raises Problem `bad_input` naming the rule when a row is not usable, as after an edit by hand. The book
    changes only with a new RuleSet, so a caller may keep it as long as `latest_version` stays the same.
    """
    rules = tuple(
        RuleRow(r.kind, r.key, r.effective_from, parse_rule(r.kind, r.key, r.value), r.rule_set)
        for r in session.scalars(select(Rule).order_by(Rule.id))
    )
    fees = tuple(
        FeeRow(
            f.code,
            f.title,
            f.effective_from,
            f.amount_cents,
            f.trigger,
            tuple(f.exempt_rate_classes),
            f.rule_set,
        )
        for f in session.scalars(select(Fee).order_by(Fee.id))
    )
    return RuleBook(latest_version(session), rules, fees)


def latest_version(session: Session) -> int:
    """Number of the newest published rule set, 0 when there is none."""
    return session.scalar(select(func.max(RuleSet.version))) or 0
