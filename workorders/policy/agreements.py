"""The life of a service agreement: which step may follow which. Pure."""

from enum import StrEnum

from workorders.problems import Problem


class AgreementState(StrEnum):
    """Where an agreement stands. `active` and `stopping` answer for the service point."""

    APPLIED = "applied"
    """Asked for; what is required first has not been paid."""
    APPROVED = "approved"
    """Fees and deposit are met; it begins by the order, read or day that it waits for."""
    ACTIVE = "active"
    STOPPING = "stopping"
    """The customer asked to stop; the account answers until the stop is done."""
    STOPPED = "stopped"
    """Ended; its final bill is not in yet."""
    FINAL_BILLED = "final_billed"
    CLOSED = "closed"
    """Ended, billed and settled."""
    WITHDRAWN = "withdrawn"
    """It never began."""


class Step(StrEnum):
    """What moves an agreement; also the kind of its line in the audit."""

    APPROVED = "approved"
    REOPENED = "reopened"
    """A payment that had met what is required was taken back."""
    STARTED = "started"
    WITHDRAWN = "withdrawn"
    STOP_ASKED = "stop_asked"
    STOP_CANCELLED = "stop_cancelled"
    STOPPED = "stopped"
    FINAL_BILLED = "final_billed"
    CLOSED = "closed"


_S = AgreementState
TRANSITIONS: dict[tuple[AgreementState, Step], AgreementState] = {
    (_S.APPLIED, Step.APPROVED): _S.APPROVED,
    (_S.APPLIED, Step.WITHDRAWN): _S.WITHDRAWN,
    (_S.APPROVED, Step.REOPENED): _S.APPLIED,
    (_S.APPROVED, Step.WITHDRAWN): _S.WITHDRAWN,
    (_S.APPROVED, Step.STARTED): _S.ACTIVE,
    (_S.ACTIVE, Step.STOP_ASKED): _S.STOPPING,
    (_S.STOPPING, Step.STOP_CANCELLED): _S.ACTIVE,
    (_S.STOPPING, Step.STOPPED): _S.STOPPED,
    # Whoever moves in ends the agreement before, whether or not its customer said good-bye.
    (_S.ACTIVE, Step.STOPPED): _S.STOPPED,
    (_S.STOPPED, Step.FINAL_BILLED): _S.FINAL_BILLED,
    (_S.FINAL_BILLED, Step.CLOSED): _S.CLOSED,
}
WAITING = (AgreementState.APPLIED, AgreementState.APPROVED)
"""It has not begun; a service point has one such agreement at most."""


def moved(state: str, step: Step) -> AgreementState:
    """The state after a step. Raises Problem `agreement_is` when the step is not open to it."""
    after = TRANSITIONS.get((AgreementState(state), step))
    if after is None:
        raise Problem("agreement_is", agreement_state=state, step=step.value)
    return after
