"""Pages of supervisors and cashiers: what must be decided, what went wrong, where the cash is."""

from server.office import money, quarantine, review
from server.office.blueprint import blueprint

__all__ = ["blueprint", "money", "quarantine", "review"]
