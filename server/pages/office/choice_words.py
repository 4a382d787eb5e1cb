"""What the two buttons of a case say: their consequence."""

from collections.abc import Callable

from server.viewing import _
from workorders.judgement.lifecycle import Command
from workorders.queries.case_choices import CaseChoices

OWN: dict[str, tuple[Callable[[], str], Callable[[], str]]] = {
    "wrongful_cut": (lambda: _("It was wrongful"), lambda: _("It was not wrongful")),
}
"""Cases that ask a question of their own: what yes and no say."""


def may_be_noted(row: CaseChoices) -> bool:
    """Whether it may be accepted together with others: nothing hangs on it and nothing is asked."""
    return row.is_plain and row.case.code not in OWN


def accept_words(row: CaseChoices) -> str:
    """What accepting does, on its button."""
    if row.case.code in OWN:
        return OWN[row.case.code][0]()
    if row.accepted is Command.APPROVE:
        return _("Carry out, back to dispatch") if row.effects else _("Send back to dispatch")
    if row.accepted is Command.ACCEPT:
        return _("Carry out and complete the order") if row.effects else _("Complete the order as reported")
    if row.effects:
        return _("Carry out")
    return _("Agree with the report") if row.blocking else _("Noted")


def reject_words(row: CaseChoices) -> str | None:
    """What rejecting does, on its button; None where it would do nothing else than accepting."""
    if row.case.code in OWN:
        return OWN[row.case.code][1]()
    if row.rejected is Command.APPROVE:
        return _("Carry out nothing, back to dispatch") if row.effects else None
    if row.effects:
        return _("Carry out nothing")
    return _("Reject the report") if row.blocking else None


def reasons() -> list[str]:
    """Reasons that are given often."""
    return [
        _("Confirmed with the technician"),
        _("Confirmed with the customer"),
        _("The photo shows it"),
        _("The records were wrong and are corrected"),
        _("The report is mistaken"),
        _("Somebody looks at it again"),
    ]
