"""Calibration figures against values worked out by hand, and temperatures that undo overconfidence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.levels.calibrate import (
    accuracy_at_coverage,
    bootstrap,
    calibration_error,
    fit_temperature,
    refusal_threshold,
    temper,
    wilson,
)
from grounding.levels.data import Command, labelled
from grounding.levels.model import Posterior
from grounding.levels.reward import Level, Meaning, Reward
from grounding.levels.score import figures, judge

MEANINGS = [Meaning(Level.GOAL, Reward(f"room{k}")) for k in range(3)]


def test_error_of_two_bins_by_hand() -> None:
    confidence = [0.6, 0.6, 0.9, 0.9]
    right = [True, False, True, True]
    assert calibration_error(confidence, right, bins=2) == pytest.approx(0.5 * 0.1 + 0.5 * 0.1)


def test_true_probabilities_have_a_small_error_and_inflated_ones_a_large_one() -> None:
    rng = np.random.default_rng(1)
    truth = rng.uniform(0.3, 0.9, 20000)
    right = rng.uniform(size=20000) < truth
    assert calibration_error(truth, right) < 0.02
    assert calibration_error(np.minimum(truth + 0.2, 1.0), right) > 0.15


def sample(n: int, overconfident: float) -> tuple[list[Command], list[Posterior]]:
    """Commands whose posterior is the true one, raised to a power."""
    rng = np.random.default_rng(2)
    commands, posteriors = [], []
    for _ in range(n):
        truth = rng.dirichlet(np.ones(3))
        commands.append(Command("go", MEANINGS[rng.choice(3, p=truth)]))
        posteriors.append(Posterior.of(zip(MEANINGS, truth**overconfident, strict=True)))
    return commands, posteriors


@pytest.mark.parametrize("power", [0.5, 1.0, 3.0])
def test_temperature_undoes_a_power(power: float) -> None:
    commands, posteriors = sample(3000, power)
    assert fit_temperature(posteriors, commands) == pytest.approx(power, rel=0.15)


def test_tempering_keeps_the_order_and_the_strangeness() -> None:
    posterior = Posterior.of(zip(MEANINGS, [0.7, 0.2, 0.1], strict=True), strangeness=4.0)
    softer = temper(posterior, 3.0)
    assert [m for m, _ in softer.ranked] == [m for m, _ in posterior.ranked]
    assert softer.probability < posterior.probability
    assert softer.strangeness == 4.0
    assert sum(p for _, p in softer.ranked) == pytest.approx(1.0)


@given(st.integers(1, 500), st.floats(0, 1))
def test_wilson_holds_the_share(n: int, share: float) -> None:
    low, high = wilson(share * n, n)
    assert 0.0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1.0


def test_bootstrap_of_a_mean_agrees_with_the_normal_interval() -> None:
    values = np.random.default_rng(3).normal(size=400)
    low, high = bootstrap(values, lambda rows: float(rows.mean()))
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.15)


def test_coverage_keeps_the_surest() -> None:
    assert accuracy_at_coverage([0.1, 0.2, 0.9, 0.8], [False, False, True, True], 0.5) == 1.0


def test_threshold_refuses_at_most_the_share_it_was_given() -> None:
    values = np.arange(100.0)
    assert (values > refusal_threshold(values, 0.05)).sum() == 5
    assert (values > refusal_threshold(values, 0.0)).sum() == 0


def test_a_command_of_unknown_level_is_judged_by_its_reward_function() -> None:
    command = labelled("go there", "agentInRegion agent0 room1")
    weights = {
        Meaning(Level.GOAL, Reward("room1")): 0.4,
        Meaning(Level.SUBGOAL, Reward("room1")): 0.3,
        Meaning(Level.MOTION, Reward("room1")): 0.3,
    }
    judged = judge(command, Posterior.of(weights.items()))
    assert judged.level is None
    assert judged.joint_right
    assert judged.level_right
    assert judged.joint_confidence == pytest.approx(0.7)
    assert judged.level_confidence == pytest.approx(0.7)
    wrong = judge(command, Posterior.of([(Meaning(Level.MOTION, Reward("room1")), 1.0)]))
    assert not wrong.joint_right
    assert not wrong.level_right


def test_figures_by_hand() -> None:
    good = Posterior.of(zip(MEANINGS, [0.8, 0.1, 0.1], strict=True))
    judged = [judge(Command("a", MEANINGS[0]), good)] * 4 + [judge(Command("b", MEANINGS[1]), good)]
    found = figures(judged)
    assert found["n"] == 5
    assert found["joint_accuracy"] == pytest.approx(0.8)
    assert found["level_accuracy"] == 1.0
    assert found["ece_joint"] == pytest.approx(0.32)  # one answer a bin: 4 x |0.8 - 1|, 1 x |0.8 - 0|
    assert found["per_level"]["L2"]["joint_accuracy"] == pytest.approx(0.8)
    low, high = found["ci95"]["joint_accuracy"]
    assert low < 0.8 < high
