"""Canned texts of messages between dispatchers and technicians: codes with their English."""

from workorders.messages.texts import N_

TO_FIELD = {
    "call_office": N_("Call dispatch when you can."),
    "customer_waiting": N_("The customer is waiting for you."),
    "customer_not_home": N_("The customer is not home; come back later."),
    "wait_there": N_("Wait there until you hear from us."),
    "come_in": N_("Come in when this one is done."),
    "take_break": N_("Take your break now."),
}
"""What a dispatcher sends with one press."""

TO_OFFICE = {
    "running_late": N_("I am running late."),
    "need_help": N_("I need help here."),
    "need_parts": N_("I need parts."),
    "call_customer": N_("Please call the customer."),
    "cannot_find": N_("I cannot find the meter."),
    "road_blocked": N_("The road is blocked."),
}
"""What a technician sends with one press; the tablet's texts have the same codes."""

CANNED = TO_FIELD | TO_OFFICE
