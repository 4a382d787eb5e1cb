"""What a notice says: the dated text of its kind, in the customer's language, filled for one account."""

from datetime import date

from sqlalchemy.orm import Session

from workorders.messages import formats
from workorders.messages.texts import LANGUAGES
from workorders.messages.viewer import Viewer
from workorders.policy.rulebook import NOTICE_PLACES
from workorders.queries.debtors import Debtor
from workorders.queries.district import district_of
from workorders.queries.notice_run import NoticeDue
from workorders.queries.rules_cache import rule_book

ENGLISH = "en"


def language_of(debtor: Debtor) -> str:
    """The language that the customer asked for, where there are texts in it; English otherwise."""
    asked = debtor.language
    return asked if asked is not None and asked in LANGUAGES else ENGLISH


def letter(session: Session, due: NoticeDue, day: date) -> str:
    """The whole letter: address, day and account, title, paragraphs, with an empty line between them.

    The rules in force on `day` hold a text for the notice's kind.
    """
    district = district_of(session)
    language = language_of(due.debtor)
    text = rule_book(session).in_force(day).notice_text(due.step.kind, language)
    if text is None:
        raise LookupError(due.step.kind)
    viewer = Viewer(language, district.timezone, formats.locale_of(language, district.locale), district.units)
    places = dict.fromkeys(NOTICE_PLACES, formats.NONE) | {
        "district": district.name,
        "day": formats.day(day, viewer),
        "customer": due.debtor.customer,
        "account": due.debtor.facts.number,
        "address": due.debtor.address,
        "past_due": formats.money(due.past_due_cents, viewer),
        "total": formats.money(max(due.debtor.facts.balance_cents, 0), viewer),
        "since": formats.day(due.since, viewer),
        "cut_on": formats.day(due.cut_on, viewer) if due.cut_on is not None else formats.NONE,
        "late_charge": formats.money(due.late_charge_cents, viewer),
    }
    address = f"{due.debtor.customer}\n{due.debtor.mail_to}".strip()
    head = f"{places['day']} · {places['account']}"
    return "\n\n".join([address, head, text.title.format_map(places), text.body.format_map(places)])
