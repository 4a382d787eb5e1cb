"""Expense accounts and limits of petty cash, published by an administrator as the next rule set."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from workorders.grammar.money import PAYMENT_MAX_CENTS, text_from_cents
from workorders.grammar.texts import checked_line
from workorders.grammar.times import PLANNED_AHEAD
from workorders.policy.petty_cash import PettyRules, petty_rules
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.rules import load_rule_book
from workorders.usecases.administration.audit import note_change
from workorders.usecases.district.adopt_rules import adopt_rules

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-]{0,19}")
"""An account of a general ledger as other systems write it."""
LABEL_MAX = 80
ACCOUNTS_MAX = 100
"""More is a chart of accounts, not petty cash."""
SUBJECT = "petty_rules:accounts"
"""What the audit calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PettyForm:
    """What shall hold: the two limits in cents, and each expense account's code and title in its order."""

    second_person_cents: int
    most_cents: int
    accounts: tuple[tuple[str, str], ...]


def change_petty_rules(
    session: Session, form: PettyForm, *, starts_on: date, reason: str, now: datetime, actor: str
) -> int:
    """Publish accounts and limits from a day on, today at the earliest; answers the rule set.

    Vouchers keep the account that they name. Raises Problem `bad_input` naming `second_person`, `most`,
    `account`, `label`, `effective_from` or `reason`, also when nothing differs from what holds that day.
    """
    today = district_of(session).day_of(now)
    if starts_on < today:
        raise Problem("bad_input", field="effective_from", reason="it lies in the past")
    if starts_on > today + PLANNED_AHEAD:
        raise Problem("bad_input", field="effective_from", reason="it is more than three years ahead")
    held = petty_rules(load_rule_book(session).in_force(starts_on))
    wanted = PettyRules(form.second_person_cents, form.most_cents, _checked_accounts(form))
    _check_limits(wanted)
    before, after = _plain(held), _plain(wanted)
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    if not changes:
        raise Problem("bad_input", field="effective_from", reason="that is what holds on that day already")
    why = checked_line(reason, field="reason")
    if not why:
        raise Problem("bad_input", field="reason", reason="it is needed")
    value = {
        "second_person_cents": wanted.second_person_cents,
        "most_cents": wanted.most_cents,
        "accounts": [{"code": code, "label": label} for code, label in wanted.accounts.items()],
    }
    rule = {"kind": "setting", "key": "petty_cash", "value": value}
    document = {"note": why, "effective_from": starts_on.isoformat(), "rules": [rule]}
    version = adopt_rules(session, document, now=now)
    said = changes | {"effective_from": (None, starts_on.isoformat()), "rule_set": (None, version)}
    note_change(session, SUBJECT, "changed", now=now, actor=actor, changes=said, reason=why)
    return version


def _checked_accounts(form: PettyForm) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for typed, label in form.accounts:
        code = typed.strip()
        if not CODE.fullmatch(code):
            raise Problem("bad_input", field="account", reason="1 to 20 letters, digits, dots and dashes")
        title = checked_line(label, field="label", longest=LABEL_MAX)
        if not title:
            raise Problem("bad_input", field="label", reason=Reason("say what {code} is for", code=code))
        if code in found:
            raise Problem("bad_input", field="account", reason=Reason("{code} stands there twice", code=code))
        found[code] = title
    if not found:
        raise Problem("bad_input", field="account", reason="keep at least one account")
    if len(found) > ACCOUNTS_MAX:
        raise Problem("bad_input", field="account", reason=Reason("the most is {most}", most=ACCOUNTS_MAX))
    return found


def _check_limits(wanted: PettyRules) -> None:
    most = text_from_cents(PAYMENT_MAX_CENTS)
    if not 0 < wanted.most_cents <= PAYMENT_MAX_CENTS:
        reason = Reason("more than $0.00 and at most {most}", most=most)
        raise Problem("bad_input", field="most", reason=reason)
    if not 0 < wanted.second_person_cents <= PAYMENT_MAX_CENTS:
        reason = Reason("more than $0.00 and at most {most}", most=most)
        raise Problem("bad_input", field="second_person", reason=reason)


def _plain(rules: PettyRules) -> dict[str, int | list[str]]:
    """As the audit keeps it."""
    return {
        "second_person_cents": rules.second_person_cents,
        "most_cents": rules.most_cents,
        "expense_accounts": [f"{code} {label}" for code, label in rules.accounts.items()],
    }
