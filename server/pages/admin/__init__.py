"""Pages of administrators: people, programs, webhooks, technicians, rules and fees, and the audit."""

from server.pages.admin import (
    audit,
    offices,
    people,
    petty_rules,
    programs,
    rule_packs,
    rule_previews,
    rules,
    technicians,
    webhooks,
)
from server.pages.admin.blueprint import blueprint

__all__ = [
    "audit",
    "blueprint",
    "offices",
    "people",
    "petty_rules",
    "programs",
    "rule_packs",
    "rule_previews",
    "rules",
    "technicians",
    "webhooks",
]
