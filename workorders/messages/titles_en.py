"""English titles of codes that stand in tables and lists of the office's pages, by group."""

from collections.abc import Mapping

from workorders.messages.rule_titles_en import (
    FEE_TRIGGERS,
    RULE_CODES,
    RULE_FIELDS,
    RULE_KINDS,
    RULE_SETTINGS,
)

ROLES = {
    "csr": "Customer service",
    "dispatcher": "Dispatcher",
    "cashier": "Cashier",
    "storekeeper": "Storekeeper",
    "supervisor": "Supervisor",
    "admin": "Administrator",
}

SCHEDULE_EVERY = {"daily": "Every day", "weekly": "Every week", "monthly": "Every month"}
SCHEDULE_PERIODS = {
    "previous": "The day, week or month before",
    "page": "The days that its page begins with",
}
FILE_FORMS = {"csv": "CSV", "xlsx": "Spreadsheet (XLSX)", "pdf": "PDF"}
IMPORT_KINDS = {
    "premises": "Premises and service points",
    "accounts": "Accounts",
    "technicians": "Technicians",
    "shifts": "Shifts",
    "meters": "Meters",
    "reads": "Reads",
    "orders": "Orders",
    "bills": "Bills",
    "payments": "Payments",
    "settlements": "Settlements of processors",
    "bank-statement": "Bank statement",
    "notices": "Notices",
    "forecast": "Temperature forecast",
}
IMPORT_WAYS = {"page": "By the page", "command": "By the command", "folder": "By the watched folder"}
IMPORT_STATES = {"written": "Imported", "refused": "Refused", "undoing": "Undone", "undone": "Undone"}
RECORDS = {
    "account": "Accounts",
    "account_note": "Notes on accounts",
    "adjustment": "Adjustments",
    "agreement_event": "Events of agreements",
    "application": "Applications",
    "backflow_device": "Backflow assemblies",
    "bill": "Bills",
    "counter_receipt": "Receipts of the counter",
    "customer": "Customers",
    "enrollment": "Programs",
    "export_batch": "Export batches",
    "hold": "Protections",
    "installation": "Installations",
    "journal_entry": "Opening balances, reversed",
    "meter": "Meters",
    "meter_test": "Meter tests",
    "notice": "Notices",
    "payment": "Payments",
    "payment_reversal": "Payments taken back",
    "pending_payment": "Payments to be approved",
    "posting": "Postings",
    "premise": "Premises",
    "read": "Reads",
    "receipt": "Receipts of the field",
    "record_change": "Corrections",
    "service_agreement": "Service agreements",
    "service_point": "Service points",
    "service_point_event": "States of services",
    "standing_agreement": "Standing agreements",
    "work_order": "Orders",
}
"""Tables, where a page says what undoing an import takes away and what was built on it."""
DELIVERY_STATES = {
    "waiting": "Waits",
    "delivered": "Arrived",
    "given_up": "Given up",
    "dropped": "Not sent",
}
DELIVERY_FAILURES = {
    "answered": "The receiver answered with an error.",
    "no_answer": "Nobody answered at the address.",
    "timed_out": "The answer took longer than ten seconds.",
    "name_unknown": "The name of the host is not known.",
    "address_refused": "The name stands for an address that webhooks may not reach.",
    "not_trusted": "The receiver’s certificate is not trusted.",
    "secret_lost": "The secret can’t be read any more: end this webhook and add it anew.",
    "not_readable": "The record could not be read. The log says why.",
}
"""Why a delivery failed (workorders.policy.webhooks)."""
LETTER_STATES = {
    "waiting": "Waits",
    "ready": "Waits",
    "written": "Written",
    "set_aside": "Set aside",
}
SCOPES = {
    "orders:read": "Read orders",
    "orders:write": "Raise, assign, take back and cancel orders",
    "accounts:read": "Read accounts, agreements and final bills, search",
    "agreements:write": "Start and stop service",
    "notes:write": "Keep notes and say what came of call-backs",
    "adjustments:write": "Ask for adjustments, within the limit of customer service",
    "bills:write": "Take bills in",
    "payments:read": "Read payments",
    "payments:write": "Record payments and take them back",
    "reports:read": "Read reports",
    "exceptions:read": "Read cases",
}
"""What a program's token may do."""

SERVICES = {
    "water": "Water",
    "electric": "Electric",
    "gas": "Gas",
    "sewer": "Sewer",
    "wastewater": "Wastewater",
    "fibre": "Fiber",
    "irrigation": "Irrigation",
}

SERVICE_STATES = {
    "on": "On",
    "off": "Off",
    "off_np": "Off for non-payment",
    "unmetered": "No meter",
    "inactive": "Not in use",
}

RATE_CLASSES = {
    "residential": "Residential account",
    "commercial": "Commercial account",
    "industrial": "Industrial account",
    "irrigation": "Irrigation account",
    "municipal": "Municipal account",
}

ACCOUNT_STATES = {"active": "Active", "closed": "Closed", "inactive": "Inactive", "final": "Final-billed"}

AGREEMENT_STATES = {
    "applied": "Applied for",
    "approved": "Approved",
    "active": "Active",
    "stopping": "Stopping",
    "stopped": "Stopped",
    "final_billed": "Final-billed",
    "closed": "Closed",
    "withdrawn": "Withdrawn",
}

STEPS = {
    "approved": "approved",
    "reopened": "reopened",
    "started": "started",
    "withdrawn": "withdrawn",
    "stop_asked": "stopped",
    "stop_cancelled": "kept going",
    "stopped": "ended",
    "final_billed": "final-billed",
    "closed": "closed",
    "ordered": "given an order",
    "extended": "extended",
}
"""What was tried with an agreement, as the end of “cannot be …”."""

PROGRAMS = {
    "tax_exempt": "Tax-exempt",
    "discount": "Discount program",
    "budget_plan": "Budget plan",
    "autopay": "Autopay",
    "green_power": "Green power",
    "deceased": "Deceased",
    "creditor_claim": "Creditor’s claim filed",
    "visit_notices": "Email when a technician is on the way",
    "medical": "Medical need",
    "bankruptcy": "Bankruptcy",
    "pledge": "Assistance pledge",
}

NOTE_KINDS = {
    "note": "Note",
    "call_in": "Customer called",
    "call_out": "We called",
    "email": "Email",
    "letter": "Letter",
    "visit": "Visit at the counter",
}

ADJUSTMENTS = {
    "credit": "Credit",
    "debit": "Charge",
    "transfer": "Transfer to another account",
    "write_off": "Write-off",
    "refund": "Refund of a credit",
    "refund_paid": "Refund paid out",
}

ADJUSTMENT_STATES = {"pending": "Waits for approval", "posted": "Posted", "refused": "Refused"}

LOOPS = {
    "publish": "Publish",
    "ingest": "Ingest",
    "evidence": "Evidence",
    "release": "Release",
    "rules": "Rules",
    "planning": "Planning",
    "mail": "Outgoing mail",
    "remote": "Remote switches",
    "webhooks": "Webhooks",
    "incoming": "Incoming files",
    "previews": "Previews of rules",
    "upkeep": "Upkeep",
    "prepare": "Preparation",
}
"""The worker's loops (docs/pipeline.md)."""

CHANGED = {
    "name": "Name",
    "phone": "Phone",
    "email": "Email",
    "language": "Language of letters",
    "mailing_address": "Mailing address",
    "access_note": "Access note",
    "hazard": "Hazard",
    "dog": "Dog",
    "medical": "Medical need",
    "serial": "Serial number",
    "make": "Make",
    "size": "Size",
    "dials": "Dials",
    "registers": "Registers",
}
"""What of a customer, premise or meter was changed."""

ACTIONS = {
    "start": "Start service",
    "move": "Move to another address",
    "stop": "Stop service",
    "refund": "Refund the credit",
    "arrangement": "Arrange payments",
}

CREDIT_CLASSES = {"unknown": "Credit not known", "good": "Good credit", "poor": "Poor credit"}

STARTS = {
    "visit": "A technician is sent.",
    "with_stop": "The visit for the final read of the customer there serves both.",
    "read": "A read on record serves; nobody drives there.",
    "no_visit": "It begins on its day; nobody drives there.",
}
"""What starting service takes at a service point."""

CHANNELS = {
    "counter": "Counter",
    "mail": "Mail",
    "web": "Online",
    "phone": "Phone",
    "bank": "Bank",
    "drop_box": "Drop box",
    "kiosk": "Kiosk",
}

TENDERS = {"cash": "Cash", "check": "Check", "money_order": "Money order", "card": "Card"}

BATCH_STATES = {"open": "Open", "closed": "Closed"}

METHODS = {"cash": "Cash", "check": "Check", "card_slip": "Card slip"}

BILL_CLASSES = {
    "water": "Water",
    "wastewater": "Wastewater",
    "electric": "Electric",
    "fibre": "Fiber",
    "fees": "Fees",
}

TURN_IN_STATES = {
    "open": "Being counted",
    "counted": "To be signed",
    "signed": "Signed",
    "cancelled": "Given up",
}

BANK_LINES = {"deposit": "Deposit", "correction": "Deposit correction", "returned": "Returned item"}

BANK_LINE_STATES = {
    "open": "Open",
    "to_correct": "To be corrected",
    "matched": "Matched",
    "corrected": "Corrected",
    "returned": "Returned",
    "set_aside": "Set aside",
}

VAULT_TRANSFERS = {
    "from_bank": "Change from the bank",
    "float": "Starting cash of a drawer",
    "float_back": "Starting cash that came back",
    "from_bag": "Counted cash",
    "to_bank": "Cash for the bank",
}
VAULT_MOVES = {
    **VAULT_TRANSFERS,
    "to_petty": "Into petty cash",
    "from_petty": "Out of petty cash",
    "counted": "Over or short",
}
PETTY_TRANSFERS = {
    "from_drawer": "Out of a drawer",
    "from_bag": "Out of counted cash",
    "from_vault": "Out of the vault",
    "from_bank": "From the bank",
    "to_drawer": "Into a drawer",
    "to_vault": "Into the vault",
}
PETTY_STATES = {
    "asked": "Waits for a second person",
    "paid": "Paid",
    "filled": "Paid and filled up",
    "refused": "Refused",
    "returned": "Returned",
}
VAULT_STATES = {"asked": "Asked for", "done": "Handed over", "refused": "Not handed over"}
POINTS = {"kiosk": "Kiosk", "drop_box": "Drop box"}
DRAWER_STATES = {"open": "Open", "counted": "To be closed", "closed": "Closed"}

NUMBER_STATES = {"used": "Used", "void": "Void", "missing": "Missing", "explained": "Missing, explained"}

HOLDS = {
    "medical": "Medical hold",
    "arrangement": "Payment arrangement",
    "dispute": "Dispute hold",
    "bankruptcy": "Bankruptcy hold",
    "pledge": "Pledge hold",
    "moratorium": "Moratorium",
}

HOLD_EVENTS = {"added": "added", "extended": "extended", "lifted": "lifted"}

NOTICES = {
    "past_due": "Past due",
    "second_past_due": "Second past due",
    "final": "Final notice",
    "door_tag": "Door tag",
    "closing_bill": "Closing balance",
    "final_reminder": "Reminder after closing",
    "pre_collection": "Before collection",
}
RETURN_REASONS = {
    "moved": "Moved",
    "unknown": "Not known at this address",
    "vacant": "Vacant",
    "refused": "Refused",
    "insufficient": "Address incomplete",
    "other": "Another reason",
}
RESOLUTIONS = {
    "new_address": "New address",
    "reached": "Customer reached",
    "address_right": "The address is right",
    "door": "Posted at the door",
}
AGENCY_EVENTS = {"placed": "Handed over", "changed": "Amount changed", "recalled": "Called back"}

NOTICE_STATES = {
    "printed": "Printed, not mailed",
    "sent": "Sent",
    "returned": "Mail came back",
    "dropped": "Dropped",
}
NOTICE_DELIVERIES = {"mail": "By mail", "office": "Handed over at the office", "email": "By email"}

CYCLE_STEPS = {
    "past_due": "First notice",
    "second_past_due": "Second notice",
    "late_fee": "Late fee",
    "final": "Final notice",
    "door_tag": "Door tag",
    "cut": "Cut",
}

BACKFLOW = {
    "rp": "Reduced pressure (RP)",
    "dc": "Double check (DC)",
    "pvb": "Pressure vacuum breaker (PVB)",
    "svb": "Spill-resistant vacuum breaker (SVB)",
    "avb": "Atmospheric vacuum breaker (AVB)",
    "air_gap": "Air gap",
}

READS = {
    "start": "Start read",
    "actual": "Actual",
    "estimated": "Estimated",
    "special": "Special",
    "final": "Final read",
}

READ_FLAGS = {
    "high": "high",
    "low": "low",
    "wrap": "rolled over",
    "no_previous": "the first of its meter",
    "below_estimate": "below an estimate",
    "below_misread": "below the previous read",
    "below_swapped": "below the previous read, as of another meter",
    "too_many_digits": "more digits than it has dials",
    "corrected": "corrected",
    "accepted": "taken as right",
    "estimated_by_season": "by the same season a year ago",
    "estimated_by_average": "by the average of the last year",
    "estimated_elsewhere": "estimated by the read system",
    "not_billable": "not billable",
    "serves_scheduled_read": "serves the scheduled read",
    "serves_successor": "serves the next customer",
    "usage_while_off": "usage while off",
}

PACK_HELD = {
    "rule": "By a rule",
    "text": "By a text",
    "report": "By a report",
    "part": "In part",
    "no": "Not held",
}

PICKUPS = {
    "tampering": "Found tampering",
    "leak": "Found leak",
    "wrong_meter": "Wrong meter",
    "request": "New request",
}

PICKUP_STATES = {"waiting": "Waits", "raised": "Order raised", "refused": "Refused"}

READ_FINDINGS = {
    "high": "High",
    "low": "Low",
    "zero": "No usage",
    "use_while_off": "Usage while off",
    "stopped": "Stopped",
    "reversed": "Below the previous read",
    "missing": "Missing",
}

FINDING_STATES = {
    "open": "Open",
    "accepted": "Taken as right",
    "ordered": "Order raised",
    "estimated": "Estimated",
    "read_came": "Read came",
}

READ_SOURCES = {"ami": "AMI network", "handheld": "Handheld"}

DAY_FORMS = {"ymd": "Year, month, day", "mdy": "Month, day, year", "dmy": "Day, month, year"}

LAYOUT_COLUMNS = {
    "serial": "Serial number of the meter",
    "endpoint": "AMI endpoint",
    "read_on": "Day of the read",
    "read_at": "Time of the read",
    "value": "What the dials show",
    "skip": "Skip code",
    "estimated": "Estimated (yes or no)",
    "route": "Reading route",
    "sequence": "Sequence on the route",
}

CALL_OUTCOMES = {
    "reached": "Reached",
    "message_left": "Message left",
    "no_answer": "No answer",
    "wrong_number": "Wrong number",
}

SERVICE_LETTERS = {"access": "Access to the meter", "backflow_test": "Backflow test"}

METER_STATES = {
    "in_stock": "In stock",
    "in_van": "On a van",
    "installed": "Installed",
    "held": "Held for test",
    "retired": "Retired",
}

ROOMS = {
    "in_stock": "Warehouse",
    "in_van": "Van",
    "installed": "Service point",
    "held": "Test bench",
    "retired": "Retired",
}

METER_MOVES = {
    "received": "Received",
    "transferred": "Moved",
    "corrected": "Record corrected",
    "counted": "Follows a count",
    "installed": "Installed",
    "removed": "Removed",
}

COUNT_STATES = {"counting": "Being counted", "explaining": "Differences to explain", "closed": "Closed"}

STOCK_DIFFERENCES = {
    "missing": "not seen",
    "unexpected": "seen, but on record elsewhere",
    "unknown": "not on any record",
}

STOCK_ANSWERS = {
    "kept": "The records stay as they are",
    "moved": "It is here: the record follows",
    "lost": "It is lost: retire it",
}

REGISTER_COUNTS = {
    "adds": "comes on top of the main register",
    "part": "a part of the main register",
    "returned": "given back by the customer",
}

REMOTE_KINDS = {"connect": "Connect", "disconnect": "Disconnect", "read": "Read"}

REMOTE_STATES = {
    "waiting": "Waits to be sent",
    "sent": "Sent, no answer yet",
    "done": "Carried out",
    "refused": "Not carried out",
    "silent": "No answer: may have been carried out",
    "withdrawn": "Withdrawn before it was sent",
}

REMOTE_REASONS = {
    "refused": "the meter refused it",
    "unreachable": "the meter could not be reached",
    "not_allowed": "the rules no longer allowed it",
    "order_gone": "the order was taken back",
}

UNITS = {
    "units": "units",
    "gal": "gallons",
    "kgal": "thousand gallons",
    "ccf": "hundred cubic feet",
    "cf": "cubic feet",
    "m3": "cubic meters",
    "kWh": "kilowatt-hours",
}

CASE_STATES = {"open": "Open", "accepted": "Accepted", "rejected": "Rejected"}

PREVIEW_MEASURES = {
    "cut": "Services that could have been cut",
    "called_off": "Payments that would have called a cut off",
    "door_taken": "Payments that might be taken at the door",
    "door_reviewed": "Payments at the door that a second person reviews",
}
PREVIEW_STATES = {"waiting": "Waiting", "running": "Being worked out", "ready": "Ready", "failed": "Failed"}

ARRANGEMENT_STATES = {"running": "Running", "kept": "Kept", "broken": "Broken"}

PROMISES = {"kept": "Kept", "late": "Late", "open": "Not due yet", "overdue": "Overdue"}

PRIORITIES = {"emergency": "Emergency", "urgent": "Urgent", "normal": "Normal", "low": "Low"}

WAYS = {**CHANNELS, "field": "In the field"}

REVERSALS = {"void": "Voided", "returned": "Returned by the bank"}

FEE_REASONS = {
    "charged": "Charged",
    "not_charged": "Taken back: the cut was wrongful",
    "taken_back": "Taken back",
    "no_charge": "Waived: the order is free",
    "rate_class": "Waived: the rate class is exempt",
}

EXPORTS = {
    "journal": "General ledger journal",
    "account_charges": "Customer charges, fees and adjustments",
    "receipts": "Receipts",
    "reads": "Meter reads",
    "register_reads": "Reads of further registers",
    "meter_changes": "Meter changes",
    "service_status": "Service status",
    "late_fees": "Late fees to charge",
    "agency": "Debts for the agency",
    "order_states": "Order states",
    "test": "Test",
}

OVERRIDES = {
    "case_decided": "Case decided",
    "gate_overridden": "Order raised although money is owed",
    "free_order": "Order raised free of charge",
    "hold_lifted": "Protection lifted",
    "payment_decided": "Large payment decided",
    "payment_taken_back": "Payment taken back",
    "number_explained": "Receipt number explained",
    "over_short": "Over or short accepted",
    "bank_correction": "Bank’s figure recorded",
    "count_set_aside": "Count set aside",
    "drawer_taken_over": "Drawer taken over",
}

RUN_STATES = {
    "waiting": "Waiting",
    "running": "Being made",
    "ready": "Ready",
    "failed": "Failed",
    "used": "Used",
    "dropped": "Put aside",
}

SKILLS = {"water": "water", "electric": "electric", "gas": "gas", "meter_test": "meter test"}

ADMIN_CHANGES = {
    "added": "added",
    "roles": "roles changed",
    "locked": "locked out",
    "unlocked": "let in again",
    "password": "new password",
    "second_factor_on": "one-time codes asked for",
    "second_factor_off": "one-time codes no longer asked for",
    "recovery_codes": "new recovery codes",
    "recovery_code_used": "signed in with a recovery code",
    "schedule_added": "report scheduled",
    "schedule_ended": "schedule ended",
    "token_added": "token made",
    "token_revoked": "token revoked",
    "session_ended": "a session ended",
    "sessions_ended": "all sessions ended",
    "identity_linked": "came from the sign-in service for the first time",
    "identity_forgotten": "link to the sign-in service removed",
    "changed": "changed",
    "shifts_added": "shifts added",
    "shift_removed": "a shift removed",
    "fee": "new amount published",
    "cycle_made": "billing cycle: days of a year made",
    "cycle_days": "billing cycle: days changed",
    "cycle_premises": "billing cycle: premises put into it",
    "rule_pack": "rule pack published",
    "import_undone": "import undone",
    "webhook_added": "webhook added",
    "webhook_ended": "webhook ended",
    "count_set_aside": "count set aside",
    "drawer_taken_over": "drawer taken over",
}
"""What an administrator did, in the list of changes."""

ADMIN_FIELDS = {
    "scopes": "What it may do",
    "report": "Report",
    "recipients": "To",
    "expires_at": "Ends",
    "full_name": "Full name",
    "roles": "Roles",
    "session": "Signed in",
    "address": "Network address",
    "name": "Name",
    "skills": "Skills",
    "zone": "Work zone",
    "active": "Works here",
    "shifts": "Shifts",
    "shift": "Shift",
    "shift_end": "Shift ends",
    "first_day": "First day",
    "last_day": "Last day",
    "starts": "Begins",
    "until": "Ends",
    "cents": "Amount",
    "effective_from": "From",
    "rule_set": "Rule set",
    "year": "Year",
    "periods": "Billings",
    "premises": "Premises",
    "read_on": "Read",
    "bill_on": "Bill",
    "due_on": "Due",
    "past_due_on": "First notice",
    "second_past_due_on": "Second notice",
    "late_fee_on": "Late fee",
    "final_on": "Final notice",
    "door_tag_on": "Door tag",
    "cut_on": "Cut",
    "file": "File",
    "entries": "Entries",
    "web_address": "Web address",
    "kinds": "What is sent",
    "has_vault": "Has a vault",
    "office": "Office",
    "counted_by": "Counted by",
    "float_cents": "Float",
    "custodian": "Custodian",
    "second_person_cents": "Second person from",
    "most_cents": "At most",
    "expense_accounts": "Accounts",
}

COMMANDS = {
    "hold": "put on hold",
    "approve": "released",
    "approved": "released",
    "schedule": "scheduled",
    "assign": "assigned",
    "assigned": "assigned",
    "unassign": "taken off a list",
    "dispatch": "sent to a tablet",
    "recall": "taken back",
    "recalled": "taken back",
    "cancel": "cancelled",
    "cancelled": "cancelled",
    "supersede": "replaced",
    "used": "used",
}
"""What was tried with an order, as the end of “cannot be …”."""

FIELDS = {
    "present": "Present password",
    "again": "New password again",
    "scopes": "What it may do",
    "every": "How often",
    "hour": "At the hour",
    "weekday": "Weekly on",
    "month_day": "Monthly on day",
    "recipients": "To",
    "full_name": "Full name",
    "roles": "Roles",
    "password": "Password",
    "skills": "Skills",
    "starts": "Begins",
    "ends": "Ends",
    "last_day": "Last day",
    "weekdays": "Days of the week",
    "break_minutes": "Break",
    "home_start": "Begins and ends at home",
    "effective_from": "From",
    "sort": "Sort",
    "age": "At least this many days old",
    "days": "Longer than so many days",
    "cause": "Cause",
    "code": "Case",
    "type": "Type",
    "state": "State",
    "amount": "Amount",
    "tender": "How it is paid",
    "tendered": "Tendered",
    "account": "Account",
    "control_count": "Number of items",
    "control_amount": "Sum of items",
    "amount_cents": "Amount",
    "channel": "How it was paid",
    "service": "Class of service",
    "billed_on": "Billed on",
    "due_on": "Due on",
    "to_account": "To account",
    "call_back_on": "Call back on",
    "outcome": "What came of it",
    "access_note": "Access note",
    "hazard": "Hazard",
    "name": "Name",
    "phone": "Phone",
    "email": "Email",
    "mailing_address": "Mailing address",
    "rate_class": "Rate class",
    "points": "Services",
    "start_on": "First day",
    "stop_on": "Last day",
    "credit_class": "Credit class",
    "forwarding_address": "Forwarding address",
    "starts_on": "From",
    "ends_on": "Until",
    "evidence": "Evidence",
    "returned_on": "Mail came back on",
    "mailed_on": "Mailed on",
    "chosen": "Chosen accounts",
    "method": "How it was paid",
    "pieces": "Pieces",
    "item": "Check",
    "float": "Float",
    "second_person": "Second person from",
    "most": "At most",
    "label": "Title",
    "subject": "What is deposited",
    "reference": "Reference",
    "day": "Day",
    "route_day": "Day",
    "due_until": "Due by",
    "due": "Due by",
    "priority": "Priority",
    "appointment_from": "Appointment from",
    "appointment_until": "Appointment until",
    "instructions": "Instructions",
    "override": "Reason to override",
    "reason": "Reason",
    "serials": "Serial numbers",
    "explanation": "Explanation",
    "words": "Your words",
    "order": "Orders",
    "technician": "Technician",
    "receipt": "Receipt number",
    "payment": "Payment",
    "kind": "What happened",
    "verdict": "Decision",
    "from": "From",
    "until": "Until",
    "since": "From",
    "place": "Where",
    "radius": "Within",
    "seconds": "Time to think",
    "max_moved": "Stops that may change technician",
    "stickiness": "Driving each must save",
    "minutes": "Minutes late",
    "sure": "Confirmation",
    "address": "Address",
    "zone": "Zone",
    "group": "State",
    "version": "Version",
    "language": "Language",
}
"""Fields of forms and addresses that a refusal can name."""

CODE_KINDS = {"recall": "Recall code", "release": "Release code"}
CODE_STATES = {"entered": "Entered", "waiting": "Not heard of yet", "not_entered": "Not entered"}

GROUPS: Mapping[str, Mapping[str, str]] = {
    "code_kinds": CODE_KINDS,
    "code_states": CODE_STATES,
    "roles": ROLES,
    "services": SERVICES,
    "service_states": SERVICE_STATES,
    "rate_classes": RATE_CLASSES,
    "account_states": ACCOUNT_STATES,
    "channels": CHANNELS,
    "agreement_states": AGREEMENT_STATES,
    "credit_classes": CREDIT_CLASSES,
    "starts": STARTS,
    "steps": STEPS,
    "programs": PROGRAMS,
    "note_kinds": NOTE_KINDS,
    "adjustments": ADJUSTMENTS,
    "adjustment_states": ADJUSTMENT_STATES,
    "changed": CHANGED,
    "loops": LOOPS,
    "actions": ACTIONS,
    "methods": METHODS,
    "tenders": TENDERS,
    "batch_states": BATCH_STATES,
    "bill_classes": BILL_CLASSES,
    "turn_in_states": TURN_IN_STATES,
    "drawer_states": DRAWER_STATES,
    "vault_transfers": VAULT_TRANSFERS,
    "vault_moves": VAULT_MOVES,
    "petty_transfers": PETTY_TRANSFERS,
    "petty_states": PETTY_STATES,
    "arrangement_states": ARRANGEMENT_STATES,
    "preview_measures": PREVIEW_MEASURES,
    "preview_states": PREVIEW_STATES,
    "vault_states": VAULT_STATES,
    "points": POINTS,
    "bank_lines": BANK_LINES,
    "bank_line_states": BANK_LINE_STATES,
    "number_states": NUMBER_STATES,
    "holds": HOLDS,
    "hold_events": HOLD_EVENTS,
    "notices": NOTICES,
    "notice_states": NOTICE_STATES,
    "notice_deliveries": NOTICE_DELIVERIES,
    "cycle_steps": CYCLE_STEPS,
    "return_reasons": RETURN_REASONS,
    "resolutions": RESOLUTIONS,
    "agency_events": AGENCY_EVENTS,
    "backflow": BACKFLOW,
    "reads": READS,
    "read_flags": READ_FLAGS,
    "pack_held": PACK_HELD,
    "pickups": PICKUPS,
    "pickup_states": PICKUP_STATES,
    "read_findings": READ_FINDINGS,
    "finding_states": FINDING_STATES,
    "read_sources": READ_SOURCES,
    "day_forms": DAY_FORMS,
    "layout_columns": LAYOUT_COLUMNS,
    "call_outcomes": CALL_OUTCOMES,
    "service_letters": SERVICE_LETTERS,
    "meter_states": METER_STATES,
    "rooms": ROOMS,
    "meter_moves": METER_MOVES,
    "count_states": COUNT_STATES,
    "stock_differences": STOCK_DIFFERENCES,
    "stock_answers": STOCK_ANSWERS,
    "register_counts": REGISTER_COUNTS,
    "remote_kinds": REMOTE_KINDS,
    "remote_states": REMOTE_STATES,
    "remote_reasons": REMOTE_REASONS,
    "units": UNITS,
    "case_states": CASE_STATES,
    "promises": PROMISES,
    "priorities": PRIORITIES,
    "ways": WAYS,
    "reversals": REVERSALS,
    "fee_reasons": FEE_REASONS,
    "overrides": OVERRIDES,
    "exports": EXPORTS,
    "run_states": RUN_STATES,
    "rule_kinds": RULE_KINDS,
    "rule_settings": RULE_SETTINGS,
    "rule_fields": RULE_FIELDS,
    "rule_codes": RULE_CODES,
    "fee_triggers": FEE_TRIGGERS,
    "skills": SKILLS,
    "scopes": SCOPES,
    "schedule_every": SCHEDULE_EVERY,
    "schedule_periods": SCHEDULE_PERIODS,
    "file_forms": FILE_FORMS,
    "letter_states": LETTER_STATES,
    "import_kinds": IMPORT_KINDS,
    "import_ways": IMPORT_WAYS,
    "import_states": IMPORT_STATES,
    "records": RECORDS,
    "delivery_states": DELIVERY_STATES,
    "delivery_failures": DELIVERY_FAILURES,
    "admin_changes": ADMIN_CHANGES,
    "admin_fields": ADMIN_FIELDS,
    "commands": COMMANDS,
    "fields": FIELDS,
}
