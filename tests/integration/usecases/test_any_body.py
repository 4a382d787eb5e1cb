"""Whatever a tablet puts into the body of an event, the answer is a verdict and the books balance."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import LATER
from tests.unit.judgement.test_event_schema import JSON
from workorders.ledger import trial_balance
from workorders.queries.order_story import order_story
from workorders.usecases.field.events import ingest_event

ANSWERS = (
    "serial_seen",
    "read",
    "left_on",
    "cut_made",
    "lock",
    "photo",
    "old_there",
    "old_serial",
    "old_read",
    "new_in",
    "new_serial",
    "new_read",
    "new_dials",
    "endpoint",
    "remarks",
)
SERIALS = st.sampled_from(("M1", "M2", "NT011", "nt012", "?"))
VALUE = JSON | SERIALS | st.booleans() | st.integers(0, 999_999)
BODY = st.fixed_dictionaries(
    {},
    optional={
        "answers": st.dictionaries(st.sampled_from(ANSWERS), VALUE) | JSON,
        "outcome": st.sampled_from(("completed", "partial", "collected")) | JSON,
        "reason": st.sampled_from(("dog", "medical_claim")) | JSON,
        "serial_seen": VALUE,
        "read": VALUE,
        "left": JSON | st.sampled_from(("on", "off")),
        "lock": JSON,
        "seal": JSON,
        "receipt": JSON,
        "choice": JSON,
        "remarks": JSON,
    },
)
KINDS = ("completed", "unable", "payment", "receipt_void", "cancel_seen", "backed_out", "started")
TYPES = ("disconnect_np", "exchange", "reread", "turn_off")


@settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(kind=st.sampled_from(KINDS), type_=st.sampled_from(TYPES), body=BODY)
def test_any_body_gets_a_verdict(session: Session, kind: str, type_: str, body: dict[str, Any]) -> None:
    attempt = session.begin_nested()
    try:
        order = world.sent(session, type_, 1)
        document = Tablet().event(kind, order, body)
        verdict = ingest_event(session, document, database="tech-t01", revision="1-a", received_at=LATER)
        assert verdict.status in {"posted", "review", "quarantined"}
        assert sum(trial_balance(session).values()) == 0
        assert order_story(session, order), "the office can still read what happened"
    finally:
        attempt.rollback()
