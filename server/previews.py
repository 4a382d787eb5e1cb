"""The worker's round over previews of changed rules: one at a time, read only, resting between accounts."""

import time

import structlog

from server.services import Services
from sync.pipeline.failures import stops_everything
from workorders.queries.rule_preview import preview_rules
from workorders.usecases.district.rule_previews import begin_preview, changed_rules, end_preview

log = structlog.get_logger()
REST_SECONDS = 0.02
"""After some accounts: publishing and ingesting share the process and must not wait for a preview."""


def preview_round(services: Services) -> int:
    """Work out the oldest preview that waits. Returns how many were."""
    with services.sessions.begin() as session:
        preview = begin_preview(session, now=services.clock())
        if preview is None:
            return 0
        number, rules, first, last = preview.id, list(preview.rules), preview.first, preview.last
    try:
        with services.read_sessions() as session:
            found = preview_rules(
                session,
                changed_rules(rules),
                first,
                last,
                now=services.clock(),
                rest=lambda: time.sleep(REST_SECONDS),
            )
    except Exception as error:
        if stops_everything(error):
            raise
        log.error("preview_failed", preview=number, exc_info=error)
        found = None
    with services.sessions.begin() as session:
        end_preview(session, number, found, now=services.clock())
    return 1
