"""English sentences of an order's timeline, by kind of history line; `{…}` is filled from what is known."""

EVENTS = {
    "requested": "Requested by {who}.",
    "approved": "Ready for the dispatcher.",
    "held": "On hold: {reason}.",
    "gate_overridden": "{who} let it go ahead although money is owed: {reason}.",
    "scheduled": "Scheduled.",
    "assigned": "Assigned to {technician}.",
    "unassigned": "Taken off {before}’s list: {reason}.",
    "dispatched": "Sent to {technician}’s tablet.",
    "recalled": "Taken back from the tablet: {reason}.",
    "cancelled": "Cancelled by {who}: {reason}.",
    "superseded": "Replaced by a newer order: {reason}.",
    "acknowledged": "{who} has seen it on the tablet.",
    "en_route": "{who} is on the way.",
    "on_site": "{who} arrived.",
    "started": "{who} started the work.",
    "suspended": "{who} paused the work.",
    "resumed": "{who} went on with the work.",
    "completed": "{who} reported: {outcome}.",
    "unable": "{who} could not do it: {outcome}.",
    "visit": "{who} also reported on this order, which had been done already; the visit is linked.",
    "payment": "{who} took {amount} at the door, receipt {receipt}.",
    "receipt_void": "{who} voided receipt {receipt}: {reason}.",
    "cancel_seen": "{who} saw the cancel and chose to {choice}.",
    "backed_out": "{who} backed out.",
    "accepted": "Accepted in review by {who}: {words}.",
    "rejected": "Refused in review by {who}: {words}.",
    "reconsidered": "Judged again after a payment: {outcome}.",
    "closed": "Closed.",
}

ASSIGNED_FROM = "Moved from {before} to {technician}."
APPROVED_WITH_REASON = "Ready for the dispatcher: {reason}."
UNKNOWN = "{kind} by {who}."
CHOICES = {"finish": "finish the work", "back_out": "back out"}

CASE_OPENED = "To be reviewed: {words}"
CASE_DECIDED = "Review of “{title}” {verdict} by {who}: {decision}."
VERDICTS = {"accepted": "accepted", "rejected": "refused"}
PAYMENT = "Payment of {amount} received ({channel})."
ENTRY = "{words}: {amount}."
FOLLOW_ON = "Order {number} ({type}) was raised because of this one."
EVIDENCE = "Photo “{name}” arrived."
SYSTEM = "the system"
CUSTOMER_CHARGED = "charged to the account"
CUSTOMER_CREDITED = "credited to the account"

POSSIBLY_OFF = "Possibly off; tablet {heard}."
POSSIBLY_OFF_CANCELLED = "Possibly off; tablet {heard}. The tablet may not know yet that this was cancelled."
POSSIBLY_OFF_RECALLED = "Possibly off; tablet {heard}. The tablet may not know yet that this was taken back."
CANCEL_UNKNOWN = "The tablet may not know yet that this was cancelled; {heard}."
RECALL_UNKNOWN = "The tablet may not know yet that this was taken back; {heard}."
NOT_SENT = "Waiting to be sent to {technician}’s tablet; {heard}."
NOT_CONFIRMED = "Sent to {technician}’s tablet, which has not confirmed it; {heard}."
AS_OF = "As {technician}’s tablet reported it; {heard}."
HEARD = "last heard {at}"
NEVER_HEARD = "not heard of yet"
