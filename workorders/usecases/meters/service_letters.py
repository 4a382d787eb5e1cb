"""Letters about meters written as a batch, and the batch marked as mailed."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from workorders.messages import formats
from workorders.messages.texts import LANGUAGES, N_, translate
from workorders.messages.viewer import Viewer
from workorders.policy.rulebook import NOTICE_PLACES
from workorders.policy.service_letters import KINDS
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.queries.service_letters import LetterDue, letters_due
from workorders.tables import LetterBatch, ServiceLetter
from workorders.usecases.history import count

ENGLISH = "en"
OCCUPANT = N_("Current occupant")


def issue_letters(session: Session, kind: str, *, now: datetime, actor: str) -> LetterBatch:
    """Write the letters of a kind that are due today as one batch, printed and not mailed yet.

    Raises Problem `bad_input`, `nothing_due`, and `no_letter_text` where the rules hold no text of the kind.
    """
    if kind not in KINDS:
        raise Problem("bad_input", field="kind", reason=Reason("one of {known}", known=", ".join(KINDS)))
    day = district_of(session).day_of(now)
    # Two batches at once would both find the same customers: the counter makes the second wait.
    count(session, "letter_runs")
    due = letters_due(session, kind, day)
    if not due:
        raise Problem("nothing_due")
    batch = LetterBatch(kind=kind, day=day, made_at=now, made_by=actor[:80])
    session.add(batch)
    session.flush()
    for one in due:
        language = language_of(one)
        session.add(
            ServiceLetter(
                batch_id=batch.id,
                service_point_id=one.point.id,
                account_id=one.account.id if one.account else None,
                backflow_device_id=one.device.id if one.device else None,
                language=language,
                text=letter(session, one, day, language),
            )
        )
    session.flush()
    return batch


def mark_letters_mailed(
    session: Session, batch_id: int, *, on: date, now: datetime, actor: str
) -> LetterBatch:
    """The batch went out on that day. Again with the same day it changes nothing.

    Raises Problem `not_found`, `already_mailed`, and `bad_input` for a day before it was made or ahead.
    """
    batch = session.get(LetterBatch, batch_id, with_for_update=True)
    if batch is None:
        raise Problem("not_found", what="batch of letters", key=batch_id)
    if batch.mailed_on is not None:
        if batch.mailed_on == on:
            return batch
        raise Problem("already_mailed")
    district = district_of(session)
    if not district.day_of(batch.made_at) <= on <= district.day_of(now):
        raise Problem("bad_input", field="mailed_on", reason="from the day it was printed to today")
    batch.mailed_on, batch.mailed_by = on, actor[:80]
    session.flush()
    return batch


def language_of(due: LetterDue) -> str:
    """The customer's language where there are texts in it; English otherwise."""
    asked = due.account.customer.language if due.account is not None else None
    return asked if asked is not None and asked in LANGUAGES else ENGLISH


def letter(session: Session, due: LetterDue, day: date, language: str) -> str:
    """The whole letter, in the parts of a collection letter: address, day, title, paragraphs."""
    district = district_of(session)
    text = rule_book(session).in_force(day).notice_text(due.kind, language)
    if text is None:
        raise Problem("no_letter_text", kind=due.kind)
    viewer = Viewer(language, district.timezone, formats.locale_of(language, district.locale), district.units)
    premise = due.point.premise
    name = due.account.customer.name if due.account is not None else translate(OCCUPANT, language)
    places = dict.fromkeys(NOTICE_PLACES, formats.NONE) | {
        "district": district.name,
        "day": formats.day(day, viewer),
        "customer": name,
        "account": due.account.number if due.account is not None else due.point.number,
        "address": premise.address,
        "serial": due.serial,
        "skips": str(due.skips),
        "test_due": formats.day(due.device.test_due_on, viewer) if due.device is not None else formats.NONE,
        "place": (due.device.place if due.device is not None else due.point.meter_location) or formats.NONE,
    }
    address = f"{name}\n{premise.address}\n{premise.city} {premise.postcode}".strip()
    head = f"{places['day']} · {places['account']}"
    return "\n\n".join([address, head, text.title.format_map(places), text.body.format_map(places)])
