"""Benchmarks a user can run: `make bench`, or one part with `make bench PART=routing`."""
