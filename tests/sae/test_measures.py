"""Measures have the values that their definition gives by hand, and agree with sae_lens's."""

import math

import pytest
import torch
from sae_lens.evals import ExplainedVarianceCalculator
from sae_lens.synthetic import evals

from mechnotes import rng
from mechnotes.sae import measures
from mechnotes.sae.reference import ReferenceSAE


class Fixed:
    """Encodes to what the first dimensions hold, decodes by a matrix."""

    def __init__(self, W):
        self.W = W

    def encode(self, x):
        return x[:, : len(self.W)].relu()

    def decode(self, latents):
        return latents @ self.W


@pytest.fixture
def x():
    loud = torch.tensor([1.0, 2.0, 4.0, 0.5])
    return 3 + loud * torch.randn(500, 4, generator=rng.generator(0, "x"))


@pytest.fixture
def x_hat(x):
    return x * 0.8 + 0.3 + 0.2 * torch.randn(500, 4, generator=rng.generator(0, "noise"))


def test_the_mean_leaves_all_variance_and_a_copy_none(x):
    assert measures.fvu(x, x.mean(0).expand_as(x)) == pytest.approx(1)
    assert measures.fvu(x, x) == 0
    assert measures.fvu(x, torch.zeros_like(x)) > 1


def test_fvu_does_not_change_when_everything_is_scaled_moved_or_mixed(x, x_hat):
    found = measures.fvu(x, x_hat)
    order = torch.randperm(500, generator=rng.generator(0, "order"))
    assert measures.fvu(7 * x, 7 * x_hat) == pytest.approx(found)
    assert measures.fvu(x - 100, x_hat - 100) == pytest.approx(found, rel=1e-4)
    assert measures.fvu(x[order], x_hat[order]) == pytest.approx(found)


def test_explained_variance_is_that_of_sae_lens_however_batches_are_cut(x, x_hat):
    theirs = ExplainedVarianceCalculator()
    sizes = [3, 7, 400, 90]
    pairs = [*zip(x.split(sizes), x_hat.split(sizes), strict=True)]
    for one, other in pairs:
        theirs.add_batch(other, one)
    assert 1 - measures.fvu_of_batches(pairs) == pytest.approx(theirs.compute(), abs=1e-6)
    assert measures.fvu_of_batches(pairs) == pytest.approx(measures.fvu(x, x_hat))


def test_a_mean_far_away_does_not_spoil_the_variance():
    x = torch.randn(1000, 3, generator=rng.generator(0, "far")) + 1e4
    assert measures.fvu(x, x + 0.1) == pytest.approx(0.01, rel=0.1)


def test_shrinkage_is_the_number_to_divide_by(x, x_hat):
    found, centre = measures.shrinkage(x, x_hat), x.mean(0)
    errors = [
        (centre + (x_hat - centre) / (found + nudge) - x).square().sum()
        for nudge in (-0.01, 0, 0.01)
    ]
    assert min(errors) == errors[1]


def test_what_is_left_out_does_not_count_as_shrinkage(x):
    kept = torch.where(torch.arange(4) < 2, x, x.mean(0))
    assert measures.shrinkage(x, kept) == pytest.approx(1)
    assert measures.shrinkage(x, x.mean(0) + 0.6 * (kept - x.mean(0))) == pytest.approx(0.6)
    ratio = evals.ShrinkageCalculator()  # theirs compares lengths, and does count it
    ratio.add_batch(kept - x.mean(0), x - x.mean(0))
    assert ratio.compute() < 0.8


def test_a_reconstruction_that_never_leaves_the_mean_has_no_length(x):
    assert math.isnan(measures.shrinkage(x, x.mean(0).expand_as(x)))


def test_rates_of_latents_counted_by_hand():
    latents = torch.tensor([[[1.0, 0, 2], [0, 0, 3]], [[0.5, 0, 0], [0, 0, 0]]])
    assert measures.l0(latents) == 1
    assert measures.density(latents).tolist() == [0.5, 0, 0.5]
    assert measures.dead_share(latents) == pytest.approx(1 / 3)


def test_one_pass_over_batches_finds_what_the_whole_gives(x):
    sae = Fixed(torch.eye(3, 4) * 0.9)
    latents = sae.encode(x)
    whole = measures.measure(sae, x.split([100, 1, 399]))
    assert whole.fvu == pytest.approx(measures.fvu(x, sae.decode(latents)))
    assert whole.shrinkage == pytest.approx(measures.shrinkage(x, sae.decode(latents)))
    assert whole.l0 == pytest.approx(measures.l0(latents))
    assert torch.equal(whole.density, measures.density(latents))
    assert whole.n == 500
    assert whole.explained_variance == 1 - whole.fvu


def test_rates_are_those_of_sae_lens(x):
    sae = Fixed(torch.eye(4))
    x = x - 6  # so that some latents are often silent
    latents = sae.encode(x)
    theirs, dead = evals.L0Calculator(), evals.DeadLatentsCalculator(4)
    theirs.add_batch(latents)
    dead.add_batch(latents)
    quality = measures.measure(sae, [x])
    assert quality.l0 == pytest.approx(theirs.compute())
    assert int(quality.dead.sum()) == dead.compute()


def test_latents_that_are_all_zero_are_all_dead_and_explain_nothing(x):
    silent = ReferenceSAE(
        W_enc=torch.zeros(4, 6), b_enc=-torch.ones(6), W_dec=torch.ones(6, 4), b_dec=x.mean(0)
    )
    quality = measures.measure(silent, [x])
    assert quality.dead_share == 1
    assert quality.l0 == 0
    assert quality.fvu == pytest.approx(1)
    assert math.isnan(quality.shrinkage)


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("batches", "said"),
    [
        ([], "batches: got no batch at all"),
        ([torch.full((3, 4), 2.0)], "x: got 3 equal activations; expected activations that vary"),
        ([torch.tensor([[1.0, math.nan, 0, 0]])], "batch: got 1 NaN or infinite"),
        ([torch.zeros(4)], r"batch: got shape \(4,\)"),
        ([torch.zeros(0, 4)], r"batch: got shape \(0, 4\)"),
        ([[1.0, 2.0]], "batch: got list"),
    ],
)
def test_batches_that_cannot_be_measured_are_refused(batches, said):
    with pytest.raises(ValueError, match=said):
        measures.measure(Fixed(torch.eye(4)), batches)


@pytest.mark.bad_input
def test_other_bad_input_is_refused(x):
    with pytest.raises(ValueError, match="sae: got str; expected something with encode"):
        measures.measure("block-1", [x])
    with pytest.raises(ValueError, match=r"x_hat: got shape \(500, 3\)"):
        measures.fvu(x, x[:, :3])
    with pytest.raises(ValueError, match="latents: got shape"):
        measures.l0(torch.zeros(3))
