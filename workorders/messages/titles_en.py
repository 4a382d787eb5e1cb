"""English titles of codes that stand in tables and lists of the office's pages, by group."""

from collections.abc import Mapping

ROLES = {
    "csr": "Customer service",
    "dispatcher": "Dispatcher",
    "cashier": "Cashier",
    "supervisor": "Supervisor",
    "admin": "Administrator",
}

SERVICES = {
    "water": "Water",
    "electric": "Electric",
    "gas": "Gas",
    "sewer": "Sewer",
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

CHANNELS = {"counter": "Counter", "mail": "Mail", "web": "Online", "phone": "Phone", "bank": "Bank"}

METHODS = {"cash": "Cash", "check": "Check", "card_slip": "Card slip"}

HOLDS = {
    "medical": "Medical hold",
    "arrangement": "Payment arrangement",
    "dispute": "Dispute hold",
    "bankruptcy": "Bankruptcy hold",
    "pledge": "Pledge hold",
    "moratorium": "Moratorium",
}

NOTICES = {"past_due": "Past due", "final": "Final notice", "door_tag": "Door tag"}

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
    "rollover": "rolled over",
    "below_previous": "below the previous read",
    "not_billable": "not billable",
    "serves_scheduled_read": "serves the scheduled read",
    "serves_successor": "serves the next customer",
    "usage_while_off": "usage while off",
}

METER_STATES = {
    "in_stock": "In stock",
    "in_van": "On a van",
    "installed": "Installed",
    "held": "Held for test",
    "retired": "Retired",
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

RUN_STATES = {
    "waiting": "Waiting",
    "running": "Being made",
    "ready": "Ready",
    "failed": "Failed",
    "used": "Used",
    "dropped": "Put aside",
}

SKILLS = {"water": "water", "electric": "electric", "gas": "gas", "meter_test": "meter test"}

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
    "amount": "Amount",
    "amount_cents": "Amount",
    "channel": "How it was paid",
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

GROUPS: Mapping[str, Mapping[str, str]] = {
    "roles": ROLES,
    "services": SERVICES,
    "service_states": SERVICE_STATES,
    "rate_classes": RATE_CLASSES,
    "account_states": ACCOUNT_STATES,
    "channels": CHANNELS,
    "methods": METHODS,
    "holds": HOLDS,
    "notices": NOTICES,
    "reads": READS,
    "read_flags": READ_FLAGS,
    "meter_states": METER_STATES,
    "units": UNITS,
    "case_states": CASE_STATES,
    "run_states": RUN_STATES,
    "skills": SKILLS,
    "commands": COMMANDS,
    "fields": FIELDS,
}
