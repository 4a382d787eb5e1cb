"""Run every benchmark, or the parts named on the command line."""

import argparse
import importlib
import sys

PARTS = {
    "routing": ("bench.routing_network", "bench.routing_days"),
    "territory": ("bench.territory",),
    "ingest": ("bench.ingest", "bench.publish"),
    "imports": ("bench.imports",),
    "pages": ("bench.pages",),
    "sync": ("bench.sync",),
    "domain": ("bench.collections_scale",),
    "figures": ("bench.figures",),
}
"""The page of figures last: it is made of what the others kept."""


def main() -> None:
    """Each part's modules have a `main(arguments)` that prints its tables."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of: {', '.join(PARTS)} (default: all)")
    known, rest = parser.parse_known_args()
    unknown = set(known.parts) - PARTS.keys()
    if unknown:
        sys.exit(f"There is no part {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}.")
    for part in known.parts or PARTS:
        for name in PARTS[part]:
            print(f"\n=== {part}: {name}", flush=True)
            importlib.import_module(name).main(rest)


if __name__ == "__main__":
    main()
