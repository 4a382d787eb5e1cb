"""Every total of money in a report is what the journal's entries say, on both engines."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, world
from tests.integration.usecases.cash_steps import counted, handed_in, paid_at_the_door
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import LATER, NOW, TODAY
from workorders.ledger import balance, custody, trial_balance
from workorders.queries.deposits import undeposited_cents
from workorders.queries.reports import report_named
from workorders.queries.reports.asked import asked_of
from workorders.queries.reports.running import Result, run_report
from workorders.tables import Hold, JournalEntry, Posting, VaultTransfer
from workorders.usecases.administration.offices import add_office, change_office
from workorders.usecases.cash.deposits import correct_deposit, make_deposit
from workorders.usecases.cash.drawer_closing import close_drawer, count_drawer
from workorders.usecases.cash.drawers import move_cash, open_drawer
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.petty_funds import set_fund
from workorders.usecases.cash.petty_transfers import ask_petty, hand_petty_over
from workorders.usecases.cash.petty_vouchers import decide_voucher, pay_voucher, return_voucher
from workorders.usecases.cash.settlements import Batch, settle
from workorders.usecases.cash.take_payment_back import take_payment_back
from workorders.usecases.cash.vault_counts import close_vault_count, count_vault
from workorders.usecases.cash.vault_transfers import ask_transfer, hand_over
from workorders.usecases.collections.holds import add_hold, lift_hold

MINUTE = timedelta(minutes=1)


def played(session: Session) -> None:
    """Money by every way: office, door, drawer with a difference, deposit corrected, returned and voided."""
    first, second = Tablet("t01"), Tablet("t02")
    handed = [paid_at_the_door(session, first, 1, 5_000), paid_at_the_door(session, first, 2, 2_345)]
    paid_at_the_door(session, second, 3, 1_111)
    late = world.sent(session, "disconnect_np", 4, "t02")
    record_payment(session, "web", "A4", world.DEBT, "web", now=NOW + MINUTE, actor="carla")
    session.commit()
    world.take(session, second.completed(late, answers.cut(4), at=NOW + 60 * MINUTE))
    valid = world.sent(session, "disconnect_np", 5, "t02")
    world.take(session, second.completed(valid, answers.cut(5), at=NOW + 70 * MINUTE))
    drawer = open_drawer(session, 10_000, now=LATER, actor="casey")
    for id_, cents, method in (("p1", 5_000, "cash"), ("p2", 8_000, "check"), ("p3", 700, "cash")):
        record_payment(session, id_, "A6", cents, "counter", now=LATER, actor="casey", method=method)
    take_payment_back(
        session, "r1", payment="p3", kind="void", reason="typed twice", now=LATER, actor="casey"
    )
    move_cash(session, drawer.id, -500, "stamps", now=LATER, actor="casey")
    count_drawer(session, drawer.id, counted(14_400, {"p2": 8_000}), now=LATER, actor="casey")
    close_drawer(session, drawer.id, reason="change", now=LATER, actor="sam")
    turn_in = handed_in(session, handed, 7_300, reason="a note missing")
    deposit = make_deposit(session, [drawer.id, turn_in.id], now=LATER, actor="casey")
    correct_deposit(session, deposit.id, deposit.amount_cents - 100, "a false note", now=LATER, actor="sam")
    take_payment_back(session, "r2", payment="p2", kind="returned", reason="no funds", now=LATER, actor="sam")
    session.commit()


def in_a_vault(session: Session) -> None:
    """Change from the bank, a float out and back, counted cash in and out, a short count; a payout."""
    add_office(session, "north", "North", now=LATER, actor="ada")
    change_office(session, "north", "North", has_vault=True, active=True, now=LATER, actor="ada")

    def moved(kind: str, cents: int, subject: str | None = None) -> VaultTransfer:
        asked = ask_transfer(session, "north", kind, cents, subject=subject, now=LATER, actor="casey")
        return hand_over(session, asked.id, now=LATER, actor="sam")

    moved("from_bank", 30_000)
    drawer = str(moved("float", 10_000).subject)
    record_payment(session, "p4", "A6", 6_000, "counter", now=LATER, actor="casey", method="cash")
    count_drawer(session, drawer, counted(15_900), now=LATER, actor="casey")
    close_drawer(session, drawer, reason="change", now=LATER, actor="sam")
    moved("from_bag", 4_000, drawer)
    bag = moved("to_bank", 2_500)
    for person in ("casey", "sam"):
        count_vault(session, "north", counted(31_250), now=LATER, actor=person)
    close_vault_count(session, "north", reason="a roll too few", now=LATER, actor="sam")
    make_deposit(session, [bag.id], now=LATER, actor="casey")
    settle(session, Batch("Demo Pay", "B-1", TODAY, ["web"], [], 30), now=LATER, actor="casey")
    session.commit()


def run(session: Session, name: str, **filters: str) -> Result:
    report = report_named(name)
    return run_report(session, report, asked_of(session, report, filters, now=LATER + MINUTE))


def posted(session: Session, ledger: str, purpose: Any) -> int:
    total = select(func.sum(Posting.amount_cents)).join(JournalEntry, JournalEntry.id == Posting.entry_id)
    return int(session.scalar(total.where(Posting.ledger == ledger, purpose)) or 0)


def test_totals_are_those_of_the_entries(session: Session) -> None:
    played(session)
    purpose, source = JournalEntry.purpose, JournalEntry.source
    from_field = source.startswith("event:")
    paid = purpose.in_(("payment", "reverse_payment"))
    taken = run(session, "receipts").totals
    assert taken["amount_cents"] == posted(session, "CASH-T", from_field) == 8_456
    assert taken["amount_cents"] == taken["cash_cents"] + taken["check_cents"] + taken["card_cents"]
    assert run(session, "receipt-list").totals["amount_cents"] == taken["amount_cents"]
    held = run(session, "custody")
    assert {row[0]: row[held.place("custody_cents")] for row in held.rows} == {
        who: cents for who, cents in custody(session).items() if cents
    }
    assert run(session, "money-received").totals["kept_cents"] == -posted(session, "AR", paid)
    assert run(session, "activity").totals["taken_cents"] == taken["amount_cents"]
    bank = run(session, "deposits").totals
    assert bank["bank_cents"] == balance(session, "BANK")
    assert bank["corrected_cents"] == posted(session, "BANK", purpose == "deposit_corrected") == -100
    assert bank["returned_cents"] == 8_000
    fees = run(session, "fees").totals
    assert fees["net_cents"] == -balance(session, "SVC") != 0
    assert fees["tax_cents"] == -balance(session, "TAX")
    drawers = run(session, "drawers").totals
    assert drawers["difference_cents"] == -posted(session, "OS", purpose == "drawer_closed") == -100
    assert drawers["moved_cents"] == posted(session, "UNDEP", purpose == "drawer_move")
    turn_ins = run(session, "turn-ins").totals
    assert turn_ins["counted_cents"] == posted(session, "UNDEP", purpose == "turn_in")
    assert turn_ins["expected_cents"] == -posted(session, "CASH-T", purpose == "turn_in")
    assert turn_ins["difference_cents"] == -posted(session, "OS", purpose == "turn_in") != 0
    assert run(session, "over-short").totals["net_cents"] == -balance(session, "OS") != 0
    days = run(session, "end-of-day").totals
    assert days["custody_cents"] == sum(custody(session).values())
    assert days["undeposited_cents"] == 0
    assert sum(trial_balance(session).values()) == 0


def test_petty_cash_is_what_its_entries_say(session: Session) -> None:
    played(session)
    in_a_vault(session)
    set_fund(session, "north", 10_000, "casey", now=LATER, actor="sam")
    filled_up(session, "from_vault")
    words: dict[str, Any] = {"reason": "for the counter", "now": LATER, "actor": "casey"}
    for cents, account, receipt in ((1_200, "6110", "R-1"), (2_000, "6120", "R-2"), (6_000, "6110", "R-3")):
        pay_voucher(session, "north", cents, payee="Shop", account=account, receipt=receipt, **words)
    decide_voucher(session, "PV-000003", pay=True, now=LATER, actor="sam")
    return_voucher(session, "PV-000002", reason="sent back", now=LATER, actor="sam")
    filled_up(session, "from_bank")
    session.commit()
    accounts = run(session, "petty-cash")
    paid = posted(session, "EXPENSE", JournalEntry.purpose == "petty_voucher")
    back = posted(session, "EXPENSE", JournalEntry.purpose == "reverse_petty_voucher")
    assert accounts.totals["paid_cents"] == paid == 9_200
    assert accounts.totals["returned_cents"] == -back == 2_000
    by_account = {row[3]: row[accounts.place("net_cents")] for row in accounts.rows}
    assert by_account == {code: balance(session, "EXPENSE", code) for code in ("6110", "6120")}
    assert run(session, "petty-vouchers").totals["paid_cents"] == paid + back == 7_200
    assert balance(session, "PETTY", "north") == 10_000
    vaults = run(session, "vaults")
    assert vaults.totals["to_petty_cents"] == -10_000
    [row] = vaults.rows
    assert row[vaults.place("closing_cents")] == balance(session, "VAULT", "north")


def test_cash_of_a_drawer_for_petty_cash_is_a_move_of_it(session: Session) -> None:
    played(session)
    set_fund(session, "main", 2_000, "casey", now=LATER, actor="sam")
    drawer = open_drawer(session, 5_000, now=LATER, actor="sam")
    asked = ask_petty(session, "main", "from_drawer", now=LATER, actor="casey")
    hand_petty_over(session, asked.id, now=LATER, actor="sam")
    count_drawer(session, drawer.id, counted(3_000), now=LATER, actor="sam")
    close_drawer(session, drawer.id, reason="", now=LATER, actor="casey")
    moved = JournalEntry.purpose.in_(("drawer_move", "petty_transfer"))
    assert run(session, "drawers").totals["moved_cents"] == posted(session, "UNDEP", moved) == -2_500
    days = run(session, "end-of-day").totals
    into = days["counted_cents"] + days["settled_cents"] + days["corrected_cents"]
    kept = days["vaulted_cents"] + days["petty_cents"] + days["undeposited_cents"]
    assert into == kept + days["deposited_cents"]


def filled_up(session: Session, kind: str) -> None:
    """Petty cash gets what it lacks."""
    asked = ask_petty(session, "north", kind, now=LATER, actor="casey")
    hand_petty_over(session, asked.id, now=LATER, actor="sam")


def vaulted(session: Session, kind: str) -> int:
    """Cents on VAULT by entries of a kind of transfer."""
    entries = session.scalars(select(JournalEntry).where(JournalEntry.purpose == "vault_transfer"))
    ids = [one.id for one in entries if one.params["kind"] == kind]
    return posted(session, "VAULT", JournalEntry.id.in_(ids))


def test_vaults_are_what_their_entries_say(session: Session) -> None:
    played(session)
    in_a_vault(session)
    vaults = run(session, "vaults")
    for kind in ("from_bank", "from_bag", "float", "float_back", "to_bank"):
        assert vaults.totals[f"{kind}_cents"] == vaulted(session, kind) != 0, kind
    short = posted(session, "VAULT", JournalEntry.purpose == "vault_counted")
    assert vaults.totals["counted_cents"] == short == -250
    [row] = vaults.rows
    opening, closing = (row[vaults.place(key)] for key in ("opening_cents", "closing_cents"))
    assert (opening, closing) == (0, balance(session, "VAULT", "north")) == (0, 31_250)
    moves = run(session, "vault-moves", office="north")
    assert moves.totals["amount_cents"] == closing
    assert [row[moves.place("amount_cents")] for row in moves.rows if row[3] == "float"] == [-10_000]
    after = (TODAY + timedelta(days=1)).isoformat()
    assert run(session, "vaults", **{"from": after, "until": after}).rows == []


def test_a_day_with_a_vault_adds_up(session: Session) -> None:
    played(session)
    in_a_vault(session)
    days = run(session, "end-of-day").totals
    bank = JournalEntry.purpose.in_(("deposit", "deposit_corrected"))
    assert days["deposited_cents"] == posted(session, "BANK", bank)
    assert days["corrected_cents"] == posted(session, "BANK", JournalEntry.purpose == "deposit_corrected")
    assert days["vaulted_cents"] == vaulted(session, "from_bag") + vaulted(session, "to_bank") == 1_500
    assert days["undeposited_cents"] == undeposited_cents(session) == 1_900
    assert days["settled_cents"] == world.DEBT - 30
    into = days["counted_cents"] + days["settled_cents"] + days["corrected_cents"]
    assert into == days["vaulted_cents"] + days["undeposited_cents"] + days["deposited_cents"]


def test_arrangements_are_judged_by_what_was_paid(session: Session) -> None:
    until = TODAY + timedelta(days=30)
    for account, person in (("A1", "carla"), ("A2", "carla"), ("A3", "sam")):
        days: dict[str, Any] = {"starts_on": TODAY, "ends_on": until}
        add_hold(session, account, "arrangement", **days, reason="in two parts", now=NOW, actor=person)
    for account, cents in (("A1", world.DEBT), ("A2", 5_000), ("A3", 1_000), ("A4", 700)):
        id_ = f"pay-{account}"
        record_payment(session, id_, account, cents, "counter", now=NOW + MINUTE, actor="casey")
    broken = session.scalars(select(Hold).where(Hold.kind == "arrangement").order_by(Hold.id.desc())).first()
    assert broken is not None
    lift_hold(session, "A3", broken.id, reason="no second part", now=LATER, actor="sam")
    record_payment(session, "late", "A3", 2_000, "counter", now=LATER + MINUTE, actor="casey")
    session.commit()
    report = run(session, "arrangements")
    states = {key: report.totals[key] for key in ("made", "kept", "broken", "running")}
    assert states == {"made": 3, "kept": 1, "broken": 1, "running": 1}
    promised = sum(balance(session, "AR", account) for account in ("A1", "A2", "A3"))
    assert report.totals["promised_cents"] == promised + world.DEBT + 8_000 == 3 * world.DEBT
    in_time = JournalEntry.source.in_(["payment:pay-A1", "payment:pay-A2", "payment:pay-A3"])
    assert report.totals["paid_cents"] == -posted(session, "AR", in_time) == world.DEBT + 6_000
    assert {row[report.place("person")]: row[report.place("kept_share")] for row in report.rows} == {
        "carla": 1.0,
        "sam": 0.0,
    }
    [row] = run(session, "arrangement-list", person="sam", state="broken").rows
    assert (row[1], row[5], row[7], row[9]) == ("A3", "broken", 1_000, "no second part")
    assert [one[1] for one in run(session, "arrangement-list", state="kept").rows] == ["A1"]


def test_what_accounts_owe_is_their_receivable(session: Session) -> None:
    played(session)
    aging = run(session, "aging")
    owed = {row[0]: row[aging.place("owed_cents")] for row in aging.rows}
    assert owed
    for account, cents in owed.items():
        assert cents == balance(session, "AR", account)
    buckets = [one.key for one in aging.columns if one.key.startswith(("current", "to_", "older"))]
    assert sum(aging.totals[key] for key in buckets) == aging.totals["owed_cents"]
    assert aging.totals["past_due_cents"] == aging.totals["owed_cents"] - aging.totals["current_cents"]
    by_age = run(session, "aging-buckets")
    assert by_age.totals["open_cents"] == aging.totals["owed_cents"]
    assert [row[4] for row in by_age.rows] == [aging.totals[key] for key in buckets]


def test_cuts_and_promises_are_counted_as_they_were(session: Session) -> None:
    played(session)
    cuts = run(session, "disconnections")
    assert (cuts.totals["disconnected"], cuts.totals["wrongful"]) == (2, 1)
    wrongful = run(session, "wrongful-cuts")
    assert [row[0] for row in wrongful.rows] == ["completed_after_cancel"]
    assert wrongful.totals["still_off"] == 1
    promises = run(session, "reconnect-promises")
    assert [row[promises.place("promise")] for row in promises.rows] == ["open"]
    audit = run(session, "overrides")
    kinds = sorted(row[1] for row in audit.rows)
    assert kinds == sorted(
        ["payment_taken_back", "payment_taken_back", "over_short", "over_short", "bank_correction"]
    )
