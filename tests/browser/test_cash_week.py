"""A week of a cash office in browsers: two drawers, four technicians, and everything that goes wrong.

Voids, a check without funds, a lost tablet, the bank's other figure, a cashier who is locked out. At its end
nobody holds anything, every report says what the entries say, and one cent changed by hand is found.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, Playwright, expect
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from mobile_api.devices import revoke
from mobile_api.tables import Device
from server.app import create_app
from server.auth.users import add_user, set_active
from server.commands.verify_ledger import verify_ledger_command
from server.config import Config
from server.services import Services, open_services
from sync.stores.sql.store import SqlStore
from tests.browser.accessibility import broken_rules
from tests.browser.cash_steps import (
    begin_turn_in,
    close_drawer,
    count,
    deposit,
    hand_in,
    open_drawer,
    sign,
    take,
    void,
)
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.days import Clock
from tests.browser.test_office_pages import Running, complaints, open_page
from tests.integration.office import morning
from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.postgres import free_port
from workorders.ledger import balance, custody, trial_balance
from workorders.ledger.guards import drop_statements
from workorders.queries.deposits import undeposited_cents
from workorders.queries.receipt_numbers import block_lines, blocks_of
from workorders.queries.reports import report_named
from workorders.queries.reports.asked import asked_of
from workorders.queries.reports.running import Result, run_report
from workorders.queries.verify import verify_ledger
from workorders.tables import JournalEntry, Posting, ReceiptBlock

__all__ = ["complaints"]
pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.slow]
TECHNICIANS = ("t01", "t02", "t03", "t04")
STAFF = {"casey": "cashier", "carl": "cashier", "sam": "supervisor"}
DAY = timedelta(days=1)


def device_of(technician: str) -> str:
    """An id as enrolment gives them out: eight characters."""
    return f"{technician}table"


class Week:
    """The district, its clock, the technicians' tablets, and who is signed in today."""

    def __init__(
        self, services: Services, running: Running, clock: Clock, tablets: dict[str, Tablet]
    ) -> None:
        self.services, self.running, self.clock, self.tablets = services, running, clock, tablets
        self.begun = False

    def at_the_door(self, technician: str, household: int, cents: int, check: str | None = None) -> str:
        """A technician takes money at a cut, and the tablet syncs; the receipt's number."""
        tablet = self.tablets[technician]
        with self.services.sessions.begin() as session:
            order = world.sent(session, "disconnect_np", household, technician)
            document = tablet.payment(order, cents, check=check, at=self.clock())
            world.take(session, document)
        return str(document["body"]["receipt"]["number"])

    def signed_in(self, browser: Browser, complaints: list[str], *names: str) -> list[Page]:
        """These people come in; on every day but the first it is the next morning."""
        if self.begun:
            self.clock.move_on(DAY)
        self.begun = True
        return [open_page(browser, self.running, name, complaints) for name in names]


@pytest.fixture
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium for pages without maps."""
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield opened
    opened.close()


@pytest.fixture
def week(settings: Config, clock: Clock) -> Iterator[Week]:
    """A Monday morning before anybody has come in."""
    services = open_services(settings, clock=clock)
    with services.sessions.begin() as session:
        world.build(session, households=12, technicians=TECHNICIANS)
        for name, role in STAFF.items():
            add_user(session, name, f"Demo {name.title()}", morning.PASSWORD, [role], now=clock())
        for technician in TECHNICIANS:
            device = device_of(technician)
            session.add(Device(id=device, name=f"Tablet {technician}", enrolled_at=clock()))
            block = update(ReceiptBlock).where(ReceiptBlock.device_id == world.device_of(technician))
            session.execute(block.values(device_id=device))
    running = Running(create_app(services=services), free_port(), {})
    running.start()
    tablets = {one: Tablet(one, device=device_of(one)) for one in TECHNICIANS}
    yield Week(services, running, clock, tablets)
    running.stop()
    if isinstance(services.store, SqlStore):
        services.store.close()
    services.engine.dispose()


def test_a_week_closes_to_the_cent(
    browser: Browser, week: Week, complaints: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = monday(week, *week.signed_in(browser, complaints, "casey", "carl", "sam"))
    tuesday(week, slip, *week.signed_in(browser, complaints, "casey", "sam"))
    wednesday(week, *week.signed_in(browser, complaints, "casey", "carl", "sam"))
    sam = thursday(week, *week.signed_in(browser, complaints, "casey", "sam"))
    assert broken_rules(sam) == []
    assert complaints == []
    with week.services.read_sessions() as session:
        nobody_holds_anything(session)
        every_total_is_that_of_the_entries(session, week.clock)
        assert verify_ledger(session).differences == ()
    one_cent_is_found(week, monkeypatch)


def monday(week: Week, casey: Page, carl: Page, sam: Page) -> str:
    """Two drawers, a void, a turn-in with a check, the first deposit; its slip."""
    first, second = open_drawer(casey, 10_000), open_drawer(carl, 5_000)
    take(casey, "A1", 4_000, tendered=5_000)
    take(casey, "A2", 8_025, check="117")
    void(casey, take(casey, "A3", 1_100), "wrong account")
    take(carl, "A3", 2_575)
    week.at_the_door("t01", 4, 5_000)
    week.at_the_door("t01", 5, 12_850, check="2001")
    week.at_the_door("t02", 6, 3_300)
    week.at_the_door("t03", 7, 6_000)
    hand_in((casey, sam), "Technician t01", 5_000, {"2001": 12_850})
    count(casey, f"/office/cash/drawers/{first}", 14_000, {"117": 8_025})
    count(carl, f"/office/cash/drawers/{second}", 7_475)
    close_drawer(carl, first)
    close_drawer(sam, second, "a dollar too little change")
    return deposit(casey, 5_000 + 12_850 + 4_000 + 8_025 + 2_475)


def tuesday(week: Week, slip: str, casey: Page, sam: Page) -> None:
    """The bank counted a dollar less and gives a check back; a number that was never used is explained."""
    sam.goto("/office/cash/deposits")
    sam.get_by_role("link", name=slip).click()
    sam.get_by_label("What the bank credited in all").fill("322.50")
    sam.get_by_label("Reason").fill("a torn note")
    sam.get_by_role("button", name="Record the bank’s figure").click()
    expect(sam.locator("header .pill", has_text="$322.50")).to_be_visible()
    sam.goto("/office/payments")
    row = sam.get_by_role("row", name=re.compile("117"))
    row.locator("summary").click()
    row.get_by_label("Reason").fill("no funds")
    row.get_by_role("button", name="Take back $80.25").click()
    expect(sam.get_by_role("row", name=re.compile("117"))).to_contain_text("no funds")
    week.tablets["t02"].receipt += 1  # printed on torn paper
    week.at_the_door("t02", 8, 4_000, check="31")
    turn_in = begin_turn_in(casey, "Technician t02")
    for page in (casey, sam):
        count(page, f"/office/cash/turn-ins/{turn_in}", 3_300, {"31": 4_000})
    casey.get_by_role("link", name="Explain them before anybody signs.").click()
    casey.get_by_role("link", name="T02").click()
    casey.get_by_label("Why T02-000002 is missing").fill("torn paper")
    casey.keyboard.press("Enter")
    expect(casey.get_by_text("T02-000002 is explained.")).to_be_visible()
    sign(casey, turn_in, 7_300)
    sign(sam, turn_in, 7_300)


def wednesday(week: Week, casey: Page, carl: Page, sam: Page) -> None:
    """A tablet is lost with cash; carl does not come back to the drawer."""
    with week.services.sessions.begin() as session:
        revoke(session, device_of("t03"), "sam", week.clock())
    sam.goto("/office/cash/turn-ins")
    sam.get_by_role("button", name="Settle the lost tablet Tablet t03").click()
    expect(sam.get_by_text("Custody of a lost tablet")).to_be_visible()
    lost = sam.url.rpartition("/")[2]
    for page in (casey, sam):
        count(page, f"/office/cash/turn-ins/{lost}", 0)
    sign(casey, lost, 0, "lost with the tablet in the river")
    sign(sam, lost, 0)
    week.at_the_door("t04", 9, 2_222)
    drawer = open_drawer(carl, 2_000)
    take(carl, "A10", 1_234)
    with week.services.sessions.begin() as session:
        set_active(session, "carl", False, now=week.clock(), actor="ada")
    carl.goto("/office/counter")
    expect(carl.get_by_role("button", name="Sign in")).to_be_visible()
    sam.goto("/office/cash/days")
    blocks = sam.get_by_role("region", name="What keeps days from closing")
    expect(blocks.get_by_role("row", name=re.compile(drawer))).to_contain_text("Locked out")
    blocks.get_by_role("link", name=re.compile(drawer)).click()
    sam.get_by_label("Reason").fill("left without a word")
    sam.get_by_role("button", name="Take the drawer over").click()
    expect(sam.get_by_text("left without a word")).to_be_visible()
    count(casey, f"/office/cash/drawers/{drawer}", 3_234)
    expect(casey.get_by_text("Somebody else closes it.")).to_be_visible()
    close_drawer(sam, drawer)


def thursday(week: Week, casey: Page, sam: Page) -> Page:
    """The last money comes in and goes to the bank."""
    week.at_the_door("t04", 11, 700, check="9")
    hand_in((sam, casey), "Technician t04", 2_222, {"9": 700})
    deposit(casey, 7_300 + 1_234 + 2_922)
    sam.goto("/office/cash/days")
    expect(sam.get_by_text("every day is closed")).to_be_visible()
    sam.goto("/office/money")
    expect(sam.get_by_text("Nobody holds cash, and nobody took any that day.")).to_be_visible()
    return sam


def nobody_holds_anything(session: Session) -> None:
    """Custody is 0, nothing waits for the bank, and every number is used, void or explained."""
    assert not any(custody(session).values())
    assert (undeposited_cents(session), balance(session, "UNDEP")) == (0, 0)
    states = {line.state for block in block_lines(session, blocks_of(session)) for line in block.lines}
    assert states <= {"used", "void", "explained"}
    assert sum(trial_balance(session).values()) == 0


def every_total_is_that_of_the_entries(session: Session, clock: Clock) -> None:
    """What each report of money sums up, beside the postings of the week."""
    purpose, source = JournalEntry.purpose, JournalEntry.source

    def run(name: str) -> dict[str, int]:
        report = report_named(name)
        asked = {"from": world.TODAY.isoformat()}
        found: Result = run_report(session, report, asked_of(session, report, asked, now=clock()))
        return {name: int(total) for name, total in found.totals.items()}

    def posted(ledger: str, which: Any) -> int:
        total = select(func.sum(Posting.amount_cents)).join(JournalEntry, JournalEntry.id == Posting.entry_id)
        return int(session.scalar(total.where(Posting.ledger == ledger, which)) or 0)

    taken = run("receipts")
    assert taken["amount_cents"] == posted("CASH-T", source.startswith("event:")) == 34_072
    assert run("receipt-list")["amount_cents"] == taken["amount_cents"]
    paid = purpose.in_(("payment", "reverse_payment"))
    assert run("money-received")["kept_cents"] == -posted("AR", paid)
    bank, drawers, turn_ins = run("deposits"), run("drawers"), run("turn-ins")
    assert bank["bank_cents"] == balance(session, "BANK")
    assert bank["corrected_cents"] == posted("BANK", purpose == "deposit_corrected") == -100
    assert bank["returned_cents"] == 8_025
    assert drawers["difference_cents"] == -posted("OS", purpose == "drawer_closed") == -100
    assert turn_ins["counted_cents"] == posted("UNDEP", purpose == "turn_in")
    assert turn_ins["expected_cents"] == -posted("CASH-T", purpose == "turn_in") == 34_072
    assert turn_ins["difference_cents"] == -posted("OS", purpose == "turn_in") == -6_000
    assert run("over-short")["net_cents"] == -balance(session, "OS") == -6_200
    fees = run("fees")
    assert (fees["net_cents"], fees["tax_cents"]) == (-balance(session, "SVC"), -balance(session, "TAX"))
    days = run("end-of-day")
    assert (days["custody_cents"], days["undeposited_cents"]) == (0, 0)
    assert days["deposited_cents"] == bank["bank_cents"] + bank["returned_cents"]


def one_cent_is_found(week: Week, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody edits one cent with the triggers taken away."""
    config = week.services.config
    with week.services.engine.begin() as connection:
        for statement in drop_statements("sqlite"):
            connection.execute(text(statement))
        edit = "UPDATE payment SET amount_cents = amount_cents + 1 WHERE amount_cents = 1234"
        connection.execute(text(edit))
    monkeypatch.setenv("CURBSTOP_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("CURBSTOP_DATABASE_URL", config.database_url)
    found = CliRunner().invoke(verify_ledger_command, [])
    assert found.exit_code == 1, found.output
    assert "DIFFERENCE  payment" in found.output
