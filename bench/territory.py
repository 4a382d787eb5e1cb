"""How long questions about places take at half a million premises, on SQLite and, when given, PostgreSQL."""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import shapely
from sqlalchemy import insert, text

from geo.territory.geocoding import Gazetteer
from geo.territory.zones import territory
from server.db import open_engine, session_factory
from server.migrate import upgrade
from workorders.tables import Premise, Zone

WEST, SOUTH, SIDE = -98.9, 38.9, 0.6
RUNS = 50


def main(arguments: list[str] | None = None) -> None:
    """Fill a database with premises and print median and worst times in milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m bench territory")
    parser.add_argument("--premises", type=int, default=500_000)
    parser.add_argument(
        "--postgresql", help="SQLAlchemy URL of an EMPTY PostgreSQL database to measure as well"
    )
    options, _ = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{Path(folder) / 'bench.sqlite'}"] + (
            [options.postgresql] if options.postgresql else []
        )
        for url in urls:
            measure(url, options.premises)


def measure(url: str, premises: int) -> None:
    """Fill the database at `url` and time each kind of question."""
    engine = open_engine(url)
    upgrade(engine)
    began = time.perf_counter()
    with session_factory(engine).begin() as session:
        dice = random.Random(1)
        for start in range(0, premises, 20_000):
            session.execute(
                insert(Premise), [row(dice, i) for i in range(start, min(start + 20_000, premises))]
            )
        for i in range(16):
            box = shapely.box(
                *(
                    WEST + i % 4 * 0.15,
                    SOUTH + i // 4 * 0.15,
                    WEST + i % 4 * 0.15 + 0.15,
                    SOUTH + i // 4 * 0.15 + 0.15,
                )
            )
            session.add(Zone(code=f"Z{i}", name=f"Zone {i}", area=shapely.MultiPolygon([box])))
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
    print(f"{engine.dialect.name}: {premises:,} premises loaded in {time.perf_counter() - began:.1f} s")
    with session_factory(engine, read_only=True)() as session:
        places, gazetteer = territory(session), Gazetteer.of(session)
        here = [shapely.Point(WEST + dice.random() * SIDE, SOUTH + dice.random() * SIDE) for _ in range(RUNS)]
        report("lasso of about 250 premises", lambda i: places.premises_in(here[i].buffer(0.0075)))
        report("address to premise", lambda i: gazetteer.geocode(session, f"{i * 7} Steet {i * 31}"))
    engine.dispose()


def row(dice: random.Random, number: int) -> dict[str, object]:
    """One premise at random; about 170 on each of 3,000 streets."""
    return {
        "number": f"P{number}",
        "house_number": str(dice.randrange(1, 2000)),
        "street": f"Street {number % 3000}",
        "city": "Bench",
        "postcode": "00000",
        "position": shapely.Point(WEST + dice.random() * SIDE, SOUTH + dice.random() * SIDE),
    }


def report(title: str, ask: Callable[[int], object]) -> None:
    """Time `RUNS` different questions and print one line."""
    took = []
    for i in range(RUNS):
        start = time.perf_counter()
        ask(i)
        took.append((time.perf_counter() - start) * 1000)
    print(f"  {title:<30} median {statistics.median(took):7.2f} ms   worst {max(took):7.2f} ms")


if __name__ == "__main__":
    main()
