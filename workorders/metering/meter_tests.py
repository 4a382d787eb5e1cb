"""A meter test: registration per flow, weighted, against the profile of the meter's size. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from workorders.policy.rulebook import FlowLimits, MeterTestProfile


@dataclass(frozen=True, slots=True)
class Volumes:
    """What meter and standard counted for the same water (any one unit)."""

    meter: float
    standard: float


@dataclass(frozen=True, slots=True)
class FlowRun:
    """One flow as it was run; `as_left` after an adjustment or repair."""

    gpm: float
    as_found: Volumes
    as_left: Volumes | None = None


@dataclass(frozen=True, slots=True)
class MeterTestResult:
    """The verdict: pass | fast | slow by the weighted accuracy; `failed_flows` are outside their limits."""

    accuracy_percent: float
    verdict: str
    failed_flows: tuple[str, ...]
    left_within: bool
    """Every flow as left (or as found, where nothing was changed) is inside its limits."""


def accuracy(volumes: Volumes, error_of: str) -> float:
    """Registration in percent: 100 + the error as a share of the meter's or of the standard's volume.

    Raises ValueError when a volume is not positive: such a run proves nothing.
    """
    if volumes.meter <= 0 or volumes.standard <= 0:
        raise ValueError("the volumes of a test run are above zero")
    base = volumes.meter if error_of == "meter" else volumes.standard
    return 100.0 + 100.0 * (volumes.meter - volumes.standard) / base


def missing_flows(profile: MeterTestProfile, runs: Sequence[FlowRun]) -> tuple[str, ...]:
    """Names of the profile's flows that were not run."""
    done = {run.gpm for run in runs}
    return tuple(flow.name for flow in profile.flows if flow.gpm not in done)


def judge_test(profile: MeterTestProfile, runs: Sequence[FlowRun]) -> MeterTestResult:
    """Judge a complete test. Raises ValueError when a flow is missing or a volume is not positive."""
    if missing := missing_flows(profile, runs):
        raise ValueError(f"flows not run: {', '.join(missing)}")
    by_rate = {run.gpm: run for run in runs}
    weighted = 0.0
    failed: list[str] = []
    left_within = True
    for flow in profile.flows:
        run = by_rate[flow.gpm]
        found = accuracy(run.as_found, profile.error_of)
        weighted += found * flow.weight
        if not _inside(flow, found):
            failed.append(flow.name)
        left = found if run.as_left is None else accuracy(run.as_left, profile.error_of)
        left_within = left_within and _inside(flow, left)
    total = round(weighted / sum(flow.weight for flow in profile.flows), 4)
    verdict = "fast" if total > profile.high_percent else "slow" if total < profile.low_percent else "pass"
    return MeterTestResult(total, verdict, tuple(failed), left_within)


def overcharged_share(accuracy_percent: float, error_of: str) -> float:
    """The share of what was billed that the meter counted too much (negative: too little)."""
    error = (accuracy_percent - 100.0) / 100.0
    return error if error_of == "meter" else error / (1.0 + error)


def _inside(flow: FlowLimits, percent: float) -> bool:
    return flow.low_percent <= percent <= flow.high_percent
