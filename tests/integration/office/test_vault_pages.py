"""Offices, their vault, kiosk and drop box, as an administrator and two cashiers work them."""

from typing import Any

from sqlalchemy import select

from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK
from workorders.ledger import balance
from workorders.policy.tenders import Tender
from workorders.queries.verify_cash import cash_differences
from workorders.tables import CashCount, Deposit, Drawer, VaultTransfer
from workorders.usecases.cash.counter import close_batch, open_batch, take_tenders

VAULT = "/office/cash/vault/north"
LOBBY = {"code": "lobby", "office": "south", "kind": "kiosk", "name": "Lobby"}


def test_a_day_of_an_office_with_a_vault_and_a_drop_box(office: Office) -> None:
    _office_is_added(office)
    _drawer_is_opened_by_the_vault(office)
    _drop_box_is_emptied(office)
    _cash_goes_into_the_vault_and_to_the_bank(office)
    _drawer_and_vault_are_counted(office)
    with office.services.read_sessions() as session:
        assert balance(session, "VAULT", "north") == 21_000
        assert session.scalars(select(Deposit)).one().cash_cents == 1_500
        states = session.scalars(select(VaultTransfer.state).order_by(VaultTransfer.id)).all()
        assert states == ["done", "done", "refused", "done", "done"]
        assert session.get_one(Drawer, "DR-000001").office == "north"
        assert list(cash_differences(session)) == []
    assert office.post("ada", "/admin/offices/north", name="North").status_code == 422


def _office_is_added(office: Office) -> None:
    assert office.post("ada", "/admin/offices", code="north", name="North office").status_code == 302
    vaulted = {"name": "North office", "has_vault": "on", "active": "on"}
    assert office.post("ada", "/admin/offices/north", **vaulted).status_code == 302
    wall = {"code": "wall", "office": "north", "kind": "drop_box", "name": "Wall"}
    assert office.post("ada", "/admin/points", **wall).status_code == 302
    assert "Wall" in office.client("ada").get("/admin/offices").text


def _drawer_is_opened_by_the_vault(office: Office) -> None:
    vault = VAULT
    assert office.post("casey", f"{vault}/transfers", kind="from_bank", amount="200").status_code == 302
    assert "I hand it over" not in office.client("casey").get(vault).text
    assert "I hand it over" in office.client("sam").get(vault).text
    alone = office.post("casey", f"{vault}/transfers/VT-000001", decision="done")
    assert (alone.status_code, "second person" in alone.text) == (403, True)
    assert office.post("sam", f"{vault}/transfers/VT-000001", decision="done").status_code == 302

    asked = office.post("casey", "/office/cash/drawers", office="north", float="100")
    assert asked.location == vault
    assert office.post("sam", f"{vault}/transfers/VT-000002", decision="done").status_code == 302
    too_much = office.post("casey", f"{vault}/transfers", kind="to_bank", amount="100.01")
    assert too_much.status_code == 302
    lacks = office.post("sam", f"{vault}/transfers/VT-000003", decision="done")
    assert (lacks.status_code, "does not hold" in lacks.text) == (409, True)
    assert office.post("casey", f"{vault}/transfers/VT-000003", decision="refused").status_code == 302


def _drop_box_is_emptied(office: Office) -> None:
    batch = {"channel": "drop_box", "point": "wall", "control_count": "1", "control_amount": "30"}
    made = office.post("casey", "/office/counter/batches", **batch)
    assert made.status_code == 302
    with office.services.sessions.begin() as session:
        paid = [Tender("cash", 3_000)]
        given: dict[str, Any] = {
            "channel": "drop_box",
            "now": CLOCK,
            "actor": "casey",
            "batch_id": "PB-000001",
        }
        take_tenders(session, "CR-1", "A12", 3_000, paid, **given)
    box = "/office/cash/drawers/DB-000001"
    early = office.post("casey", f"{box}/emptied", **{"pieces.1000": "3"})
    assert (early.status_code, "PB-000001" in early.text) == (409, True)
    assert office.post("casey", "/office/counter/batches/PB-000001/closing").status_code == 302
    assert "Wall" in office.client("casey").get(box).text
    for person in ("casey", "sam"):
        assert office.post(person, f"{box}/emptied", **{"pieces.1000": "3"}).status_code == 302
    assert office.post("sam", f"{box}/closing").status_code == 302


def _cash_goes_into_the_vault_and_to_the_bank(office: Office) -> None:
    vault = VAULT
    moved = {"kind": "from_bag", "subject": "DB-000001", "amount": "20"}
    assert office.post("casey", f"{vault}/transfers", **moved).status_code == 302
    assert office.post("sam", f"{vault}/transfers/VT-000004", decision="done").status_code == 302
    assert office.post("casey", f"{vault}/transfers", kind="to_bank", amount="5").status_code == 302
    assert office.post("sam", f"{vault}/transfers/VT-000005", decision="done").status_code == 302
    assert "VT-000005" in office.client("casey").get("/office/cash/deposits").text
    bags = ["DB-000001", "VT-000005"]
    assert office.post("casey", "/office/cash/deposits", subject=bags).status_code == 302
    assert "VT-000005" in office.client("casey").get("/office/cash/deposits/DP-000001").text


def _drawer_and_vault_are_counted(office: Office) -> None:
    vault, drawer = VAULT, "/office/cash/drawers/DR-000001"
    assert office.post("casey", f"{drawer}/count", **{"pieces.10000": "1"}).status_code == 302
    assert office.post("sam", f"{drawer}/closing").status_code == 302
    for person in ("casey", "sam"):
        counted = {"pieces.10000": "2", "pieces.1000": "1"}
        assert office.post(person, f"{vault}/count", **counted).status_code == 302
    assert office.post("casey", f"{vault}/closing", reason="a note too few").status_code == 302


def test_a_count_that_nobody_ends_is_set_aside_by_a_supervisor(office: Office) -> None:
    _office_is_added(office)
    assert office.post("casey", f"{VAULT}/transfers", kind="from_bank", amount="200").status_code == 302
    assert office.post("casey", f"{VAULT}/count", **{"pieces.10000": "1"}).status_code == 302
    waits = office.post("sam", f"{VAULT}/transfers/VT-000001", decision="done")
    assert waits.status_code == 409
    aside = {"aside": "Casey is away"}
    assert office.post("casey", f"{VAULT}/count/aside", **aside).status_code == 403
    assert office.post("sam", f"{VAULT}/count/aside").status_code == 422
    assert office.post("sam", f"{VAULT}/count/aside", **aside).status_code == 302
    assert office.post("sam", f"{VAULT}/transfers/VT-000001", decision="done").status_code == 302
    assert office.post("sam", f"{VAULT}/count/aside", **aside).status_code == 409


def test_a_float_comes_back_into_no_vault_that_is_being_counted(office: Office) -> None:
    _office_is_added(office)
    _drawer_is_opened_by_the_vault(office)
    drawer = "/office/cash/drawers/DR-000001"
    assert office.post("casey", f"{drawer}/count", **{"pieces.10000": "1"}).status_code == 302
    assert office.post("casey", f"{VAULT}/count", **{"pieces.10000": "1"}).status_code == 302
    refused = office.post("sam", f"{drawer}/closing")
    assert (refused.status_code, "being counted" in refused.text) == (409, True)
    for change in ({"name": "North"}, {"name": "North", "active": "on"}):
        assert office.post("ada", "/admin/offices/north", **change).status_code == 422


def test_no_vault_goes_while_its_cash_is_in_a_drawer_and_no_office_while_a_box_stands(office: Office) -> None:
    _office_is_added(office)
    assert office.post("casey", f"{VAULT}/transfers", kind="from_bank", amount="100").status_code == 302
    assert office.post("sam", f"{VAULT}/transfers/VT-000001", decision="done").status_code == 302
    office.post("casey", "/office/cash/drawers", office="north", float="100")
    assert office.post("sam", f"{VAULT}/transfers/VT-000002", decision="done").status_code == 302
    kept = office.post("ada", "/admin/offices/north", name="North", active="on")
    assert (kept.status_code, "drawers" in kept.text) == (422, True)
    assert office.post("ada", "/admin/points", **LOBBY | {"code": "north"}).status_code == 422
    assert office.post("ada", "/admin/offices", code="wall", name="Wall").status_code == 422
    assert office.post("ada", "/admin/offices", code="south", name="South").status_code == 302
    assert office.post("ada", "/admin/points", **LOBBY).status_code == 302
    assert office.post("ada", "/admin/offices/south", name="South").status_code == 422
    assert office.post("ada", "/admin/points/lobby", name="Lobby").status_code == 302
    assert office.post("ada", "/admin/offices/south", name="South").status_code == 302
    assert office.post("ada", "/admin/points", **LOBBY | {"code": "hall"}).status_code == 422


def test_another_offices_transfer_is_not_decided_here(office: Office) -> None:
    _office_is_added(office)
    south = {"name": "South", "has_vault": "on", "active": "on"}
    assert office.post("ada", "/admin/offices", code="south", name="South").status_code == 302
    assert office.post("ada", "/admin/offices/south", **south).status_code == 302
    assert office.post("casey", f"{VAULT}/transfers", kind="from_bank", amount="100").status_code == 302
    path = "/office/cash/vault/south/transfers/VT-000001"
    assert office.post("sam", path, decision="done").status_code == 404


def test_counts_of_a_drop_box_that_do_not_agree_are_set_aside(office: Office) -> None:
    _office_is_added(office)
    with office.services.sessions.begin() as session:
        paid = [Tender("cash", 3_000)]
        made = open_batch(session, "drop_box", 1, 3_000, point="wall", now=CLOCK, actor="casey")
        given: dict[str, Any] = {"channel": "drop_box", "now": CLOCK, "actor": "casey", "batch_id": made.id}
        take_tenders(session, "CR-1", "A12", 3_000, paid, **given)
        close_batch(session, made.id, reason="", now=CLOCK, actor="casey")
    box, aside = "/office/cash/drawers/DB-000001", {"aside": "Carl has left"}
    early = office.post("sam", f"{box}/emptied/aside", **aside)
    assert (early.status_code, "nobody has counted" in early.text) == (422, True)
    for person, notes in (("casey", "3"), ("ada", "2")):
        assert office.post(person, f"{box}/emptied", **{"pieces.1000": notes}).status_code == 302
    assert "Set these counts aside" not in office.client("casey").get(box).text
    assert "Set these counts aside" in office.client("sam").get(box).text
    assert office.post("casey", f"{box}/emptied/aside", **aside).status_code == 403
    assert office.post("sam", f"{box}/emptied/aside").status_code == 422
    assert office.post("sam", f"{box}/emptied/aside", **aside).status_code == 302
    assert "Set these counts aside" not in office.client("sam").get(box).text
    for person in ("sam", "casey"):
        assert office.post(person, f"{box}/emptied", **{"pieces.1000": "3"}).status_code == 302
    assert office.post("sam", f"{box}/emptied/aside", **aside).status_code == 409
    assert office.post("sam", f"{box}/closing").status_code == 302
    assert "Carl has left" in office.client("ada").get("/admin/audit").text
    assert "Carl has left" in office.client("sam").get("/reports/overrides").text
    with office.services.read_sessions() as session:
        assert len(session.scalars(select(CashCount)).all()) == 4
        assert list(cash_differences(session)) == []
