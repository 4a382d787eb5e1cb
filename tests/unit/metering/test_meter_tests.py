"""Meter tests: registration, limits, verdict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.situations import BOOK, NOW
from workorders.metering.meter_tests import (
    FlowRun,
    Volumes,
    accuracy,
    judge_test,
    missing_flows,
    overcharged_share,
)
from workorders.policy.rulebook import MeterTestProfile

SAMPLE = BOOK.in_force(NOW.date()).test_profile("water", "5/8")
assert SAMPLE is not None
PROFILE: MeterTestProfile = SAMPLE

volumes = st.floats(0.1, 1000, allow_nan=False)


def runs(low: float, middle: float, high: float, left: float | None = None) -> list[FlowRun]:
    """The three flows of a 5/8" meter; each value is the meter's volume for 100 of the standard's."""
    after = None if left is None else Volumes(left, 100.0)
    return [FlowRun(gpm, Volumes(v, 100.0), after) for gpm, v in ((0.25, low), (2.0, middle), (15.0, high))]


@pytest.mark.parametrize(
    ("found", "verdict"),
    [((99, 100, 100), "pass"), ((104, 104, 104), "fast"), ((94, 95, 96), "slow"), ((92, 100, 107), "pass")],
)
def test_the_verdict_is_that_of_the_weighted_accuracy(
    found: tuple[float, float, float], verdict: str
) -> None:
    assert judge_test(PROFILE, runs(*found)).verdict == verdict


def test_a_flow_outside_its_own_limits_is_named_even_when_the_meter_passes() -> None:
    result = judge_test(PROFILE, runs(90, 100, 104))
    assert result.failed_flows == ("low", "high")
    assert not result.left_within
    assert judge_test(PROFILE, runs(90, 100, 104, left=100)).left_within


def test_low_flow_has_wider_limits() -> None:
    assert judge_test(PROFILE, runs(96, 100, 100)).failed_flows == ()
    assert judge_test(PROFILE, runs(100, 96, 100)).failed_flows == ("intermediate",)


def test_a_test_without_all_flows_is_no_test() -> None:
    assert missing_flows(PROFILE, runs(100, 100, 100)[:1]) == ("intermediate", "high")
    with pytest.raises(ValueError, match="high"):
        judge_test(PROFILE, runs(100, 100, 100)[:2])


@given(volumes, volumes)
def test_the_error_is_a_share_of_the_volume_the_profile_names(meter: float, standard: float) -> None:
    run = Volumes(meter, standard)
    assert accuracy(run, "standard") == pytest.approx(100 * meter / standard)
    assert accuracy(run, "meter") == pytest.approx(200 - 100 * standard / meter)
    for error_of in ("meter", "standard"):
        assert (accuracy(run, error_of) > 100) == (meter > standard) or meter == pytest.approx(standard)


@given(st.floats(50, 150), st.floats(50, 150))
def test_the_overcharged_share_of_the_bill_is_the_same_by_either_measure(
    meter: float, standard: float
) -> None:
    run = Volumes(meter, standard)
    shares = [overcharged_share(accuracy(run, error_of), error_of) for error_of in ("meter", "standard")]
    assert shares[0] == pytest.approx(shares[1], abs=1e-9)
    # What was billed less the overcharge is what really ran.
    assert meter * (1 - shares[0]) == pytest.approx(standard)


@pytest.mark.parametrize("broken", [Volumes(0, 10), Volumes(10, 0), Volumes(-1, 10)])
def test_a_run_without_volume_proves_nothing(broken: Volumes) -> None:
    with pytest.raises(ValueError, match="above zero"):
        accuracy(broken, "meter")
