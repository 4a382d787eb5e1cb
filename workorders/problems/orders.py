"""Refusals about orders, and about the meters that they move."""

from workorders.problems.problem_type import ProblemType

ROWS: dict[str, ProblemType] = {
    "pickup_decided": ProblemType(
        409, "This pickup was decided already.", "Reload the page to see what became of it."
    ),
    # --- orders
    "illegal_transition": ProblemType(
        409, "An order that is {state} cannot be {command}.", "Reload the order to see what happened to it."
    ),
    "visit_over": ProblemType(
        409, "Nobody visits for order {number} any more.", "A link shows a visit that is still to come."
    ),
    "stale_order": ProblemType(
        409, "Order {number} was changed by someone else.", "Reload it and decide again."
    ),
    "technician_lacks_skill": ProblemType(
        409, "{technician} does not have the skill {skill}.", "Choose a technician with that skill."
    ),
    "service_order_active": ProblemType(
        409,
        "Service point {service_point} already has an active order {number} that changes its state.",
        "Cancel or finish that order first.",
    ),
    "service_already": ProblemType(
        409,
        "The service at {service_point} is {state} already.",
        "Look at the service point; when the records are wrong, raise “Verify”.",
    ),
    "service_is_owed": ProblemType(
        409,
        "Account {account} has paid, and its service is still off: order {order} is the visit it waits for.",
        "Give the order to somebody who can do it. When the customer no longer wants service, stop it first.",
    ),
    "technician_has_work": ProblemType(
        409,
        "{technician} still has orders on a route or a tablet: {count}.",
        "Take them back or give them to somebody else on the dispatch board first.",
    ),
    "read_superseded": ProblemType(
        409,
        "Another read has taken the place of this one.",
        "Reload the page and look at the newer read.",
    ),
    "no_tag_printed": ProblemType(
        409,
        "No door tag is printed for account {account}.",
        "Write the notices of the day first; the tag is then sent out from its batch.",
    ),
    "meter_there": ProblemType(
        409,
        "Meter {serial} is installed at {service_point} already.",
        "Exchange it, or remove it first; when the records are wrong, raise “Verify”.",
    ),
    "no_meter_there": ProblemType(
        409,
        "No meter is installed at {service_point} by the records.",
        "Look at the service point; when the records are wrong, raise “Verify”.",
    ),
    "money_owed": ProblemType(
        409,
        "“{gate}” does not hold: account {account} owes {owed}.",
        "Record the payment first, or choose no and the order waits on hold. A supervisor may override.",
    ),
    "request_conflict": ProblemType(
        409,
        "This form was used already: it raised order {number}.",
        "Look at that order; open a new form to raise another.",
    ),
    "cut_not_allowed": ProblemType(
        409, "Service must not be cut: {reasons}", "Resolve each reason, then raise the order again."
    ),
    "no_code": ProblemType(
        409,
        "No code can be given: {reasons}",
        "Tell the technician to leave the service on. Resolve each reason, or send the order out anew.",
    ),
    "code_spent": ProblemType(409, "This code was entered before.", "A code counts once; give another."),
    "plan_outdated": ProblemType(
        409,
        "The day has changed since this plan was made: {what}.",
        "Nothing was changed. Plan the rest of the day again, from how things are now.",
    ),
    "case_decided": ProblemType(409, "Case {case} was already {state}.", "Reload it to see who decided."),
    "document_settled": ProblemType(
        409, "{who} has dealt with document {document} already.", "Reload the page to read what was done."
    ),
    "document_published": ProblemType(
        409, "{document} has reached the tablet's database meanwhile.", "Nothing needs to be done about it."
    ),
    "decision_refused": ProblemType(
        409, "The records still refuse it. {reason}", "Correct the records, then accept the case again."
    ),
    # --- meters
    "meter_serial_elsewhere": ProblemType(
        409,
        "Meter {serial} is already at {where}.",
        "Check the serial; if it is right, correct the old record.",
    ),
    "meter_not_movable": ProblemType(
        409,
        "Meter {serial} is not moved by hand. By the records: {room}.",
        "What is installed is moved by an order (exchange, removal, verify); what is retired by a "
        "correction.",
    ),
    "no_remote_switch": ProblemType(
        409,
        "Order {number} cannot be executed remotely.",
        "Its kind must be one that a switch can do, and its meter must have one. Send a technician.",
    ),
    "remote_under_way": ProblemType(
        409,
        "A remote command for order {number} has no answer yet.",
        "Wait for the answer; without one the order comes back by itself.",
    ),
    "count_not_open": ProblemType(
        409, "This count is not at that step any more.", "Reload the page to see how far it is."
    ),
    "count_under_way": ProblemType(
        409, "This place is being counted already.", "Go on with that count, or finish it first."
    ),
    "explains_who_counted": ProblemType(
        409,
        "Whoever counted cannot write off what is missing.",
        "Let somebody else look for {serial} and write it off.",
    ),
}
