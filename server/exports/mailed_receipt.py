"""The letter that carries a receipt of the counter, in the customer's language."""

from sqlalchemy.orm import Session

from server.exports.mail_message import Content
from workorders.messages import formats
from workorders.messages.texts import N_, translate
from workorders.messages.viewer import Viewer
from workorders.messages.words import title
from workorders.problems import Problem
from workorders.queries.counter import find_receipt
from workorders.queries.district import district_of
from workorders.tables import OutgoingMail

SUBJECT = N_("Receipt {number}, {district}")
THANKS = N_("Thank you. We received your payment.")
LINES = (
    N_("Receipt: {value}"),
    N_("Date: {value}"),
    N_("Account: {value}"),
    N_("Paid: {value}"),
)
CHANGE = N_("Change: {value}")
BY = N_("{tender}: {value}")
WAITS = N_("A part of it still waits for approval.")


def receipt_letter(session: Session, letter: OutgoingMail) -> Content:
    """The letter. Raises Problem bad_input for a receipt that is void by now."""
    view = find_receipt(session, letter.details["number"])
    if view.is_void:
        raise Problem("bad_input", field="receipt", reason="it is void")
    district, language = district_of(session), letter.language
    viewer = Viewer(language, district.timezone, formats.locale_of(language, district.locale), district.units)
    receipt = view.receipt
    values = (
        receipt.number,
        formats.instant(receipt.issued_at, viewer),
        f"{view.account.number}, {view.account.customer.name}",
        formats.money(receipt.amount_cents, viewer),
    )
    lines = [
        district.name,
        "",
        translate(THANKS, language),
        "",
        *(translate(text, language, value=value) for text, value in zip(LINES, values, strict=True)),
    ]
    for one in view.tenders:
        name = title("tenders", one.kind, language)
        lines.append(translate(BY, language, tender=name, value=formats.money(one.cents, viewer)))
    if receipt.change_cents:
        lines.append(translate(CHANGE, language, value=formats.money(receipt.change_cents, viewer)))
    if any(one.state == "pending" for one in view.tenders):
        lines += ["", translate(WAITS, language)]
    subject = translate(SUBJECT, language, number=receipt.number, district=district.name)
    return Content(subject, "\n".join((*lines, "")))
