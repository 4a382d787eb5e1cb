"""English sentences of an order's timeline.

The forms of parameters are those of `workorders.messages.words.FORMS`.
"""

TIMELINE = {
    "timeline.requested": "Requested by {who:person}.",
    "timeline.approved": "Ready for the dispatcher.",
    "timeline.approved_because": "Ready for the dispatcher: {reason:clause}.",
    "timeline.changed": "Changed by {who:person}: {reason:clause}.",
    "timeline.held": "On hold: {reason:clause}.",
    "timeline.gate_overridden": "{who:person} let it go ahead although money is owed: {reason:clause}.",
    "timeline.scheduled": "Scheduled.",
    "timeline.assigned": "Assigned to {technician:person}.",
    "timeline.moved": "Moved from {before:person} to {technician:person}.",
    "timeline.unassigned": "Taken off {before:person}’s list: {reason:clause}.",
    "timeline.dispatched": "Sent to {technician:person}’s tablet.",
    "timeline.recalled": "Taken back from the tablet: {reason:clause}.",
    "timeline.cancelled": "Cancelled by {who:person}: {reason:clause}.",
    "timeline.superseded": "Replaced by a newer order: {reason:clause}.",
    "timeline.acknowledged": "{who:person} has seen it on the tablet.",
    "timeline.en_route": "{who:person} is on the way.",
    "timeline.on_site": "{who:person} arrived.",
    "timeline.started": "{who:person} started the work.",
    "timeline.suspended": "{who:person} paused the work.",
    "timeline.resumed": "{who:person} went on with the work.",
    "timeline.completed": "{who:person} reported: {outcome:outcome}.",
    "timeline.unable": "{who:person} could not do it: {outcome:outcome}.",
    "timeline.visit": "{who:person} also reported on this order, which had been done already; the visit is "
    "linked.",
    "timeline.payment": "{who:person} took {amount:money} at the door, receipt {receipt}.",
    "timeline.receipt_void": "{who:person} voided receipt {receipt}: {reason:clause}.",
    "timeline.cancel_seen": "{who:person} saw the cancel and chose to {choice:choice}.",
    "timeline.backed_out": "{who:person} backed out.",
    "timeline.accepted": "Accepted in review by {who:person}: {reason:clause}.",
    "timeline.rejected": "Refused in review by {who:person}: {reason:clause}.",
    "timeline.reconsidered": "Judged again after a payment: {outcome:outcome}.",
    "timeline.closed": "Closed: {reason:clause}.",
    "timeline.tag_posted": "{who:person} delivered the door tag; it counts from then.",
    "timeline.tag_delivered": "{who:person} delivered the notice another way: {reason:clause}.",
    "timeline.tag_dropped": "{who:person} dropped the notice: {reason:clause}.",
    "timeline.code_given": "{who:person} gave {technician:person} a {given:code_kind} by telephone: "
    "{reason:clause}.",
    "timeline.office_code": "{who:person} entered a {given:code_kind} from the office.",
    "timeline.read_corrected": "{who:person} corrected the read of meter {serial} from {before} to {after}: "
    "{reason:clause}.",
    "timeline.register_corrected": "{who:person} corrected the read of register {register} of meter {serial} "
    "from {before} to {after}: {reason:clause}.",
    "timeline.unknown": "{kind:spelled} by {who:person}.",
    "timeline.case_opened": "To be reviewed: {case:message}",
    "timeline.case_accepted": "Review of “{case:case}” accepted by {who:person}: {reason:clause}.",
    "timeline.case_rejected": "Review of “{case:case}” refused by {who:person}: {reason:clause}.",
    "timeline.paid": "Payment of {amount:money} received ({channel:channel}).",
    "timeline.entry": "{line:clause}.",
    "timeline.entry_charged": "{line:clause}: {amount:money} charged to the account.",
    "timeline.entry_credited": "{line:clause}: {amount:money} credited to the account.",
    "timeline.follow_on": "Order {number} ({title:text}) was raised because of this one.",
}
"""Code of a line → its text."""

NO_REASON = "no reason given"
SYSTEM = "the system"
BY_ORDER = "order {number}"
SOURCES = {"payment": "a payment", "event": "a report from the field", "import": "an import"}
"""What acted, by the kind of what is kept as the actor."""

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
