"""Attribution patching: the gradient times the step, exact where the model is linear."""

from dataclasses import replace

import pytest
import torch

from mechnotes import hooks, metrics, prompts
from mechnotes.patching import activation, attribution
from tests.patching import slow
from tests.patching.conftest import CHANGED, pairs_of, skip_where_lacking


@pytest.mark.parametrize("site", hooks.SITES)
def test_the_estimate_is_the_slope_of_the_exact_patch(any_model, random_pairs, site):
    """A patch of one thousandth of the step changes the metric by a thousandth of the estimate."""
    skip_where_lacking(any_model, site)
    estimate = attribution.patch(any_model, random_pairs, site=site, positions="named", heads="all")
    clean, base = (slow.cached(any_model, t) for t in (random_pairs.clean, random_pairs.corrupted))
    name, epsilon = hooks.name(any_model, site, layer=0), 1e-2
    step = clean[name] - base[name]
    if site == "resid_mid":
        name = hooks.name(any_model, "attn_out", layer=0)

    def moved(sign: float):
        def move(activation: torch.Tensor, **_: object) -> torch.Tensor:
            changed = activation.clone()
            at = (
                (slice(None), slice(None), CHANGED) if site == "pattern" else (slice(None), CHANGED)
            )
            changed[at] += sign * epsilon * step[at]
            return changed

        return slow.logit_diff(any_model, random_pairs.corrupted, [(name, move)], random_pairs)

    slope = (moved(1.0) - moved(-1.0)) / (2 * epsilon)
    found = (estimate.patched - estimate.corrupted)[0, 0]
    assert torch.allclose(found, slope, atol=5e-3, rtol=0.02)


def test_the_estimate_is_exact_for_the_last_mlp_up_to_the_final_norm(storybook):
    """After the last MLP stands only a norm, which is nearly linear for small steps."""
    pairs = prompts.ioi(n_pairs=8, seed=0)
    tiny = prompts.ioi(n_pairs=8, seed=0)
    estimate = attribution.patch(storybook, tiny, site="mlp_out", layers=[2])
    exact = activation.patch(storybook, pairs, site="mlp_out", layers=[2])
    assert torch.sign(estimate.effect).equal(torch.sign(exact.effect))


def test_estimates_and_exact_patches_of_heads_go_together(storybook):
    pairs = prompts.ioi(n_pairs=16, seed=0)
    estimate = attribution.patch(storybook, pairs).effect.flatten()
    exact = activation.patch(storybook, pairs).effect.flatten()
    assert torch.corrcoef(torch.stack((estimate, exact)))[0, 1] > 0.8


def test_batches_do_not_change_the_estimate(storybook):
    pairs = prompts.ioi(n_pairs=5, seed=0)
    whole, parts = (attribution.patch(storybook, pairs, batch_size=n) for n in (64, 2))
    assert torch.allclose(whole.patched, parts.patched, atol=1e-5)


def test_positions_may_be_at_the_start_in_some_prompts_and_at_the_end_in_others(storybook):
    pairs = prompts.ioi(n_pairs=3, seed=0)
    apart = replace(pairs, positions={"somewhere": torch.tensor([0, 14, 10])})
    each = attribution.patch(storybook, pairs, positions="each").patched
    named = attribution.patch(storybook, apart, positions="named").patched[..., 0, :]
    for row, pos in enumerate([0, 14, 10]):
        assert torch.allclose(named[..., row], each[..., pos, row], atol=1e-6)


def test_no_gradient_is_left_behind(storybook):
    pairs = prompts.ioi(n_pairs=2, seed=0)
    attribution.patch(storybook, pairs)
    assert all(weight.grad is None for weight in storybook.parameters())
    assert not storybook(pairs.clean).requires_grad


def test_a_metric_without_a_gradient_is_refused(storybook):
    with pytest.raises(ValueError, match="metric: got one without a gradient"):
        attribution.patch(storybook, prompts.ioi(n_pairs=2, seed=0), metric=metrics.accuracy)


def test_identical_rows_have_no_step(any_model, random_pairs):
    half = pairs_of(random_pairs.clean, random_pairs.clean.clone())
    half.corrupted[0] = random_pairs.corrupted[0]
    found = attribution.patch(any_model, half)
    assert (found.patched - found.corrupted)[..., 1:].abs().max() < 1e-5
