"""English sentences of what accepting a case does, by consequence."""

EFFECTS = {
    "effect.service": "The service is recorded as {state:service}.",
    "effect.service_at": "The service at {point} is recorded as {state:service}.",
    "effect.read": "Read {value} of meter {serial} is recorded.",
    "effect.register_read": "Read {value} of register {register} of meter {serial} is recorded.",
    "effect.meter_out": "Meter {serial} is recorded as removed, at {value}.",
    "effect.meter_in": "Meter {serial} is recorded as set, at {value}.",
    "effect.charge": "The customer is charged {cents:money}: {what:clause}.",
    "effect.credit": "The customer is credited {cents:money}: {what:clause}.",
    "effect.entry": "{cents:money} is posted: {what:clause}.",
    "effect.reversal": "An entry is reversed: {what:clause}.",
    "effect.order": "An order is raised, {type:text}: {why:clause}.",
    "effect.free_order": "An order is raised at no charge, {type:text}: {why:clause}.",
    "effect.recall": "The order is taken back from {technician:person}.",
    "effect.case": "Another case is opened: {case:case}.",
    "effect.test": "The test of meter {serial} is recorded: it registers {percent:percent}.",
    "effect.hold": "A hold is placed for {days} days: {kind:hold}.",
    "effect.tag": "The door tag is recorded as posted, {at:at}.",
    "effect.backflow": "Backflow assembly {serial} is recorded.",
    "effect.agreement_start": "The service agreement begins, {at:at}.",
    "effect.agreement_stop": "The service agreement ends, {at:at}.",
}
