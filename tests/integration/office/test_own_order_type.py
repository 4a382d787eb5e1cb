"""A district's own order type: the file of the guide, from a folder, worked from the form to the ledger."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from sync.pipeline.publish import ensure_technician
from sync.stores.sql.store import SqlStore
from tests.integration.office.conftest import Office
from tests.integration.pipeline.feed import document, ingest, publish, push
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW
from workorders import catalogue
from workorders.catalogue import CATALOGUE, add_folder
from workorders.ledger import balance
from workorders.messages.words import ENGLISH, say
from workorders.problems import Problem
from workorders.tables import JournalEntry, Order

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "adding-an-order-type.md"
CODE = "backflow_test"


def example() -> str:
    """The file that the guide shows."""
    return GUIDE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "types"
    made.mkdir()
    (made / f"{CODE}.py").write_text(example(), encoding="utf-8")
    return made


@pytest.fixture
def added(folder: Path) -> Iterator[None]:
    """The type is in the catalogue for this test."""
    assert add_folder(folder) == (CODE,)
    yield
    del catalogue._types[CODE]


@pytest.fixture
def store(office: Office) -> Iterator[SqlStore]:
    made = SqlStore(office.services.engine)
    yield made
    made.close()


def raised(office: Office) -> str:
    """The number of an order raised with the type's own form."""
    form = office.client("carla").get(f"/csr/orders/new?service_point=SP-1&type={CODE}").text
    assert "Raise “Backflow test”" in form
    assert '<option value="rp">Reduced pressure</option>' in form
    answer = office.post(
        "carla",
        "/csr/orders/new",
        service_point="SP-1",
        type=CODE,
        **{"extra.assembly": "rp", "extra.price_cents": "45.00"},
    )
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"].rsplit("/", 1)[1])


def answers_of(form: list[dict[str, Any]], psi: float) -> dict[str, Any]:
    """What a technician answers to the form as the tablet got it."""
    known = {"serial_seen": "M1", "relief_psi": psi, "photo": "photo.jpg"}
    return {f["name"]: known[f["name"]] for f in form if f["required"]}


def worked(office: Office, store: SqlStore, psi: float) -> Order:
    """An order raised, assigned and sent with the pages, done on a tablet, and taken in."""
    number = raised(office)
    with office.services.read_sessions() as session:
        version = session.get_one(Order, number).version
    sent = office.post("dana", "/dispatch/assign", technician="t01", order=f"{number}:{version}", send="yes")
    assert sent.status_code in {200, 302, 303}, sent.text
    ensure_technician(office.services.sessions, store, "t01", now=NOW)
    publish(office.services.sessions, store)
    shown = document(store, "t01", f"order:{number}")
    assert (shown["title"], shown["extra"]) == ("Backflow test", {"assembly": "rp"})
    form = document(store, "t01", "ref:catalogue")["types"][CODE]
    with office.services.read_sessions() as session:
        report = Tablet("t01", counter=500).completed(
            session.get_one(Order, number), answers_of(form["fields"], psi)
        )
    push(store, [report])
    ingest(office.services.sessions, store)
    with office.services.read_sessions() as session:
        return session.get_one(Order, number)


def test_a_type_from_a_folder_is_worked_from_the_form_to_the_ledger(
    office: Office, store: SqlStore, added: None
) -> None:
    with office.services.read_sessions() as session:
        before = balance(session, "AR", "A1")
    order = worked(office, store, psi=3.5)
    assert (order.state, order.outcome) == ("completed", "completed")
    with office.services.read_sessions() as session:
        assert balance(session, "AR", "A1") - before == 4_500
        entry = session.scalars(select(JournalEntry).where(JournalEntry.purpose == CODE)).one()
        assert say(entry.message, ENGLISH) == "Backflow test"
    page = office.client("carla").get(f"/csr/orders/{order.number}").text
    assert "<h1>Backflow test" in page
    assert "Price agreed" in page
    assert "Backflow test" in office.client("carla").get("/csr/accounts/A1").text
    assert "Backflow test" in office.client("dana").get("/dispatch/").text


def test_what_its_rules_find_has_words_a_case_and_a_follow_on(
    office: Office, store: SqlStore, added: None
) -> None:
    order = worked(office, store, psi=0.5)
    assert order.outcome == "backflow_failed"
    with office.services.read_sessions() as session:
        follow = session.scalars(select(Order).where(Order.follows_number == order.number)).one()
    assert (follow.type, follow.follow_reason) == ("investigate", "backflow_failed")
    page = office.client("carla").get(f"/csr/orders/{order.number}").text
    assert "Backflow assembly failed" in page
    cases = office.client("sam").get("/office/").text
    assert "The relief valve opened at 0.5 psi; 2.0 psi is the least." in cases
    assert (
        "The backflow assembly failed its test"
        in office.client("carla").get(f"/csr/orders/{follow.number}").text
    )


def test_the_setting_adds_the_folder_before_anything_is_made_of_the_catalogue(folder: Path) -> None:
    seen = subprocess.run(
        [sys.executable, "-c", "from server.imports.orders import OrderRow; print(*OrderRow().fields)"],
        env=os.environ | {"CURBSTOP_CATALOGUE": str(folder)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "extra.price_cents" in seen.stdout.split()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("CHECK_RECORDS,\n    ),\n    findings", "),\n    findings"), "wrong_meter"),
        (('FollowOn("investigate"', 'FollowOn("nothing_known"'), "nothing_known"),
        (("minutes=30", "minutes=0"), "minutes"),
        (('findings=("backflow_failed",)', 'cuts=("relief_psi", 0)'), "cuts"),
        (
            (
                'findings=("backflow_failed",)',
                'cuts=("relief_psi", 0), service="cut"',
            ),
            "cuts",
        ),
    ],
)
def test_a_folder_with_a_file_that_could_not_be_worked_adds_nothing(
    folder: Path, change: tuple[str, str], reason: str
) -> None:
    (folder / "another.py").write_text(
        example().replace(f'code="{CODE}"', 'code="another"'), encoding="utf-8"
    )
    broken = example().replace(*change)
    assert broken != example()
    (folder / f"{CODE}.py").write_text(broken, encoding="utf-8")
    with pytest.raises(Problem) as found:
        add_folder(folder)
    assert found.value.code == "malformed_descriptor"
    assert found.value.details["file"] == f"{CODE}.py"
    assert reason in found.value.details["reason"]
    assert not {"another", CODE} & CATALOGUE.keys()


def test_a_known_code_and_a_missing_folder_are_refused(folder: Path) -> None:
    (folder / "verify.py").write_text(example(), encoding="utf-8")
    with pytest.raises(Problem, match="verify"):
        add_folder(folder)
    with pytest.raises(Problem, match="nowhere"):
        add_folder(folder / "nowhere")
    assert CODE not in CATALOGUE
