"""The search box on both engines: every kind of number, words in any order, nothing odd from odd input."""

from datetime import UTC, date, datetime

import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.search_words import Term
from workorders.queries.search import COUNTED, LIMIT, find, search
from workorders.tables import (
    Account,
    CounterReceipt,
    Customer,
    Installation,
    Meter,
    Order,
    Premise,
    Receipt,
    ServiceAgreement,
    ServicePoint,
    Technician,
    search_index,
)
from workorders.usecases.district.search_words import keep_search_words, search_words

AT = datetime(2026, 3, 2, 14, tzinfo=UTC)


def add_household(session: Session, n: int, name: str, house: str, street: str) -> None:
    point = ServicePoint(
        number=f"SP-{n:06d}",
        size="5/8",
        service="water",
        state="on",
        premise=Premise(
            number=f"P-{n:06d}",
            house_number=house,
            street=street,
            city="Demo Falls",
            postcode="66000",
            position=shapely.Point(-98.6, 39.1),
        ),
    )
    account = Account(number=f"A{n:06d}", customer=Customer(name=name))
    meter = Meter(serial=f"CB{n:06d}", make="Demo Meter", size="5/8", dials=6, status="installed")
    session.add_all(
        [
            ServiceAgreement(account=account, service_point=point, start_on=date(2020, 1, 1)),
            Installation(
                meter=meter, service_point=point, installed_at=AT, start_read=0, source=f"import:{n}"
            ),
            Order(
                number=f"W{n:06d}",
                type="reread",
                state="approved",
                service_point=point,
                account=account,
                planned_minutes=15,
                requested_at=AT,
                requested_by="dana",
            ),
        ]
    )
    session.flush()


@pytest.fixture
def town(session: Session) -> Session:
    """Three households, two of them in one street."""
    add_household(session, 1, "Maria O'Brien", "114", "Alder Street")
    add_household(session, 2, "Jörg Müller-Lüdenscheidt", "116", "Alder Street")
    add_household(session, 3, "Alderson Water Works", "7", "100th Street")
    return session


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("A000001", ("account", "A000001")),
        ("a000001", ("account", "A000001")),
        ("W000002", ("order", "W000002")),
        ("cb000003", ("meter", "CB000003")),
        ("SP-000002", ("premise", "P-000002")),
        ("P-000003", ("premise", "P-000003")),
        ("114 alder", ("premise", "P-000001")),
        ("alder st 116", ("premise", "P-000002")),
        ("brien maria", ("account", "A000001")),
        ("O'Brien", ("account", "A000001")),
        ("müller", ("account", "A000002")),
        ("  falls 7 ", ("premise", "P-000003")),
    ],
)
def test_each_way_of_asking_finds_it_first(town: Session, asked: str, found: tuple[str, str]) -> None:
    first = search(town, asked)[0]
    assert (first.kind, first.key) == found


@pytest.fixture
def reachable(town: Session) -> Session:
    """The first customer with telephone and email, its service with a lock and a seal, and two receipts."""
    customer = town.query(Customer).filter_by(name="Maria O'Brien").one()
    customer.phone, customer.email = "+1 (555) 010-2345 x12", "Maria.OBrien@example.com"
    point = town.query(ServicePoint).filter_by(number="SP-000001").one()
    point.lock_number, point.seal_number = "L-4711", "S0815"
    town.query(Customer).filter_by(name="Alderson Water Works").one().phone = "010-2345"
    account = town.query(Account).filter_by(number="A000001").one()
    town.add(Technician(id="t01", name="Demo One"))
    town.flush()
    town.add_all(
        [
            Receipt(
                number="AB-000007",
                device_id="d1",
                technician_id="t01",
                account_id=account.id,
                amount_cents=4_500,
                method="cash",
                taken_at=AT,
                previous_hash="0" * 64,
                hash="1" * 64,
                chain_ok=True,
                source="event:d1:1",
            ),
            CounterReceipt(
                number="C-000041",
                request_id="r1",
                account_id=account.id,
                amount_cents=4_500,
                tendered_cents=5_000,
                change_cents=500,
                channel="counter",
                issued_at=AT,
                issued_by="casey",
            ),
        ]
    )
    town.flush()
    return town


@pytest.mark.parametrize(
    "asked",
    [
        "(555) 010-2345",
        "5550102345",
        "555.010.2345",
        "1 555 010 2345",
        "+1-555-010-2345 ext. 3",
        "maria.obrien@example.com",
        "MARIA.OBrien@",
        "AB-000007",
        "ab-0000",
        "C-000041",
    ],
)
def test_an_account_is_found_by_what_the_caller_knows(reachable: Session, asked: str) -> None:
    found = [(hit.kind, hit.key) for hit in search(reachable, asked)]
    assert found[0] == ("account", "A000001")


def test_a_number_without_its_area_finds_all_of_that_number(reachable: Session) -> None:
    assert [hit.key for hit in search(reachable, "010-2345")] == ["A000001", "A000003"]
    assert [hit.key for hit in search(reachable, "444 010 2345")] == ["A000003"]


@pytest.mark.parametrize("asked", ["L-4711", "l-47", "S0815"])
def test_a_lock_or_seal_leads_to_its_place(reachable: Session, asked: str) -> None:
    (hit,) = search(reachable, asked)
    assert (hit.kind, hit.key) == ("premise", "P-000001")


def test_the_end_of_a_serial_is_enough(reachable: Session) -> None:
    assert [(hit.kind, hit.key) for hit in search(reachable, "00002")] == [("meter", "CB000002")]
    assert search(reachable, "002") == []


def test_a_hit_says_what_people_need_to_choose(town: Session) -> None:
    (account,) = search(town, "A000001")
    assert (account.title, account.detail, account.state) == ("Maria O'Brien", "114 Alder Street", "active")
    (order,) = search(town, "W000001")
    assert (order.title, order.detail, order.state) == ("reread", "114 Alder Street", "approved")
    assert (order.account, order.service_point) == ("A000001", "SP-000001")
    assert {hit.account for hit in search(town, "alder") if hit.kind == "premise"} == {"A000001", "A000002"}


def test_the_index_follows_changes(town: Session) -> None:
    customer = town.query(Customer).filter_by(name="Maria O'Brien").one()
    customer.name = "Maria Novak"
    town.flush()
    assert [hit.key for hit in search(town, "novak")] == ["A000001"]
    assert search(town, "brien") == []


def test_a_closed_account_is_found_with_its_last_address(town: Session) -> None:
    agreement = town.query(ServiceAgreement).join(Account).filter(Account.number == "A000001").one()
    agreement.end_on, agreement.state = date(2025, 6, 30), "closed"
    town.flush()
    (account,) = search(town, "A000001")
    assert account.detail == "114 Alder Street"
    (premise,) = search(town, "P-000001")
    assert premise.account is None
    assert "nobody served now" in premise.detail


def test_no_kind_crowds_the_others_out(session: Session) -> None:
    for n in range(1, LIMIT + 9):
        add_household(session, n, "Alder Holdings", str(n), "Alder Street")
    kinds = [hit.kind for hit in search(session, "alder")]
    assert kinds.count("premise") == LIMIT
    assert kinds.count("account") == LIMIT


def test_all_answers_are_counted_though_few_are_shown(session: Session) -> None:
    for n in range(1, 70):
        add_household(session, n, "Quiet Person", str(n), "Alder Street")
    found = find(session, "alder")
    assert (len(found.hits), found.totals["premise"], found.total, found.more) == (LIMIT, 69, 69, False)
    found = find(session, "W0000")
    assert (len(found.hits), found.totals) == (LIMIT, {"order": 69, "account": 0, "meter": 0, "premise": 0})
    assert COUNTED >= 69
    houses = [hit.title for hit in find(session, "alder street").hits]
    assert houses[:3] == ["1 Alder Street", "2 Alder Street", "3 Alder Street"]


def test_accents_are_folded_alike_on_both_engines(town: Session) -> None:
    add_household(town, 9, "José Núñez Łukasz", "5", "Calle Peña")
    for asked in ("munoz", "müller", "muller", "MULLER", "mu\u0308ller"):
        assert [hit.key for hit in search(town, asked)] == (["A000002"] if asked != "munoz" else [])
    for asked in ("nunez", "Núñez", "jose nun"):
        assert [hit.key for hit in search(town, asked)] == ["A000009"]
    for asked in ("5 calle pena", "5 Calle Peña"):
        assert [hit.key for hit in search(town, asked)] == ["P-000009"]


@pytest.mark.parametrize(
    ("asked", "unused"),
    [
        ("114 Alder Street Apt 9", ("unit 9",)),
        ("114 Alder Street, Demo Falls, KS 66000", ("66000", "ks")),
        ("114 1/2 Alder St", ("1/2",)),
        ("114 alder st MP 12", ("mile 12",)),
        ("114 Alder Street, Elsewhere", ("elsewhere",)),
    ],
)
def test_a_part_that_nothing_answers_to_is_left_out_and_named(
    town: Session, asked: str, unused: tuple[str, ...]
) -> None:
    found = find(town, asked)
    assert ([hit.key for hit in found.hits], found.unused) == (["P-000001"], unused)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.text(max_size=120) | st.text("ab1%_'\"*:&|!()-\\ @+\x00", max_size=12))
@example(asked="@\x00")
@example(asked="\x00\ud800")
def test_nothing_typed_breaks_it(town: Session, asked: str) -> None:
    assert len(search(town, asked)) <= 6 * LIMIT


@pytest.mark.parametrize("words", [[], [""], ["a b"], ['x"'], ["a*"]])
def test_the_query_language_is_never_given_raw_text(words: list[str]) -> None:
    question = tuple(((Term(word),),) for word in words)
    with pytest.raises(ValueError, match="letters and digits"):
        search_index.ids_with_words(search_index.CUSTOMER, question, 5, "sqlite")


def follow_words(session: Session) -> int:
    """What the worker's upkeep does."""
    return keep_search_words(session, search_words(session))


@pytest.mark.parametrize(
    ("asked", "read_as"),
    [
        ("Aldr Street", "alder street"),
        ("114 Adler Street", "114 alder street"),
        ("114 Alderr Street", "114 alder street"),
        ("Mraia", "maria"),
        ("Jorg Mulelr", "jorg muller"),
        ("Luedenscheidt", "ludenscheidt"),
    ],
)
def test_a_misspelt_word_finds_the_nearest_there_is(town: Session, asked: str, read_as: str) -> None:
    follow_words(town)
    found = find(town, asked)
    assert found.read_as == read_as
    assert found.hits
    assert found.hits == find(town, read_as).hits
    assert find(town, read_as).read_as is None


@pytest.mark.parametrize("asked", ["zzzzqqqq", "xlder street", "114 Older Boulevard Elsewhere", "W99999"])
def test_what_is_near_to_nothing_finds_nothing(town: Session, asked: str) -> None:
    follow_words(town)
    assert find(town, asked).hits == []


def test_the_vocabulary_follows_names_and_streets(town: Session) -> None:
    assert follow_words(town) > 0
    assert follow_words(town) == 0
    customer = town.scalars(select(Customer).limit(1)).one()
    customer.name = "Wilhelmina O'Shaughnessy"
    town.flush()
    assert follow_words(town) >= 2
    assert [hit.title for hit in find(town, "wihelmina oshaugnessy").hits] == []
    assert [hit.title for hit in find(town, "wihelmina").hits] == ["Wilhelmina O'Shaughnessy"]
