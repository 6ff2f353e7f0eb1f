"""Schedules: closed forms equal to what torch and the authors' loop do."""

import pytest
import torch

from mechnotes.monosemanticity import schedules
from mechnotes.monosemanticity.config import RunConfig


def test_the_oscillating_cosine_is_torchs_annealing_without_a_restart():
    weight = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.SGD([weight], lr=0.01)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=512, eta_min=0)
    for done in range(2600):
        ours = schedules.rate(done, schedule="oscillating cosine", steps=4096)
        assert optimiser.param_groups[0]["lr"] == pytest.approx(0.01 * ours, abs=1e-6)
        optimiser.step()
        scheduler.step()


def test_a_run_of_whole_periods_ends_at_a_peak_and_has_a_trough_before():
    rate = {"schedule": "oscillating cosine", "steps": 8192}
    assert schedules.rate(8192, **rate) == pytest.approx(1)
    assert schedules.trough(8192) == 8192 - 512
    assert schedules.rate(schedules.trough(8192), **rate) == pytest.approx(0, abs=1e-12)
    assert schedules.trough(2**17) % 1024 == 512
    assert (schedules.trough(400), schedules.trough(512), schedules.trough(1535)) == (400, 512, 512)


def test_other_schedules_fall_once_or_not_at_all():
    assert schedules.rate(700, schedule="constant", steps=1000) == 1
    falling = [schedules.rate(t, schedule="cosine to zero", steps=1000) for t in range(1001)]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] == 1
    assert falling[-1] == pytest.approx(0)


@pytest.mark.parametrize("steps", [7, 8])
def test_biases_decay_after_each_step_of_the_first_half(steps):
    bias = 2.0
    for i in range(steps):
        if i < steps / 2:  # the authors' condition
            bias *= 1 - 0.3 * 0.1
        assert schedules.decays_bias(i, steps=steps) == (i < steps / 2)
        found = schedules.decayed_bias(
            2.0, decay=0.3, learning_rate=0.1, steps_done=i + 1, steps=steps
        )
        assert found == pytest.approx(bias)


def test_checkpoints_are_where_the_authors_keep_models_and_at_the_trough():
    theirs = {i + 1 for i in range(8192) if i & (i + 1) == 0}  # kept after step number i
    assert theirs == {2**j for j in range(14)}
    assert set(schedules.checkpoints(8192)) == theirs | {0, 8192 - 512}


def test_the_rate_of_a_run_is_its_largest_times_the_schedule():
    run = RunConfig(learning_rate=0.03, schedule="cosine to zero", steps=100)
    assert schedules.rates(run, 50) == pytest.approx(0.015)
