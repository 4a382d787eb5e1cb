"""Every page and API call that reads: an address for each, and the most statements it may send."""

from dataclasses import dataclass

from sqlalchemy import select

from tests.integration.office.conftest import Office
from tests.integration.scale.large import FIRST
from workorders.queries.reports import REPORTS as NAMES
from workorders.tables import Read


@dataclass(frozen=True, slots=True)
class Route:
    """`addresses` with a quiet subject first and, where a page has rows of its own, a busy one after it."""

    most: int
    addresses: tuple[str, ...]
    everybody: bool = False
    """It is about all who owe, in this district nearly everybody: reading their tables whole is right."""


REPORTS = tuple(f"/reports/{name}" for name in sorted(NAMES))
"""A report counts all of what it is about, but asks for it together; the cut list asks most."""
ROUTES: dict[str, Route] = {
    "accounts.account": Route(16, ("/api/accounts/L2", "/api/accounts/L1")),
    "accounts.find": Route(
        20,
        (
            *(f"/api/search?q={asked}" for asked in ("abbott", "12+baker", "L77", "0077", "CB00")),
            *(f"/api/search?q={asked}" for asked in ("555-000-0077", "l7@", "C-0000", "AB-0000")),
        ),
    ),
    "admin.audit": Route(7, ("/admin/audit", "/admin/audit?q=carla&kind=roles&from=2026-03-01")),
    "admin.office_list": Route(8, ("/admin/offices",)),
    "admin.petty_accounts": Route(6, ("/admin/petty-cash",)),
    "admin.fee": Route(12, ("/admin/fees/reconnect", "/admin/fees/field_visit?amount=50")),
    "admin.pack": Route(5, ("/admin/rules/packs/washington-pud",)),
    "admin.packs": Route(4, ("/admin/rules/packs",)),
    "admin.people": Route(8, ("/admin/",)),
    "admin.person": Route(7, ("/admin/people/carla",)),
    "admin.programs": Route(6, ("/admin/programs",)),
    "admin.preview": Route(6, ("/admin/rules/previews/{preview}",)),
    "admin.previews": Route(6, ("/admin/rules/previews",)),
    "admin.published": Route(6, ("/admin/rules/published",)),
    "admin.rules": Route(6, ("/admin/rules", "/admin/rules?day=2026-12-31")),
    "admin.technician": Route(8, ("/admin/technicians/b1",)),
    "admin.technicians": Route(8, ("/admin/technicians",)),
    "admin.all_webhooks": Route(9, ("/admin/webhooks",)),
    "admin.webhook": Route(10, ("/admin/webhooks/{webhook}", "/admin/webhooks/{webhook}?state=failing")),
    "analysis.page": Route(9, ("/analysis/",)),
    "auth.code": Route(4, ("/sign-in/code",)),
    "auth.own": Route(8, ("/me",)),
    "auth.from_provider": Route(4, ("/sign-in/back",)),
    "auth.to_provider": Route(4, ("/sign-in/provider",)),
    "auth.home": Route(4, ("/",)),
    "visit.visit": Route(5, ("/v/nothing",)),
    "auth.sign_in": Route(4, ("/sign-in",)),
    "collections.agency": Route(20, ("/office/collections/agency",), everybody=True),
    "care.adjustments": Route(6, ("/api/accounts/L2/adjustments", "/api/accounts/L1/adjustments")),
    "care.notes": Route(6, ("/api/accounts/L2/notes", "/api/accounts/L1/notes")),
    "collections.batch": Route(9, ("/office/collections/notices/{batch}",)),
    "collections.batch_pdf": Route(9, ("/office/collections/notices/{batch}.pdf",)),
    "collections.cuts": Route(60, ("/office/collections/",), everybody=True),
    "collections.late_fees": Route(40, ("/office/collections/late-fees",), everybody=True),
    "collections.liens": Route(8, ("/office/collections/liens",)),
    "collections.notice": Route(9, ("/office/collections/notice/{notice}",)),
    "collections.notices": Route(40, ("/office/collections/notices",), everybody=True),
    "collections.cycle_year": Route(9, ("/office/collections/schedule/01/2026",)),
    "collections.period": Route(12, ("/office/collections/schedule/01/2026/3",)),
    "collections.undone": Route(24, ("/office/collections/undone-tags",)),
    "collections.returned_mail": Route(8, ("/office/collections/returned",)),
    "collections.schedule": Route(14, ("/office/collections/schedule",), everybody=True),
    "collections.schedule_file": Route(8, ("/office/collections/schedule/2026.csv",)),
    "csr.backflow": Route(6, ("/csr/backflow",)),
    "csr.account": Route(50, ("/csr/accounts/L2", "/csr/accounts/L1")),
    "csr.construction": Route(7, ("/csr/construction",)),
    "csr.evidence": Route(5, (f"/csr/evidence/{FIRST + 1}",)),
    "csr.final_bill_file": Route(8, ("/csr/final-bills.csv",)),
    "csr.final_bill_list": Route(9, ("/csr/final-bills",)),
    "csr.home": Route(20, ("/csr/", "/csr/?q=abbott", "/csr/?q=12+baker", "/csr/?q=LM123", "/csr/?q=zzzz")),
    "csr.correct": Route(12, ("/csr/reads/{read}/correct", "/csr/reads/{read}/correct?value=145000")),
    "csr.correct_register": Route(12, ("/csr/register-reads/{register_read}/correct?value=12",)),
    "csr.cut_evidence_file": Route(30, ("/csr/orders/{silent_cut}/evidence.pdf",)),
    "csr.meter": Route(8, ("/csr/meters/LM2", "/csr/meters/N{n1}")),
    "csr.my_day": Route(16, ("/csr/worklists",)),
    "csr.new_customer": Route(4, ("/csr/customers/new",)),
    "csr.new_order": Route(20, ("/csr/orders/new?service_point=LS2&type=reread",)),
    "csr.codes": Route(24, ("/csr/orders/{silent_cut}/codes",)),
    "csr.order": Route(24, ("/csr/orders/{done}", "/csr/orders/H1", "/csr/orders/{silent_cut}")),
    "csr.start_form": Route(24, ("/csr/premises/LP2/start", "/csr/premises/LP1/start?account=L2")),
    "csr.stop_form": Route(14, ("/csr/accounts/L2/stop",)),
    "moves.agreements": Route(8, ("/api/accounts/L2/agreements",)),
    "moves.waiting_final_bills": Route(8, ("/api/final-bills",)),
    "csr.premise": Route(19, ("/csr/premises/LP2", "/csr/premises/LP1")),
    "demo.mark": Route(4, ("/api/demo/mark",)),
    "demo.run": Route(5, ("/api/demo/run",)),
    "demo.who_and_what": Route(12, ("/api/demo/cast?reread=5",)),
    "dispatch.shown_alerts": Route(16, ("/dispatch/alerts",)),
    "dispatch.changes": Route(
        50,
        (
            "/dispatch/changes",
            "/dispatch/changes?orders={waiting},{sent},{second}&technicians=t01,b1&heard=t02",
        ),
    ),
    "dispatch.lane_changes": Route(
        18, ("/dispatch/timeline/changes?technicians=b1&since=2026-03-02T12:00:00%2B00:00&width=900.0",)
    ),
    "dispatch.map_data": Route(15, ("/dispatch/map.json",)),
    "dispatch.message_talk": Route(7, ("/dispatch/messages/b1/talk",)),
    "dispatch.messages": Route(9, ("/dispatch/messages", "/dispatch/messages?technician=b1")),
    "dispatch.orders": Route(12, ("/dispatch/orders", "/dispatch/orders?group=to_assign&due=today")),
    "dispatch.page": Route(
        39,
        (
            "/dispatch/",
            "/dispatch/?group=to_assign&due=today",
            "/dispatch/?q=abbott+12&sort=address&color=due&hide=due",
        ),
    ),
    "dispatch.status": Route(12, ("/dispatch/status",)),
    "dispatch.day_timeline": Route(14, ("/dispatch/timeline",)),
    "dispatch.judged_move": Route(
        14,
        (
            "/dispatch/timeline/move?technician=b1&orders={waiting}",
            "/dispatch/timeline/move?technician=t01&orders={waiting},{sent}",
        ),
    ),
    "dispatch.timeline_lanes": Route(14, ("/dispatch/timeline/lanes",)),
    "dispatch.pickups": Route(7, ("/dispatch/pickups",)),
    "dispatch.remote": Route(9, ("/dispatch/remote",)),
    "dispatch.tablets": Route(7, ("/dispatch/tablets",)),
    "dispatch.technicians": Route(11, ("/dispatch/technicians",)),
    "exceptions.list_exceptions": Route(6, ("/api/exceptions",)),
    "health.metrics": Route(16, ("/metrics",)),
    "health.readyz": Route(4, ("/readyz",)),
    "office.case": Route(20, ("/office/cases/1", f"/office/cases/{2 * FIRST + 1}")),
    "office.cases": Route(18, ("/office/", "/office/?code=unknown_order")),
    "office.cuts": Route(14, ("/office/cuts",)),
    "office.document": Route(16, ("/office/quarantine/1", f"/office/quarantine/{2 * FIRST + 1}")),
    "office.bank": Route(18, ("/office/cash/bank",)),
    "office.counter": Route(27, ("/office/counter", "/office/counter?account=L2&amount=5")),
    "office.counter_receipt": Route(15, ("/office/counter/receipts/{counter_receipt}",)),
    "office.batches": Route(13, ("/office/counter/batches",)),
    "office.batch": Route(17, ("/office/counter/batches/{payment_batch}",)),
    "office.days": Route(21, ("/office/cash/days",)),
    "office.day_pack_file": Route(41, ("/office/cash/days/{today}/pack.pdf",), everybody=True),
    "office.deposit": Route(20, ("/office/cash/deposits/{deposit}",)),
    "office.deposit_slip": Route(17, ("/office/cash/deposits/{deposit}/slip.pdf",)),
    "office.deposits": Route(23, ("/office/cash/deposits",)),
    "office.drawer": Route(17, ("/office/cash/drawers/{drawer}",)),
    "office.drawers": Route(21, ("/office/cash/drawers",)),
    "office.exports": Route(13, ("/office/exports",)),
    "office.export_file": Route(9, ("/office/exports/service_status/1.csv",), everybody=True),
    "office.health": Route(14, ("/office/health",)),
    "office.money": Route(15, ("/office/money",)),
    "office.payments": Route(16, ("/office/payments", "/office/payments?account=L1")),
    "office.receipt_numbers": Route(21, ("/office/cash/receipts",)),
    "office.settlements": Route(19, ("/office/cash/settlements",)),
    "office.settlement": Route(15, ("/office/cash/settlements/{settlement}",)),
    "office.turn_in": Route(15, ("/office/cash/turn-ins/{turn_in}",)),
    "office.turn_ins": Route(21, ("/office/cash/turn-ins",)),
    "office.quarantine": Route(15, ("/office/quarantine",)),
    "reading.assembly": Route(9, ("/csr/reads/backflow/{assembly}",)),
    "reading.calls": Route(9, ("/csr/reads/calls",)),
    "reading.file": Route(6, ("/csr/reads/files/{read_file}",)),
    "reading.files": Route(7, ("/csr/reads/files",)),
    "reading.findings": Route(9, ("/csr/reads/", "/csr/reads/?kind=high&route=R7")),
    "reading.layout": Route(5, ("/csr/reads/layouts/handheld", "/csr/reads/layouts/new")),
    "reading.letter_batch": Route(7, ("/csr/reads/letters/{letters}",)),
    "reading.letter_file": Route(5, ("/csr/reads/letters/{letters}.pdf",)),
    "reading.letters": Route(20, ("/csr/reads/letters",)),
    "reading.unread": Route(
        9,
        ("/csr/reads/unread", "/csr/reads/unread?route=R7"),
        everybody=True,
    ),
    "stock.count": Route(9, ("/stock/counts/{stock_count}",)),
    "stock.meter": Route(12, ("/stock/meters/LM2", "/stock/meters/N{n1}")),
    "stock.overview": Route(14, ("/stock/", "/stock/?q=LM12", "/stock/?q=0077")),
    "stock.receipts": Route(5, ("/stock/receipts",)),
    "stock.room": Route(8, ("/stock/rooms/in_stock", "/stock/rooms/in_van:t01", "/stock/rooms/held")),
    "office.export_message": Route(10, ("/office/exports/service_status/1.iec61968.xml",), everybody=True),
    "office.imports": Route(13, ("/office/imports",)),
    "office.import_run": Route(
        41, ("/office/imports/{import_run}", "/office/imports/{import_run}?undoing=yes")
    ),
    "office.vault": Route(21, ("/office/cash/vault/north",)),
    "office.vaults": Route(21, ("/office/cash/vault",)),
    "office.petty_cash": Route(28, ("/office/cash/petty/main", "/office/cash/petty/north")),
    "office.all_petty_cash": Route(28, ("/office/cash/petty",)),
    "reports.index": Route(4, ("/reports/",)),
    "reports.report": Route(60, REPORTS, everybody=True),
    "reports.scheduled": Route(8, ("/reports/schedules",)),
    "reports.file": Route(60, tuple(f"{one}.csv" for one in REPORTS), everybody=True),
    "api_reports.list_reports": Route(4, ("/api/reports",)),
    "api_reports.one_report": Route(60, tuple(f"/api{one}" for one in REPORTS), everybody=True),
    "orders.list_orders": Route(7, ("/api/orders", "/api/orders?state=approved", "/api/orders?account=L1")),
    "orders.one": Route(15, ("/api/orders/{done}", "/api/orders/H1")),
    "payments.payments": Route(
        6, ("/api/payments", "/api/payments?account=L1", "/api/payments?state=pending")
    ),
    "plans.capacity": Route(10, ("/plans/capacity", "/plans/capacity?by=skill&zone=none")),
    "plans.capacity_orders": Route(8, ("/plans/capacity/orders?day=any",)),
    "plans.compare": Route(14, ("/plans/compare?one=now&other=1",)),
    "plans.closed_streets": Route(6, ("/plans/closures",)),
    "plans.late": Route(5, ("/plans/late/t01",)),
    "plans.page": Route(6, ("/plans/",)),
    "plans.show": Route(6, ("/plans/1",)),
    "plans.slots": Route(9, ("/plans/slots/{waiting}",)),
    "plans.urgent": Route(5, ("/plans/urgent/{waiting}",)),
}
ELSEWHERE = (
    "api-docs",
    "assets",
    "bundle",
    "devices",
    "maps",
    "static",
    "tablet",
    "vendor",
    "health.healthz",
    "dispatch.live",
)
"""Files, a stream, documents made at the start, what a tablet asks with its own key: no district's rows."""


def addressed(office: Office, route: Route) -> list[str]:
    """The addresses with the numbers that the morning's orders got."""
    with office.services.read_sessions() as session:
        read = session.scalars(select(Read.id).order_by(Read.id.desc()).limit(1)).one()
    return [address.format(**office.numbers, n1="T011", read=read) for address in route.addresses]
