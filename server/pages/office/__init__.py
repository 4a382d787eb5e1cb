"""Pages of supervisors and cashiers: what must be decided, what went wrong, where the cash is."""

from server.pages.office import health, money, payments, quarantine, review
from server.pages.office.blueprint import blueprint

__all__ = ["blueprint", "health", "money", "payments", "quarantine", "review"]
