"""English texts for people: states, outcomes, reasons, cases; `{…}` is filled from a case's detail."""

STATES = {
    "requested": "Requested",
    "held": "On hold",
    "approved": "Waiting for the dispatcher",
    "scheduled": "Scheduled",
    "assigned": "Assigned",
    "dispatched": "Sent to the tablet",
    "acknowledged": "Seen by the technician",
    "en_route": "Technician on the way",
    "on_site": "Technician on site",
    "started": "Work started",
    "suspended": "Work paused",
    "unable": "Visited, not done",
    "exception": "Done, waiting for review",
    "completed": "Done",
    "rejected": "Refused in review",
    "closed": "Closed",
    "cancelled": "Cancelled",
    "recalled": "Taken back",
    "superseded": "Replaced by a newer order",
}

OUTCOMES = {
    "completed": "Done",
    "completed_after_cancel": "Done after the order was cancelled",
    "wrongful_cut": "Cut although it should not have been",
    "wrong_premise": "Cut at the wrong premise",
    "collected": "Paid at the door, left on",
    "left_off": "Left off",
    "partial": "Old meter out, new meter not in",
    "confirmed": "First read confirmed",
    "corrected": "First read corrected",
    "no_tampering": "No tampering found",
    "tampering": "Tampering found",
    "differs": "The records differ from what was found",
    "backed_out": "Technician backed out",
}

COMPASS = {
    "north": "north",
    "northeast": "northeast",
    "east": "east",
    "southeast": "southeast",
    "south": "south",
    "southwest": "southwest",
    "west": "west",
    "northwest": "northwest",
}

UNABLE_REASONS = {
    "no_access": "No access",
    "locked_gate": "Gate locked",
    "dog": "Dog",
    "unsafe": "Unsafe",
    "meter_not_found": "Meter not found",
    "buried_or_flooded": "Buried or flooded",
    "wrong_meter": "Another meter is there",
    "valve_inoperable": "Valve does not work",
    "customer_refused": "Customer refused",
    "medical_claim": "Medical need claimed",
    "customer_absent": "Customer absent",
    "not_ready": "Not ready",
    "weather": "Weather",
    "time_expired": "Ran out of time",
    "proof_of_payment_shown": "Proof of payment shown",
}

FOLLOW_REASONS = {
    "pickup": "Found by a technician",
    "not_posted": "The notice was not posted at the door",
    "contingent": "Ready while it is not known whether the service was cut",
    "usage_while_off": "Usage while the service was off",
    "wrong_meter": "Another meter was found than the records say",
    "meter_not_found": "The meter was not found",
    "leak": "A leak is suspected",
    "meter_condition": "The meter is damaged or cannot be read",
    "meter_test_failed": "The meter failed its test",
    "held_for_test": "The removed meter is to be tested",
    "unmetered": "The service point has no meter",
    "paid": "Paid after the cut",
    "released": "The cut order was cancelled after the cut",
    "wrongful_cut": "Cut although it should not have been",
    "wrong_premise": "Cut at the wrong premise",
    "lock_check": "Check that the lock still holds",
    "lock_broken": "The service was found on",
    "meter_suspect": "The meter is suspect",
}

CASES: dict[str, tuple[str, str]] = {
    # --- who, where, with which rules
    "epoch_not_granted": (
        "Assignment not known",
        "{technician:person} reports under assignment {epoch} of this order, which the records do not have.",
    ),
    "not_assigned": (
        "Not the assigned technician",
        "{technician:person} was never assigned to this order but reported on it.",
    ),
    "skill_missing": ("Skill missing", "{technician:person} does not have: {skills:skills}."),
    "outside_geofence": (
        "Reported away from the premise",
        "The position was {metres:length} from the premise; the limit is {radius:length}.",
    ),
    "repriced": (
        "Tablet had older fees",
        "The tablet showed {believed:money}; {charged:money} was charged by the fees in force.",
    ),
    "second_visit": (
        "A second visit",
        "This order was done already; this visit is linked to the first report.",
    ),
    "second_visit_changed": (
        "A second visit changed something",
        "This order was done already, and the second visit also reports physical work.",
    ),
    "completed_after_cancel": (
        "Done after cancel",
        "The order was cancelled {cancelled_at:at} but the work was done; nothing was charged.",
    ),
    "done_before_cancel": (
        "Done before the cancel",
        "The work was done before the order was cancelled {cancelled_at:at}; it counts.",
    ),
    "finished_after_seen_cancel": (
        "Finished although the cancel was seen",
        "The tablet had received the cancel before the work was reported done.",
    ),
    # --- what the server could not carry out or match
    "unknown_order": ("Order not known", "There is no order {order}; what was reported is kept."),
    "event_conflict": (
        "Two events with one number",
        "The tablet sent a second report under an earlier one's number. Both are kept; the first one counts.",
    ),
    "evidence_changed": ("Photo changed", "{name} came a second time with other contents."),
    "consequence_refused": (
        "The records refuse what was reported",
        "{reason:message} Nothing of it was recorded but the report itself; correct the records and accept.",
    ),
    "receipt_conflict": (
        "Two receipts with one number",
        "Receipt {receipt} was already recorded with other contents. Its money waits for the decision.",
    ),
    "receipt_repeated": ("Receipt reported twice", "Receipt {receipt} is already in custody; once counts."),
    # --- what was answered
    "answers_unusable": ("Answers missing or unusable", "Missing or unusable: {fields:names}."),
    "answers_unknown": ("Unknown answers", "The form does not know: {fields:names}. They are kept."),
    "outcome_unknown": ("Unknown outcome", "The outcome “{outcome}” is not one of this type's."),
    "outcome_contradicted": (
        "Outcome contradicts an answer",
        "The outcome “{outcome:outcome}” contradicts the answer to “{question}”. Ask the technician.",
    ),
    "photo_missing": ("Photo not taken", "Not taken: {fields:names}."),
    "evidence_pending": ("Photo not here yet", "Still on the tablet: {fields:names}."),
    # --- meters and reads
    "serial_mismatch": (
        "Another meter",
        "The meter seen is {seen}; the records say {installed}. {seen} is on record at: {elsewhere}.",
    ),
    "no_meter_on_record": ("No meter on record", "The records know no meter at this service point."),
    "read_missing": ("No read", "No usable read was reported."),
    "read_too_many_digits": (
        "Read has too many digits",
        "{value} cannot be shown by a register of {dials} dials.",
    ),
    "read_high": ("High read", "Usage of {usage} is above the expected {low} to {high}."),
    "read_low": ("Low read", "Usage of {usage} is below the expected {low} to {high}."),
    "remote_silent": (
        "Remote command without an answer",
        "Meter {serial} was sent a command and did not answer. It may have carried it out: look before "
        "somebody drives.",
    ),
    "register_doubted": (
        "Register read looks wrong",
        "Register {register} of meter {serial} shows {value}: {finding:finding}.",
    ),
    "register_unread": (
        "Register not read",
        "Meter {serial} has registers without a read: {registers:list}.",
    ),
    "read_below_previous": (
        "Read below the previous one",
        "{value} is below {previous}; likely {likely:likely}. It will not be billed before review.",
    ),
    "new_meter_unknown": ("New meter unknown", "No meter {serial} is on record."),
    "new_meter_elsewhere": ("New meter is elsewhere", "Meter {serial} is on record at {where:message}."),
    "new_meter_not_on_van": ("New meter not on this van", "Meter {serial} is {where:message}."),
    "new_meter_wrong_service": ("New meter for another service", "Meter {serial} does not fit this service."),
    "new_meter_wrong_size": (
        "New meter of another size",
        "Meter {serial} is {size}; the service point {wanted}.",
    ),
    "new_meter_dials": ("Dials differ", "Meter {serial} has {dials} dials on record, not {seen}."),
    "same_serial": ("Same serial twice", "Old and new meter carry the same serial {serial}."),
    "old_meter_missing": (
        "Old meter not there",
        "No meter was in place; the records say {installed}.",
    ),
    "old_not_out": (
        "Old meter still on record",
        "The old meter's removal is not complete; new meter {serial} waits for it.",
    ),
    "new_meter_unread": ("New meter not identified", "A new meter is in, but its serial or read is missing."),
    "unmetered": ("Service without a meter", "The old meter is out and no new one is in; estimate from now."),
    "ami_registration": (
        "Register the endpoint",
        "Endpoint {endpoint} of meter {serial} is to be registered.",
    ),
    "test_incomplete": ("Test not complete", "{reason:message}"),
    "no_test_profile": ("No test profile", "No test profile is in force for {service} {size}."),
    "calibration_expired": (
        "Standard out of calibration",
        "The standard was calibrated on {calibrated_on:day}; {days} days are allowed.",
    ),
    # --- service on and off
    "already_on": ("Was already on", "The records say the service was on before this visit."),
    "already_off": ("Was already off", "The records say the service was off before this visit."),
    "left_running": (
        "Left on with nobody home",
        "The dial was moving and nobody was home, but it was left on.",
    ),
    "left_on_after_turn_off": ("Left on", "The service was to be turned off but was left on."),
    "off_although_left_on": ("Turned off", "The service was to be left on but was turned off."),
    "successor_same_day": (
        "Next customer the same day",
        "Order {order} turns the service on for the next customer; this read serves both.",
    ),
    "fees_unpaid": ("Fees not paid", "The fees that open this order were not paid."),
    "final_credit": (
        "Credit to refund",
        "After the deposit, about {cents:money} is left for the customer once the final bill is in.",
    ),
    # --- cuts
    "wrongful_cut": ("Wrongful cut", "{reasons:messages}"),
    "cut_after_seen_cancel": (
        "Cut although the cancel was seen",
        "The tablet had received the cancel before the service was cut. A supervisor must decide.",
    ),
    "cut_authority_expired": ("Cut after the authority had ended", "{rule:message} {told:message}"),
    "cut_past_latest_hour": ("Cut after the latest hour", "{rule:message} {told:message}"),
    "cut_on_forbidden_day": ("Cut on a day without cuts", "{rule:message} {told:message}"),
    "cut_although_recalled": (
        "Cut although taken back by telephone",
        "{who:person} gave a recall code {at:at}; the service was cut {cut_at:at}. {entered:message} "
        "{told:message}",
    ),
    # --- codes by telephone
    "code_unknown": (
        "Code that the office did not give",
        "{technician:person} entered a code that was given to nobody. It allows no cut; ask whose it is.",
    ),
    "code_repeated": (
        "Code entered twice",
        "{technician:person} entered a {kind:code_kind} that was entered before, {used:at}. It counts once.",
    ),
    "code_misplaced": (
        "Code for another assignment",
        "{technician:person} entered a code that was given for another assignment, of order {order}. It does "
        "not count here.",
    ),
    "code_untimely": (
        "Code entered at the wrong time",
        "{technician:person} entered a {kind:code_kind} that does not count: {why:message}",
    ),
    "proof_shown_but_cut": ("Proof of payment shown, but cut", "The customer showed proof of payment."),
    "left_on_underpaid": (
        "Left on, not enough paid",
        "{paid:money} was paid; {needed:money} avoids the cut.",
    ),
    "partial_payment": (
        "Partial payment",
        "{paid:money} of {needed:money} was paid; the floor is {floor:money}.",
    ),
    "proof_to_confirm": (
        "Proof of payment to confirm",
        "The customer showed proof; {paid:money} of {needed:money} is here.",
    ),
    "medical_certificate": ("Medical certificate", "A medical need was claimed; ask for the certificate."),
    # --- bills
    "bill_by_hand": ("Correct the bill by hand", "{reason:message}"),
    "reread_unclear": ("Reread unclear", "Neither the first read nor the reread fits the history."),
    "confirmed_high_read": ("High read confirmed", "The reread confirms a high read; offer a meter test."),
    "slow_meter": ("Slow meter", "The meter counted {percent} %; by policy the customer is not billed."),
    "leak_adjustment": ("Leak adjustment", "{cents:money} is proposed for {units} units above the usual."),
    "tamper_approval": ("Tampering to approve", "{kind:tampering} found; approve the charges."),
    # --- repairs and records
    "repair_needed": ("Repair needed", "{reason:message}."),
    "record_differs": ("Records differ", "{differences:messages}"),
    "crossed_meters": ("Crossed meters", "Meter {seen} belongs to {elsewhere}."),
    "unsafe_site": ("Unsafe site", "The technician reports the site as unsafe."),
    "refused": ("Customer refused", "The customer refused the work."),
    # --- money at the door
    "receipt_chain_broken": ("Receipt chain broken", "Receipt {receipt} does not follow the one before."),
    "receipt_of_another": (
        "Receipt number of another tablet",
        "Receipt {receipt} lies in the block of tablet {device} ({technician:person}). The money counts; "
        "find out which slip the customer holds.",
    ),
    "receipt_not_granted": (
        "Receipt number never granted",
        "Receipt {receipt} lies in no block that was granted. The money counts; find out which slip the "
        "customer holds.",
    ),
    "receipt_number_odd": ("Receipt number not usable", "“{receipt}” is not a receipt number."),
    "method_not_allowed": ("Payment not allowed", "{method:method} is not taken at the door here."),
    "check_while_banned": ("Check from a banned account", "Checks of account {account} are refused."),
    "receipt_large": (
        "Receipt above the limit of the field",
        "Receipt {receipt} says {cents:money}; above {limit:money} a second person looks.",
    ),
    "receipt_other_account": (
        "Receipt for another account",
        "The receipt names account {account}; the order belongs to {expected}. The money is in suspense; "
        "accepting moves it to the account named, or to the order's when there is none of that number.",
    ),
    "receipt_void": ("Receipt voided", "Receipt {receipt} was voided: {reason}"),
    "payment_taken_back": (
        "A payment was taken back",
        "Account {account} is past due again. Orders under way that it had paid for: {orders:list}. "
        "A new cut needs new notices.",
    ),
    "payment_after_the_fact": (
        "Paid before the cut",
        "A payment of {at:at} became known after the cut was posted.",
    ),
}
"""Case code → (title, sentence)."""

ACKS = {
    "posted": "Posted.",
    "told": "Posted. The office sees: {cases:cases}.",
    "noted": "Noted.",
    "review": "Received. The office looks at: {cases:cases}.",
    "linked": "Received. Someone had already done this order; your visit is linked to it.",
    "unable": "Noted: {reason:unable}. The dispatcher decides what is next.",
    "held": "Noted: {reason:unable}. Nobody is sent until it is decided.",
    "payment": "Receipt {receipt} is in your custody.",
    "quarantined": "Kept aside, the office looks at it: {reason:message}",
    "decided": "Decided by the office: {decision:message}",
    "code": "The office has the {kind:code_kind}; it is spent.",
    "pickup_waits": "Received. The office decides whether it becomes an order.",
    "pickup_yours": "Order {order} is raised, and is yours.",
    "pickup_raised": "Approved by the office: order {order}.",
    "pickup_refused": "The office raises no order: {reason:message}",
}
"""Acknowledgement key → what the technician reads."""

CHOICES = {"finish": "finish the work", "back_out": "back out", "later": "decide later"}

CODE_KINDS = {"recall": "recall code", "release": "release code"}

TAMPERING = {
    "none": "None found",
    "turned_on": "Turned on without order",
    "broken_lock": "Lock broken",
    "jumper": "Jumper",
    "bypass": "Bypass pipe",
    "reversed": "Meter reversed",
}
LIKELY = {
    "estimate": "an estimate that was too high",
    "misread": "a misread",
    "swapped": "another meter",
}
METHODS = {"cash": "Cash", "check": "Check", "card_slip": "A card slip", "void": "A voided receipt"}
CHANNELS = {
    "counter": "counter",
    "mail": "mail",
    "web": "web",
    "phone": "phone",
    "bank": "bank",
    "import": "import",
}
NOTICES = {
    "past_due": "past due",
    "second_past_due": "second past due",
    "final": "final",
    "door_tag": "door tag",
    "closing_bill": "closing balance",
    "final_reminder": "reminder after closing",
    "pre_collection": "before collection",
}
HOLDS = {
    "medical": "medical",
    "arrangement": "payment arrangement",
    "dispute": "dispute",
    "bankruptcy": "bankruptcy",
    "pledge": "pledge",
    "moratorium": "moratorium",
}
WEEKDAYS = {
    "0": "Monday",
    "1": "Tuesday",
    "2": "Wednesday",
    "3": "Thursday",
    "4": "Friday",
    "5": "Saturday",
    "6": "Sunday",
}
SERVICE_STATES = {
    "on": "on",
    "off": "off",
    "off_np": "off for non-payment",
    "unmetered": "without a meter",
    "inactive": "not in use",
}
REPORTED = {
    "arrived_at": "Arrived",
    "started_at": "Started",
    "finished_at": "Finished",
    "serial_seen": "Serial number seen",
    "read": "Read",
    "left": "Service left",
    "seal": "Seal number",
    "lock": "Lock number",
    "remarks": "Remarks",
    "reason": "Reason",
    "cut_reason": "Why it was cut despite a warning",
    "as_found": "as found",
    "as_left": "as left",
    "flow_volumes": "meter {meter}, standard {standard}",
    "receipt_number": "Receipt",
    "receipt_amount_cents": "Amount",
    "receipt_method": "Paid by",
    "receipt_check_number": "Check number",
    "receipt_account": "Account",
    "receipt_taken_at": "Taken",
}
"""What an event records beside the answers of its form."""
