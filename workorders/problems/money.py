"""Refusals about money: payments, adjustments, drawers, turn-ins, deposits, exports."""

from workorders.problems.problem_type import ProblemType

ROWS: dict[str, ProblemType] = {
    "settlement_conflict": ProblemType(
        409,
        "The batch {batch} is on record with other figures.",
        "Compare it with the settlement there is; a batch is taken in once.",
    ),
    "not_awaited": ProblemType(
        409,
        "Payment {payment} does not wait for its processor.",
        "It was settled or taken back already, or its money did not come by web, telephone or card.",
    ),
    # --- money
    "entry_unbalanced": ProblemType(
        500, "Entry {entry} does not balance: {cents} cents.", "Nothing was posted; report this."
    ),
    "payment_conflict": ProblemType(
        409,
        "Payment {payment} was already recorded with another account, amount or channel.",
        "Look at the recorded one; give a new payment its own id.",
    ),
    "bill_conflict": ProblemType(
        409,
        "Bill {reference} is on record with another account, class, day or amount.",
        "Look at the recorded one; a corrected bill has a number of its own.",
    ),
    "nothing_due": ProblemType(
        409,
        "Nobody is due a notice that day.",
        "The page says why for each account past due.",
    ),
    "no_cycle_rule": ProblemType(
        409,
        "No rule says how the billing cycles of {year} run.",
        "Publish the rule “Billing cycles” first.",
    ),
    "step_done": ProblemType(
        409, "That step is done already.", "Reload the page to see who did it; its day stays."
    ),
    "already_mailed": ProblemType(
        409, "The batch is marked as mailed already.", "Reload the page to see who did."
    ),
    "notice_not_sent": ProblemType(
        409, "That cannot be done to this notice any more.", "Reload the page to see what was done."
    ),
    "tag_settled": ProblemType(
        409,
        "That notice does not wait to be decided any more.",
        "Reload the page; the notice says what became of it.",
    ),
    "mail_noted": ProblemType(
        409, "That mail is noted as returned already.", "Look at the list of returned mail."
    ),
    "mail_resolved": ProblemType(
        409, "That mail is followed up already.", "Reload the page to see who did and how."
    ),
    "late_fee_here": ProblemType(
        409, "No late fee waits for billing.", "The page says which rule is in force."
    ),
    "not_placeable": ProblemType(
        409, "The debt of account {account} is not handed over: {why}", "The page says why for each account."
    ),
    "no_lien_due": ProblemType(
        409, "No lien may be recorded for account {account}: {why}", "The rule “Liens” says when one may be."
    ),
    "lien_conflict": ProblemType(
        409, "Lien {reference} is on record already.", "Look at the one there is; each has its own number."
    ),
    "hold_ended": ProblemType(
        409, "The hold has ended already.", "Add a new one if the account needs protection."
    ),
    "payment_decided": ProblemType(
        409, "Payment {payment} was already {state}.", "Reload the list to see who decided."
    ),
    "second_person_needed": ProblemType(
        403,
        "{what} {key} was recorded by you; its amount needs a second person.",
        "Ask a colleague whose role may do this.",
    ),
    "payment_taken_back": ProblemType(
        409, "{payment} was taken back already.", "Look at the account's payments."
    ),
    "reversal_conflict": ProblemType(
        409,
        "{reversal} already names another payment or reason.",
        "Look at the recorded one; give a new one its own id.",
    ),
    "void_too_late": ProblemType(
        409,
        "{payment} was not recorded today, so it cannot be voided.",
        "If the bank gave it back, record it as returned.",
    ),
    # --- the cash office
    "cash_closed": ProblemType(
        409, "{key} is closed, or further on.", "Reload it to see what happened; what is closed stays so."
    ),
    "counted_by_two": ProblemType(
        403, "Two other people count {key}.", "They count and sign; ask one of them."
    ),
    "counts_differ": ProblemType(
        409,
        "{key} has no two counts that agree.",
        "Both count again. What it should be is shown when they agree.",
    ),
    "signs_who_counted": ProblemType(
        403, "Only the two people who counted {key} sign for it.", "Ask one of them."
    ),
    "other_person_needed": ProblemType(
        403, "{key} needs a second person: the other half was done by you.", "Ask a colleague."
    ),
    "numbers_unexplained": ProblemType(
        409,
        "Receipt numbers without a receipt: {numbers}.",
        "Say why each is missing on the page “Receipt numbers”, then sign.",
    ),
    "number_explained": ProblemType(
        409, "{number} was explained already.", "Reload the page to read by whom."
    ),
    "receipt_not_held": ProblemType(
        409,
        "Receipt {receipt} is not in the custody of {technician}.",
        "Reload the list: it was handed in, taken back, or is somebody else’s.",
    ),
    "drawer_exists": ProblemType(
        409,
        "You opened drawer {key} today already.",
        "There is one for each person, office and day; count it before you open one at another office.",
    ),
    "drawer_taken_over": ProblemType(
        409,
        "A supervisor took {key} over; nothing goes in or out of it any more.",
        "Somebody other than its owner counts it, and a second person closes it.",
    ),
    "supervisor_closes": ProblemType(
        403,
        "{key} was taken over: a supervisor either counts or closes it.",
        "Ask a supervisor to close it.",
    ),
    "turn_in_signed": ProblemType(
        403,
        "{key} is signed by one: only a supervisor who did not count it gives it up now.",
        "The other person who counted signs, or ask a supervisor.",
    ),
    "no_vault": ProblemType(409, "{office} has no vault.", "An administrator says which offices have one."),
    "vault_lacks": ProblemType(
        409, "The vault of {office} does not hold {amount}.", "Bring change from the bank first."
    ),
    "vault_counting": ProblemType(
        409,
        "The vault of {office} is being counted.",
        "Nothing goes in or out until its count is closed.",
    ),
    "petty_custodian": ProblemType(
        403,
        "Only its custodian pays out of the petty cash of {office} and asks for cash for it.",
        "Ask the custodian, or have a supervisor name another.",
    ),
    "petty_counting": ProblemType(
        409,
        "The petty cash of {office} is being counted.",
        "Nothing goes in or out until its count is closed.",
    ),
    "petty_lacks": ProblemType(
        409,
        "The petty cash of {office} does not hold {amount}.",
        "Have it filled up first.",
    ),
    "petty_full": ProblemType(
        409,
        "The petty cash of {office} needs nothing this way.",
        "It is filled up to its float, and gives back what lies above it.",
    ),
    "petty_asked": ProblemType(
        409,
        "Cash for it is asked for already, with {key}.",
        "Somebody else hands it over or refuses it first.",
    ),
    "petty_changed": ProblemType(
        409,
        "The box needs less by now than {key} asks for.",
        "Refuse it; its custodian asks again.",
    ),
    "petty_drawer": ProblemType(
        409,
        "It goes through your own open drawer at this office, which must hold {amount} to give it.",
        "Open a drawer there, or have the cash come another way.",
    ),
    "petty_filled": ProblemType(
        409,
        "Voucher {key} was filled up, or is to be, with {transfer}.",
        "Cash that comes back goes into a drawer as cash put in; accounting corrects the expense.",
    ),
    "float_from_vault": ProblemType(
        409,
        "Starting cash at {office} comes out of its vault.",
        "Ask for it; the drawer opens when somebody else hands it to you.",
    ),
    "drawer_waits": ProblemType(
        409,
        "Payments in {key} wait for approval: {count}.",
        "A second person approves or refuses them on the page “Payments”; then count.",
    ),
    "batch_open": ProblemType(
        409,
        "Payments out of it are being keyed in batch {key}.",
        "Close the batch first; then what lies there is what the records say.",
    ),
    "already_deposited": ProblemType(
        409, "{key} was deposited already, with {deposit}.", "Reload the list of what can be deposited."
    ),
    "bank_line_decided": ProblemType(
        409,
        "Line {line} of the bank’s statement was decided already.",
        "Reload the list of what waits.",
    ),
    "custody_short": ProblemType(
        409,
        "The books have less in the custody of {technician} than the receipts say.",
        "Nothing was posted. Run “curbstop verify-ledger” and report what it names.",
    ),
    "export_differs": ProblemType(
        409,
        "Batch {number} of {kind} no longer reads as it was given out.",
        "Somebody changed the records past their guards: run “curbstop verify-ledger”.",
    ),
    "check_refused": ProblemType(
        409,
        "Checks of account {account} are refused after returned ones.",
        "Ask for cash, a money order or a card.",
    ),
    "batch_closed": ProblemType(409, "Batch {key} is closed.", "Open another batch."),
    "batch_differs": ProblemType(
        409,
        "Batch {key} has {count} items of {wanted}, and is {difference} away from its sum.",
        "Key what is missing, void what was keyed wrongly, or say why it differs.",
    ),
    "money_counted": ProblemType(
        409,
        "{payment} is part of what was counted in {key}.",
        "Once it is deposited and the bank gives it back, record it as returned.",
    ),
    "tablet_not_revoked": ProblemType(
        409, "Tablet {device} is not revoked.", "Revoke it on the page “Tablets” first."
    ),
    "receipt_conflict": ProblemType(
        409, "Receipt {receipt} was already recorded with other contents.", "Both are kept for review."
    ),
    "database_unavailable": ProblemType(
        503, "The database does not answer just now. Nothing was saved.", "Try again in a minute."
    ),
    "postgis_missing": ProblemType(
        503,
        "The database {database} has no PostGIS yet, and {user} may not or cannot add it.",
        "With PostGIS installed on that server, its superuser types: "
        'psql -d {database} -c "CREATE EXTENSION postgis"  Then run “curbstop migrate” again.',
    ),
}
