"""A field event judged: its consequences, its exceptions, its follow-ons. Pure: no clock, no database."""

from workorders.consequences import Judgement
from workorders.problems import Problem
from workorders.situation import EventFacts, Situation


def judge(situation: Situation, event: EventFacts) -> Judgement:
    """Judge one field event against what the server knows.

    Any kind of event may be given: `completed`, `unable`, `payment`, `receipt_void`, `cancel_seen`,
    `backed_out` and the progress kinds (which have no consequences). The facts are never refused: what
    cannot be believed becomes an OpenException. Deterministic for equal arguments.

    Raises Problem `bad_input` when the body is not the shape docs/documents.md gives (the event is then
    quarantined) and `unknown_order_type` when the order's type is not in the catalogue.
    """
    raise Problem("unknown_order_type", type=situation.order.type, known=event.kind)
