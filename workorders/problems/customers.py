"""Refusals about customers coming, going and changing."""

from workorders.problems.problem_type import ProblemType

ROWS: dict[str, ProblemType] = {
    "read_file_known": ProblemType(
        409, "This file was taken in before.", "Look for it among the files; nothing was changed."
    ),
    "read_file_empty": ProblemType(422, "The file has no rows.", "Export it anew from the read system."),
    "read_file_unreadable": ProblemType(
        422, "The file cannot be read: {reason}.", "Export it as CSV with a header line."
    ),
    "read_file_columns": ProblemType(
        422,
        "The file lacks columns that the layout {layout} names: {columns}.",
        "Choose another layout, or correct this one.",
    ),
    "nothing_chosen": ProblemType(
        409, "Nothing that is still open was chosen.", "Reload the page, and tick what you mean."
    ),
    "read_missing": ProblemType(
        409, "There is no read to take as right.", "Raise a special read, or estimate it."
    ),
    "no_history": ProblemType(
        409,
        "There is no usage on record to estimate from.",
        "Raise a reread or a special read.",
    ),
    "nobody_served": ProblemType(
        409, "Nobody answers for the service there now.", "There is nobody to call."
    ),
    "no_letter_text": ProblemType(
        409,
        "The rules hold no text for this letter.",
        "Publish a notice_text of kind {kind} first.",
    ),
    "tested_already": ProblemType(
        409, "A test of that day is on record.", "Look at the tests of the assembly."
    ),
    "agreement_is": ProblemType(
        409,
        "An agreement that is {agreement_state} cannot be {step}.",
        "Reload the page to see where it stands.",
    ),
    "application_decided": ProblemType(
        409, "Application {application} was decided already.", "Reload the page to see what became of it."
    ),
    "service_not_ready": ProblemType(
        409,
        "Service point {service_point} is not in use, or has no meter.",
        "It takes a meter first; then start service.",
    ),
    "applied_already": ProblemType(
        409,
        "Somebody applied for service at {service_point} already: {application}.",
        "Look at that application; withdraw it first if its customer does not come.",
    ),
    "served_already": ProblemType(
        409,
        "Account {account} answers for {service_point} already.",
        "Choose another place, or the account of the customer who moves in.",
    ),
    "served_by_other": ProblemType(
        409,
        "Account {account} answers for {service_point}.",
        "Tick that its customer leaves that day, if that is so. Its debt stays with it.",
    ),
    "served_until": ProblemType(
        409,
        "The customer of account {account} stays there until {day}.",
        "Choose that day or a later one, or cancel the stop and ask for another day.",
    ),
    "successor_waits": ProblemType(
        409,
        "Account {account} is to move in there.",
        "Withdraw that application first.",
    ),
    "standing_exists": ProblemType(
        409, "Service there reverts to account {account} already.", "End that agreement first."
    ),
    "nothing_to_bill": ProblemType(
        409, "No final bill waits to be handed over.", "Whoever stops service comes on the list by itself."
    ),
    "enrolled_already": ProblemType(409, "The account is on that already.", "End it first, or leave it."),
    "enrollment_over": ProblemType(409, "It has ended already.", "Add it anew if it holds again."),
    "call_back_over": ProblemType(
        409, "Somebody called back already.", "Reload the page to read what came of it."
    ),
    "note_conflict": ProblemType(
        409,
        "Note {note} was kept under this id, with other words, kind or day.",
        "A new note has an id of its own.",
    ),
    "adjustment_conflict": ProblemType(
        409,
        "{adjustment} is on record with another account, kind or amount.",
        "Look at the recorded one; a new one has an id of its own.",
    ),
    "adjustment_decided": ProblemType(
        409, "{adjustment} was decided already.", "Reload the list to see who did."
    ),
    "no_credit": ProblemType(
        409, "There is not so much to the customer’s credit.", "Choose an amount up to the credit."
    ),
    "not_owed": ProblemType(409, "The account does not owe so much.", "Choose an amount up to what is owed."),
    "still_served": ProblemType(
        409,
        "The account’s service has not ended.",
        "A debt is written off when service has ended; before, it is collected.",
    ),
}
