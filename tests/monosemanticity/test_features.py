"""Inputs and targets: what is drawn has the distribution that was asked for."""

import math
from dataclasses import replace

import pytest
import torch

from mechnotes import rng
from mechnotes.monosemanticity import features, reference
from mechnotes.monosemanticity.config import RunConfig

SMALL = RunConfig(n_features=12, d_embedding=4, n_neurons=5, density=0.2, batch_size=40_000)


def four_errors(probability, n_samples):
    return 4 * (probability * (1 - probability) / n_samples).sqrt() + 1e-9


@pytest.mark.parametrize("distribution", ["uniform", "power-law"])
def test_each_feature_is_active_with_its_probability_and_uniform_then(distribution):
    config = replace(SMALL, distribution=distribution)
    probability = features.probabilities(config)
    source = features.source(config)
    x = features.scattered(40_000, rate=source.rate, generator=rng.generator(0))
    active = (x > 0).double()
    assert ((active.mean(0) - probability).abs() < four_errors(probability.double(), 40_000)).all()
    mean = x.sum(0) / active.sum(0)
    assert (mean - 0.5).abs().max() < 0.03
    assert x.max() < 1


def test_features_are_active_independently():
    source = features.source(SMALL)
    x = features.scattered(40_000, rate=source.rate, generator=rng.generator(1)) > 0
    together = (x.T.double() @ x.double() / 40_000).fill_diagonal_(0.04)
    assert (together - 0.04).abs().max() < 5 * math.sqrt(0.04 / 40_000)
    # So are the samples: the number of active features is binomial.
    number = x.sum(1).double()
    assert number.var().item() == pytest.approx(12 * 0.2 * 0.8, rel=0.05)


def test_a_feature_of_probability_one_is_always_active():
    source = features.source(replace(SMALL, density=1.0))
    x = features.scattered(500, rate=source.rate, generator=rng.generator(0))
    assert (x > 0).all()


def test_the_power_law_keeps_its_mean_until_it_is_cut_off():
    probability = features.densities(512, density=1 / 64, power_law=True)
    # The published setting: one feature is cut off at 1, and the mean falls to .01459.
    assert probability.mean().item() == pytest.approx(0.01459, abs=5e-6)
    assert probability[0] == 1
    assert (probability[1:] < 1).all()
    uncut = features.densities(512, density=1 / 256, power_law=True)
    assert uncut.mean().item() == pytest.approx(1 / 256, rel=1e-5)
    assert (uncut[3] / uncut[7]).item() == pytest.approx(2**1.1, rel=1e-5)


def test_the_embedding_has_unit_columns_from_orthonormal_rows():
    E = features.embedding(40, 6, generator=rng.generator(0)).double()
    assert torch.allclose(E.norm(dim=0), torch.ones(40, dtype=torch.float64), atol=1e-6)
    # Dividing each column by its length is all that was done to orthonormal rows:
    # some positive rescaling of the columns makes the rows orthonormal again.
    rows, columns = torch.tril_indices(6, 6)
    products = E[rows] * E[columns]
    wanted = (rows == columns).double()
    scale = torch.linalg.lstsq(products, wanted[:, None]).solution
    assert torch.allclose(products @ scale, wanted[:, None], atol=1e-6)


def test_targets_are_what_the_task_says():
    draws = {
        task: features.source(replace(SMALL, task=task)).draw(64, generator=rng.generator(3))
        for task in ("decoder", "re-projector", "abs")
    }
    source = features.source(SMALL)
    seen, target = draws["decoder"]
    assert torch.allclose(seen, target @ source.E.T, atol=1e-6)
    again, projected = draws["re-projector"]
    assert torch.equal(again, seen)
    assert torch.allclose(projected, target @ source.E_out.T, atol=1e-6)
    assert not torch.allclose(source.E, source.E_out, atol=0.1)
    _, sizes = draws["abs"]
    assert (sizes >= 0).all()


def test_the_input_of_abs_is_as_dense_and_has_both_signs():
    config = replace(SMALL, task="abs", d_embedding=12)
    source = features.source(config)
    seen, target = source.draw(40_000, generator=rng.generator(0))
    # Two draws of half the density: a feature is inactive if it is in both.
    assert (target > 0).double().mean().item() == pytest.approx(1 - 0.9**2, abs=0.003)
    x = torch.linalg.solve(source.E, seen.T).T
    assert torch.allclose(x.abs(), target, atol=1e-3)
    assert x.mean().abs() < 0.01


@pytest.mark.parametrize("task", ["decoder", "re-projector", "abs"])
def test_the_dense_draw_of_the_reference_has_the_same_distribution(task):
    config = replace(SMALL, task=task, batch_size=20_000, distribution="power-law")
    source = features.source(config)
    ours = source.draw(20_000, generator=rng.generator(0))
    dense = reference._dense_draw(source, config, rng.generator(1))
    for a, b in zip(ours, dense, strict=True):
        assert torch.allclose(a.mean(0), b.mean(0), atol=0.02)
        assert torch.allclose(a.T.cov(), b.T.cov(), atol=0.02)
