"""What the morning's office has on its tables: notices written, a drawer, a turn-in, a deposit."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.office import morning
from tests.integration.usecases.world import TODAY
from workorders.grammar.cash_count import Count
from workorders.metering.register_definitions import registers_from_text
from workorders.metering.rooms import Place
from workorders.policy.tenders import Tender
from workorders.queries.custody import receipts_in_custody
from workorders.tables import Meter, Notice, Premise, RegisterRead
from workorders.usecases.administration.offices import add_office, add_point, change_office
from workorders.usecases.cash.bank_statement import StatementLine, take_statement
from workorders.usecases.cash.counter import open_batch, take_tenders
from workorders.usecases.cash.deposits import make_deposit
from workorders.usecases.cash.drawers import open_drawer
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.petty_funds import set_fund
from workorders.usecases.cash.petty_transfers import ask_petty, hand_petty_over
from workorders.usecases.cash.petty_vouchers import pay_voucher
from workorders.usecases.cash.settlements import Batch, settle
from workorders.usecases.cash.turn_ins import count_turn_in, open_turn_in, sign_turn_in
from workorders.usecases.cash.vault_transfers import ask_transfer, hand_over
from workorders.usecases.collections.cycles import generate_year
from workorders.usecases.collections.notices import issue_notices
from workorders.usecases.district.rule_previews import ask_preview
from workorders.usecases.exchange.export_batches import make_batch
from workorders.usecases.exchange.import_runs import RunMade, begin_run, note_written
from workorders.usecases.exchange.webhooks import add_webhook
from workorders.usecases.meters.counts import open_count
from workorders.usecases.meters.enter_reads import enter_reads

NOW = morning.CLOCK


def lay_out(session: Session) -> dict[str, str]:
    """Make one of each by the use cases; their ids by a word."""
    generate_year(session, TODAY.year, now=NOW, actor="sam")
    # Two of them, as a district has: the deliveries of one are not all there are.
    webhook, _portal = [
        add_webhook(
            session,
            name=name,
            address=f"https://{name.lower()}.example/curbstop",
            sealed_secret="",
            kinds=["receipts", "account_charges", "service_status", "order_states"],
            now=NOW,
            actor="ada",
        )
        for name in ("Billing", "Portal")
    ]
    batch = issue_notices(session, TODAY, now=NOW, actor="sam")
    notice = session.scalars(select(Notice.id).where(Notice.batch_id == batch.id)).first()
    add_office(session, "north", "North", now=NOW, actor="ada")
    change_office(session, "north", "North", has_vault=True, active=True, now=NOW, actor="ada")
    add_point(session, "lobby", "north", "kiosk", "Lobby", now=NOW, actor="ada")
    change = ask_transfer(session, "north", "from_bank", 50_000, now=NOW, actor="carla")
    hand_over(session, change.id, now=NOW, actor="sam")
    set_fund(session, "north", 10_000, "carla", now=NOW, actor="sam")
    filling = ask_petty(session, "north", "from_vault", now=NOW, actor="carla")
    hand_petty_over(session, filling.id, now=NOW, actor="sam")
    stamps = {"payee": "Post office", "reason": "stamps", "account": "6110", "receipt": "R-1"}
    pay_voucher(session, "north", 1_250, **stamps, now=NOW, actor="carla")
    drawer = open_drawer(session, 10_000, now=NOW, actor="carla")
    record_payment(session, "P-drawer", "A12", 500, "counter", now=NOW, actor="carla", method="cash")
    [held] = receipts_in_custody(session)
    turn_in = open_turn_in(session, held.technician, [held.number], now=NOW, actor="carla")
    for person in ("carla", "sam"):
        count_turn_in(session, turn_in.id, Count({held.cents: 1}), now=NOW, actor=person)
    for person in ("carla", "sam"):
        sign_turn_in(session, turn_in.id, reason="", as_supervisor=person == "sam", now=NOW, actor=person)
    deposit = make_deposit(session, [turn_in.id], now=NOW, actor="carla")
    odd = (StatementLine(TODAY, "deposit", 999, "other"), StatementLine(TODAY, "returned", -999, "1077"))
    take_statement(session, "import:bank-statement:1", odd, now=NOW, actor="sam")
    payments = open_batch(session, "mail", 1, 500, now=NOW, actor="carla")
    paid = [Tender("cash", 500)]
    receipt = take_tenders(
        session, "CR-1", "A12", 500, paid, channel="mail", now=NOW, actor="carla", batch_id=payments.id
    )
    record_payment(session, "P-web", "A12", 500, "web", now=NOW, actor="carla")
    record_payment(session, "P-phone", "A12", 500, "phone", now=NOW, actor="carla")
    settlement = settle(session, Batch("Demo Pay", "B-1", TODAY, ["P-web"]), now=NOW, actor="carla")
    count = open_count(session, Place("held"), now=NOW, actor="stan")
    make_batch(session, "service_status", now=NOW, actor="sam")
    places = [f"premise:{number}" for number in session.scalars(select(Premise.number))]
    made = RunMade("premises", "places.csv", "0" * 64, "import:premises:0", "command", len(places))
    before = begin_run(session)
    import_run = note_written(session, made, before, {}, places, now=NOW, actor="sam")
    aging = {"kind": "setting", "key": "aging", "value": {"days": [30]}}
    preview = ask_preview(session, {"rules": [aging]}, name="aging", now=NOW, actor="ada")
    return {
        "register_read": str(_register_read(session)),
        "preview": str(preview.id),
        "import_run": str(import_run),
        "batch": str(batch.id),
        "payment_batch": payments.id,
        "counter_receipt": receipt.number,
        "notice": str(notice),
        "drawer": drawer.id,
        "turn_in": turn_in.id,
        "deposit": deposit.id,
        "settlement": settlement.id,
        "stock_count": str(count.id),
        "webhook": str(webhook.id),
        "today": TODAY.isoformat(),
    }


def _register_read(session: Session) -> int:
    """The read of a compound meter's low side."""
    meter = session.scalars(select(Meter).where(Meter.serial == "M12")).one()
    meter.registers = registers_from_text("low:5:1:gal:adds:Low side")
    enter_reads(session, "M12", 149_500, {"low": 20}, at=NOW, reason="rang", now=NOW, actor="carla")
    return session.scalars(select(RegisterRead.id)).one()
