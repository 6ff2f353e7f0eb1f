"""Pooling: loops over each text's own tokens, agreement with latents kept without zeros."""

import pytest
import torch

from mechnotes import rng
from mechnotes.sae.latents import Latents
from mechnotes.sae.statistics import pooling, rule, simulated


def texts() -> tuple[torch.Tensor, torch.Tensor]:
    """Four texts of 3 to 7 tokens with junk beyond their ends."""
    generator = rng.generator(0, "pooling")
    values = torch.rand(4, 7, 5, generator=generator)
    values = values * (torch.rand(4, 7, 5, generator=generator) < 0.5)
    return values, torch.tensor([3, 7, 5, 4])


@pytest.mark.parametrize("skip", [True, False])
def test_pooling_is_the_mean_or_the_largest_over_a_texts_own_tokens(skip):
    values, lengths = texts()
    for text, length in enumerate(lengths.tolist()):
        own = values[text, int(skip) : length]
        mean = pooling.pooled(values, lengths, "mean", skip_bos=skip)
        assert torch.allclose(mean[text], own.mean(0))
        largest = pooling.pooled(values, lengths, "max", skip_bos=skip)
        assert torch.equal(largest[text], own.amax(0))


@pytest.mark.parametrize("how", ["mean", "max"])
@pytest.mark.parametrize("skip", [True, False])
def test_latents_kept_without_zeros_are_pooled_alike(how, skip):
    values, lengths = texts()
    beyond = torch.arange(7) >= lengths[:, None]
    text, position, index = values.masked_fill(beyond[..., None], 0.0).nonzero(as_tuple=True)
    words = tuple(("<bos>",) + ("a",) * (length - 1) for length in lengths.tolist())
    kept = Latents(
        words=words,
        tokens=tuple((0,) * len(row) for row in words),
        d_sae=5,
        bos=True,
        text=text,
        position=position,
        index=index,
        value=values[text, position, index],
    )
    ours = pooling.pooled(values, lengths, how, skip_bos=skip)
    assert torch.allclose(kept.pooled(how, skip_bos=skip), ours, atol=1e-6)


def test_neither_the_mark_nor_what_lies_beyond_the_end_matters():
    values, lengths = texts()
    found = pooling.pooled(values, lengths)
    values[:, 0] = 1e6
    values[torch.arange(7) >= lengths[:, None]] = -1e6
    assert torch.equal(pooling.pooled(values, lengths), found)


def test_with_a_long_mark_pooled_in_all_texts_have_the_same_latents_and_else_the_planted_ones():
    for seed in range(3):
        made = simulated.texts(seed=seed)
        with_mark, without = (
            pooling.pooled(made.values, made.lengths, skip_bos=skip) for skip in (False, True)
        )
        assert len(rule.shared(with_mark[made.group], with_mark[~made.group])) >= 19
        assert made.overlap == 0.25
        assert len(rule.shared(without[made.group], without[~made.group])) in (4, 5, 6)
        largest = without[made.group].mean(0).topk(20).indices.tolist()
        assert len(made.features[0] & set(largest)) >= 18


def test_a_mark_no_longer_than_other_tokens_does_less_harm():
    made = simulated.texts(bos_length=1.0)
    pooled = pooling.pooled(made.values, made.lengths, skip_bos=False)
    assert len(rule.shared(pooled[made.group], pooled[~made.group])) <= 7
