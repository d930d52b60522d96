"""The machine that climbs a ladder: whatever happens, no step is taken unseen, and the way back is always known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.resources.canary import CanaryState, same_weights, share_of
from tui.resources.canary_plan import Bounds, CanaryPlan, Counts, parse_steps, steps_problem, verdict
from tui.resources.endpoint_metrics import VariantTraffic
from tui.resources.endpoint_weights import VariantWeight, weights_problem

ORIGINAL = (VariantWeight("old", 3.0, 2), VariantWeight("new", 1.0, 1), VariantWeight("other", 1.0, 1))
PLAN = CanaryPlan("shop", "new", "old", ORIGINAL, hold_seconds=60, bounds=Bounds(least=100))
HEALTHY = Counts(200, 0, 0, 10.0)


def begun(plan: CanaryPlan = PLAN) -> CanaryState:
    return CanaryState(plan, plan.weights(-1))


def test_a_step_gives_the_new_variant_its_percentage_and_the_others_their_proportions() -> None:
    assert PLAN.problem == ""
    assert PLAN.weights(1) == (VariantWeight("old", 56.25), VariantWeight("new", 25.0), VariantWeight("other", 18.75))
    assert PLAN.weights(3) == (VariantWeight("old", 0.0), VariantWeight("new", 100.0), VariantWeight("other", 0.0))
    assert PLAN.weights(-1) == (VariantWeight("old", 3.0), VariantWeight("new", 1.0), VariantWeight("other", 1.0))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"new": "old"}, "two variants of the endpoint"),
        ({"old": "nobody"}, "two variants of the endpoint"),
        ({"original": (VariantWeight("old", 0.0), VariantWeight("new", 1.0))}, "all the traffic already"),
        ({"steps": ()}, "1 to 10 steps"),
        ({"steps": (5.0, 5.0)}, "higher than the one before"),
        ({"steps": (0.0, 5.0)}, "more than 0"),
        ({"steps": (50.0, 101.0)}, "at most 100"),
        ({"hold_seconds": -1.0}, "at most a day"),
        ({"bounds": Bounds(p99_ratio=0.5)}, "factor from 1"),
        ({"bounds": Bounds(excess_5xx=1.0)}, "less than 100 percentage points"),
        ({"bounds": Bounds(least=0)}, "from 1 to"),
    ],
)
def test_a_plan_that_makes_no_sense_says_why(changes: dict[str, object], why: str) -> None:
    assert why in replace(PLAN, **changes).problem  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["5-25-50-100", "5, 25, 50, 100", "5 % 25 % 50 % 100 %"])
def test_steps_are_typed_as_people_write_them(text: str) -> None:
    assert parse_steps(text) == (5.0, 25.0, 50.0, 100.0)


@pytest.mark.parametrize("text", ["", "five", "50, 25", "0, 5", "5, 1e2", "101"])
def test_other_steps_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        parse_steps(text)


def test_few_requests_are_never_good() -> None:
    for new, old in ((Counts(99, 0, 0, 1.0), HEALTHY), (HEALTHY, Counts(99, 0, 0, 10.0)), (Counts(), HEALTHY)):
        assert verdict(PLAN, new, old).kind == "not enough traffic yet"
    assert verdict(PLAN, Counts(500, 0, 0, None), HEALTHY).kind == "not enough traffic yet"
    assert verdict(PLAN, HEALTHY, HEALTHY).kind == "good"


def test_errors_break_as_soon_as_no_later_request_could_mend_them() -> None:
    assert verdict(PLAN, Counts(10, 0, 1, 10.0), HEALTHY).kind == "not enough traffic yet"  # 1 of 100 is within 1 %
    broken = verdict(PLAN, Counts(10, 0, 2, 10.0), HEALTHY)
    assert broken.kind == "broken"
    assert broken.words == (
        "20.0% of 10 requests to new ended in a 5XX, 0.0% of those to old; the bound is 1 percentage points more."
    )
    assert verdict(PLAN, Counts(1000, 30, 0, 10.0), HEALTHY).kind == "broken"
    assert verdict(PLAN, Counts(1000, 30, 0, 10.0), Counts(1000, 25, 0, 10.0)).kind == "good"  # clients err for both


def test_latency_is_compared_with_the_old_variant() -> None:
    assert verdict(PLAN, replace(HEALTHY, p99_ms=15.0), HEALTHY).kind == "good"
    broken = verdict(PLAN, replace(HEALTHY, p99_ms=15.1), HEALTHY)
    assert (broken.kind, broken.words.partition(",")[0]) == ("broken", "p99 of new is 15.1 ms")


def test_counts_leave_out_what_the_first_minute_had_counted_before() -> None:
    traffic = VariantTraffic("new", (30.0, None, 40.0), (), (), (None, None, 2.0), (None, None, None), None, 12.5)
    assert Counts.of(traffic, Counts(10, 1, 0)) == Counts(60.0, 1.0, 0.0, 12.5)
    assert Counts.of(None) == Counts()


def test_a_ladder_without_trouble() -> None:
    state = begun()
    for step in range(4):
        assert (state.phase, state.step) == ("shifting", step)
        state = state.asking()
        assert not state.sure
        state = state.saw(state.wanted).arrived()
        state = state.observed(HEALTHY, HEALTHY)
        assert (state.phase, state.remaining_seconds) == ("holding", 60)
        state = state.waited(59).observed(HEALTHY, HEALTHY)
        assert state.phase == "holding"
        # The old one has nothing left at the last step; what it did before is what counts.
        old = HEALTHY if step < 3 else Counts()
        state = state.waited(1).observed(Counts(20, 0, 0, 10.0), old)
        assert (state.phase, state.remaining_seconds) == ("holding", 0), "time alone is not enough"
        state = state.observed(HEALTHY, old)
    assert (state.phase, state.reason) == ("done", "new has 100 % of the traffic.")
    assert state.weights_said == "old 0 %, new 100 %, other 0 %"
    assert set(state.passed) == {0, 1, 2, 3}


def test_a_broken_bound_sends_traffic_back_and_says_why() -> None:
    state = begun().arrived().observed(Counts(10, 0, 5, 10.0), HEALTHY)
    assert state.phase == "going back"
    assert "50.0% of 10 requests to new ended in a 5XX" in state.reason
    assert state.wanted == PLAN.weights(-1)
    state = state.asking().saw(state.wanted).arrived()
    assert (state.phase, state.weights_said) == ("rolled back", "old 60 %, new 20 %, other 20 %")


def test_a_pause_stays_but_still_watches() -> None:
    state = begun().arrived().paused_now(True).observed(HEALTHY, HEALTHY).waited(1000)
    assert state.held_seconds == 0
    assert state.observed(Counts(10, 0, 5, 10.0), HEALTHY).phase == "going back"
    assert state.paused_now(False).waited(60).observed(HEALTHY, HEALTHY).step == 1


def test_trouble_stops_the_clock_until_something_is_known_again() -> None:
    state = begun().arrived().observed(HEALTHY, HEALTHY).lost("No network.").waited(1000)
    assert (state.held_seconds, state.trouble, state.phase) == (0, "No network.", "holding")
    assert state.observed(HEALTHY, HEALTHY).trouble == ""


def test_weights_of_somebody_else_end_it() -> None:
    state = begun().arrived().saw((VariantWeight("old", 1.0), VariantWeight("new", 7.0), VariantWeight("other", 0.0)))
    assert (state.phase, state.sure) == ("stopped", True)
    assert "changed by somebody else" in state.reason
    assert state.weights_said == "old 12.5 %, new 87.5 %, other 0 %"


def test_a_stop_while_a_change_is_under_way_waits_to_know_the_weights() -> None:
    state = begun().asking().stopped("Enough.")
    assert state.weights_said == "old 60 %, new 20 %, other 20 %, or new 5 %: not known yet"
    state = state.saw(PLAN.weights(0))
    assert (state.phase, state.sure, state.weights_said) == ("stopped", True, "old 71.3 %, new 5 %, other 23.7 %")


def test_weights_are_the_same_as_the_service_keeps_them() -> None:
    assert same_weights(
        [VariantWeight("a", 0.1), VariantWeight("b", 0)], [VariantWeight("b", 0), VariantWeight("a", 0.10000000149)]
    )
    assert not same_weights([VariantWeight("a", 1)], [VariantWeight("a", 1.1)])
    assert not same_weights([VariantWeight("a", 1)], [VariantWeight("b", 1)])


counts = st.builds(
    Counts,
    st.floats(0, 1e4),
    st.floats(0, 1e3),
    st.floats(0, 1e3),
    st.none() | st.floats(0.1, 1e4),
)
plans = st.builds(
    CanaryPlan,
    st.just("shop"),
    st.just("new"),
    st.just("old"),
    st.tuples(st.floats(0.001, 1e6), st.floats(0, 1e6), st.floats(0, 1e6)).map(
        lambda weights: tuple(map(VariantWeight, ("old", "new", "other"), weights))
    ),
    st.sets(st.integers(1, 100), min_size=1, max_size=6).map(lambda steps: tuple(map(float, sorted(steps)))),
    st.floats(0, 100),
)
events = st.lists(
    st.one_of(
        st.just(("asking",)),
        st.just(("arrived",)),
        st.tuples(st.just("waited"), st.floats(0, 100)),
        st.tuples(st.just("observed"), counts, counts),
        st.just(("observed", HEALTHY, HEALTHY)),
        st.tuples(st.just("lost"), st.just("No network.")),
        st.tuples(st.just("paused_now"), st.booleans()),
        st.tuples(st.just("back"), st.just("Asked.")),
        st.tuples(st.just("stopped"), st.just("Enough.")),
    ),
    max_size=60,
)


@given(plans, events)
def test_no_step_is_taken_unseen_whatever_happens(plan: CanaryPlan, happening: list[tuple[object, ...]]) -> None:
    assert steps_problem(plan.steps) == ""
    state = begun(plan)
    for event, *arguments in happening:
        before, state = state, getattr(state, str(event))(*arguments)
        assert not weights_problem(state.wanted)
        assert 0 <= state.step < len(plan.steps)
        if before.ended:
            assert state.phase == before.phase
        if state.step > before.step:
            assert (state.step, before.phase, before.paused) == (before.step + 1, "holding", False)
            assert before.remaining_seconds == 0
        assert set(state.passed) == set(range(state.step + (state.phase == "done")))
        assert all(one.kind == "good" for one in state.passed.values())
        if before.phase == "going back" and state.phase != "stopped":
            assert same_weights(state.wanted, plan.original)
        if state.phase in ("shifting", "holding"):
            assert abs(share_of("new", state.wanted) - plan.steps[state.step]) <= 0.1
        if state.phase in ("going back", "rolled back", "stopped") and not before.ended:
            assert state.reason
