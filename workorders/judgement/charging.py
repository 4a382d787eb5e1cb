"""From a fee that falls due to the journal entry it makes. Pure."""

from workorders.judgement.consequences import Post
from workorders.messages.message import Message
from workorders.policy.fees import Charge, purpose


def fee_entry(charge: Charge) -> Post | None:
    """The entry of a charge: AR→SVC, its tax AR→TAX; None when nothing is owed."""
    lines = [("AR", "SVC", charge.cents), ("AR", "TAX", charge.tax_cents)]
    owed = tuple(line for line in lines if line[2] > 0)
    line = Message.of("entry.fee", fee=charge.code, title=charge.title)
    return Post(purpose(charge.code), line, owed) if owed else None
