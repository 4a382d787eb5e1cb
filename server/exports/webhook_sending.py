"""What webhooks are sent: the worker's round over what waits, one address never waiting for another.

A delivery is sent outside any transaction, then noted. Ended in between, it is sent again under the same id:
at least once, and a receiver that has seen the id knows it has the fact.
"""

import asyncio
import time

import orjson
import structlog

from server.auth.secrets_kept import unsealed
from server.exports.webhook_request import Answer, ask
from server.services import Services
from sync.pipeline.failures import stops_everything
from workorders.policy.webhooks import signature
from workorders.queries.webhooks import due_deliveries, record_of_delivery, webhooks_with_due
from workorders.tables import Webhook, WebhookDelivery
from workorders.usecases.exchange.webhooks import drop_delivery, note_try

log = structlog.get_logger()
SECRET = "webhook"  # noqa: S105 - what the secret is for
BATCH = 100
ROUND_SECONDS = 10.0
"""What a webhook may take of one round, so that the others get their turn."""
TOGETHER = 20
"""Addresses that are asked at the same time."""


def webhook_round(services: Services) -> int:
    """Send what waits, to each webhook in the order of the facts. Returns how many arrived."""
    with services.read_sessions() as session:
        due = list(webhooks_with_due(session, now=services.clock()))
    return asyncio.run(_send_all(services, due)) if due else 0


async def _send_all(services: Services, due: list[int]) -> int:
    turns = asyncio.Semaphore(TOGETHER)

    async def one(webhook: int) -> int:
        async with turns:
            return await _send_due(services, webhook)

    ended = await asyncio.gather(*(one(webhook) for webhook in due), return_exceptions=True)
    for failure in ended:
        # Once all others are done: what they sent is noted.
        if isinstance(failure, BaseException):
            raise failure
    return sum(count for count in ended if isinstance(count, int))


async def _send_due(services: Services, webhook: int) -> int:
    """Until nothing is due, the time is over, or nobody answers there."""
    began, arrived = time.monotonic(), 0
    with services.read_sessions() as session:
        waiting = list(due_deliveries(session, webhook, now=services.clock(), limit=BATCH))
    for number in waiting:
        answer = await _send(services, number)
        if answer is None:
            continue
        with services.sessions.begin() as session:
            state = note_try(
                session,
                number,
                failure=answer.failure,
                status=answer.status,
                answer=answer.words,
                now=services.clock(),
            )
        if answer.failure is not None:
            log.warning("webhook_failed", webhook=webhook, delivery=number, why=answer.failure, state=state)
        arrived += answer.failure is None
        if answer.lost or time.monotonic() - began > ROUND_SECONDS:
            break
    return arrived


async def _send(services: Services, number: int) -> Answer | None:
    """One try; None when there is nothing to send."""
    try:
        with services.read_sessions() as session:
            delivery = session.get(WebhookDelivery, number)
            if delivery is None or delivery.state != "waiting":
                return None
            webhook = session.get_one(Webhook, delivery.webhook_id)
            address, kind, key, sealed = webhook.address, delivery.kind, delivery.key, webhook.secret
            record = record_of_delivery(session, delivery)
    except Exception as error:
        if stops_everything(error):
            raise
        log.error("webhook_unreadable", delivery=number, exc_info=error)
        return Answer("not_readable")
    if record is None:
        with services.sessions.begin() as session:
            drop_delivery(session, number, now=services.clock())
        return None
    secret = unsealed(services.config.secret_key, SECRET, sealed)
    if secret is None:
        return Answer("secret_lost")
    body = orjson.dumps({"delivery": key, "kind": kind, "record": record})
    timestamp = int(services.clock().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Curbstop",
        "Curbstop-Delivery": key,
        "Curbstop-Kind": kind,
        "Curbstop-Timestamp": str(timestamp),
        "Curbstop-Signature": signature(secret, timestamp, body),
    }
    return await ask(address, body, headers, services.config.webhook_networks)
