"""SQLAlchemy models of the domain, by subject; `metadata` is what the migrations follow."""

from workorders.tables.base import SRID, Base
from workorders.tables.customers import Account, Customer, Premise, ServiceAgreement, ServicePoint, Zone
from workorders.tables.field import (
    Evidence,
    ExceptionCase,
    FieldEvent,
    IngestCheckpoint,
    Outbox,
    Quarantine,
    QuarantineDecision,
)
from workorders.tables.metering import Installation, Meter, MeterTest, Read, ServicePointEvent
from workorders.tables.money import (
    EntrySeal,
    JournalEntry,
    LedgerBalance,
    Payment,
    Posting,
    Receipt,
    ReceiptBlock,
)
from workorders.tables.rules import Fee, Hold, Notice, Rule, RuleSet
from workorders.tables.work import (
    Assignment,
    Counter,
    Incarnation,
    Order,
    OrderEvent,
    PlanRun,
    RouteWay,
    Shift,
    StreetClosure,
    Technician,
)

metadata = Base.metadata

__all__ = [
    "SRID",
    "Account",
    "Assignment",
    "Base",
    "Counter",
    "Customer",
    "EntrySeal",
    "Evidence",
    "ExceptionCase",
    "Fee",
    "FieldEvent",
    "Hold",
    "Incarnation",
    "IngestCheckpoint",
    "Installation",
    "JournalEntry",
    "LedgerBalance",
    "Meter",
    "MeterTest",
    "Notice",
    "Order",
    "OrderEvent",
    "Outbox",
    "Payment",
    "PlanRun",
    "Posting",
    "Premise",
    "Quarantine",
    "QuarantineDecision",
    "Read",
    "Receipt",
    "ReceiptBlock",
    "RouteWay",
    "Rule",
    "RuleSet",
    "ServiceAgreement",
    "ServicePoint",
    "ServicePointEvent",
    "Shift",
    "StreetClosure",
    "Technician",
    "Zone",
    "metadata",
]
