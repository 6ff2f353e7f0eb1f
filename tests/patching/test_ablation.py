"""Ablation: what stands in, and agreement with plain hooks."""

import pytest
import torch

from mechnotes import hooks, prompts
from mechnotes.patching import ablation, activation
from mechnotes.patching.stand_ins import KINDS, stand_in
from tests.patching import slow


def test_stand_ins_are_what_they_are_called():
    stored = torch.arange(24.0).reshape(3, 2, 4)
    assert (stand_in(stored, "zero", n_prompts=5) == 0).all()
    assert torch.allclose(stand_in(stored, "mean", n_prompts=2)[1, 0], stored.mean((0, 1)))
    assert torch.allclose(
        stand_in(stored, "position_mean", n_prompts=2)[0, 1], stored[:, 1].mean(0)
    )
    resampled = stand_in(stored, "resample", n_prompts=3, seed=0)
    assert sorted(resampled[:, 0, 0].tolist()) == sorted(stored[:, 0, 0].tolist())


@pytest.mark.parametrize("seed", range(20))
def test_no_prompt_is_resampled_from_itself(seed):
    stored = torch.arange(7.0)[:, None, None]
    assert (stand_in(stored, "resample", n_prompts=7, seed=seed) != stored).all()


def test_other_seeds_resample_differently_and_the_same_seed_equally():
    stored = torch.arange(50.0)[:, None, None]
    one, other, again = (stand_in(stored, "resample", n_prompts=50, seed=s) for s in (0, 1, 0))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_an_ablated_head_is_a_run_with_a_plain_hook(any_model, random_pairs, kind):
    found = ablation.ablate(any_model, random_pairs, kind=kind, seed=4)
    reference = slow.cached(any_model, random_pairs.corrupted)
    for layer in range(2):
        name = hooks.name(any_model, "z", layer=layer)
        put = stand_in(reference[name], kind, n_prompts=3, seed=4)

        def replace(z: torch.Tensor, put: torch.Tensor = put, **_: object) -> torch.Tensor:
            changed = z.clone()
            changed[:, :, 2] = put[:, :, 2]
            return changed

        slowly = slow.logit_diff(any_model, random_pairs.clean, [(name, replace)], random_pairs)
        assert (found.patched[layer, 2] - slowly).abs().max() < 1e-5


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "mean"])
def test_an_ablated_pattern_is_that_head_looking_as_another_prompt_does_or_nowhere(
    any_model, random_pairs, kind
):
    """Written out: a pattern's axes are prompt, head, reader and position read."""
    found = ablation.ablate(any_model, random_pairs, site="pattern", kind=kind, seed=4)
    for layer, head in ((0, 1), (1, 2)):
        name = hooks.name(any_model, "pattern", layer=layer)
        stored = slow.cached(any_model, random_pairs.corrupted)[name][:, head]
        rows = torch.arange(3.0)[:, None]
        other = stand_in(rows, "resample", n_prompts=3, seed=4)[:, 0].long()
        mean = torch.stack([sum(one) / 3 for one in zip(*stored, strict=True)])
        put = {"zero": 0 * stored, "position_mean": mean, "resample": stored[other]}[kind]

        def look(pattern: torch.Tensor, put=put, head=head, **_: object) -> torch.Tensor:
            changed = pattern.clone()
            changed[:, head] = put
            return changed

        slowly = slow.logit_diff(any_model, random_pairs.clean, [(name, look)], random_pairs)
        assert (found.patched[layer, head] - slowly).abs().max() < 1e-5


@pytest.mark.parametrize("kind", KINDS)
def test_one_head_taken_away_together_is_that_head_taken_away(storybook, kind):
    pairs = prompts.ioi(n_pairs=6, seed=0)
    alone = ablation.ablate(storybook, pairs, kind=kind, seed=1)
    together = ablation.together(storybook, pairs, [(1, 3)], kind=kind, seed=1)
    assert torch.allclose(together.patched, alone.patched[1, 3], atol=1e-5)


def test_taking_no_head_away_is_the_clean_run(storybook):
    pairs = prompts.ioi(n_pairs=4, seed=0)
    found = ablation.together(storybook, pairs, [])
    assert torch.allclose(found.patched, found.clean, atol=1e-6)
    assert found.recovered == 1


def test_a_mean_over_the_clean_prompts_themselves_hurts_less_than_zero(storybook):
    pairs = prompts.ioi(n_pairs=32, seed=0, template=0)
    every = [(layer, head) for layer in range(3) for head in range(4)]
    zero = ablation.together(storybook, pairs, every, kind="zero")
    mean = ablation.together(storybook, pairs, every, kind="position_mean", reference=pairs.clean)
    assert mean.patched.abs().mean() < zero.clean.mean()
    assert (mean.patched - zero.patched).abs().max() > 0.1


def test_resampling_from_ones_own_corrupted_prompt_is_noising(storybook):
    """With the circle of two prompts, each is given the other's."""
    pairs = prompts.ioi(n_pairs=2, seed=0)
    swapped = ablation.ablate(storybook, pairs, kind="resample", reference=pairs.corrupted.flip(0))
    noised = activation.patch(storybook, pairs, direction="noising")
    assert torch.allclose(swapped.patched, noised.patched, atol=1e-5)
