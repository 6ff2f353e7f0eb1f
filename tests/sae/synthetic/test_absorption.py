"""Absorption is seen where a latent was built with a hole, and nowhere else."""

from dataclasses import replace

import pytest
import torch
from sae_lens.synthetic import evals

from mechnotes.sae.reference import ReferenceSAE
from mechnotes.sae.synthetic import absorption, truth
from mechnotes.sae.synthetic.planting import PlantedConfig

FAMILIES = PlantedConfig(
    n_features=8,
    d_in=12,
    geometry="orthogonal",
    n_parents=2,
    n_children=1,
    parent_chance=0.4,
    child_chance=0.5,
    mean_active=1.0,
)


def honest(planted):
    """A latent for each feature, which reads and writes its atom."""
    n, d_in = planted.atoms.shape
    return ReferenceSAE(
        W_enc=planted.atoms.mT.contiguous(),
        b_enc=-0.1 * torch.ones(n),
        W_dec=planted.atoms,
        b_dec=torch.zeros(d_in),
    )


def absorbing(planted):
    """Children write their parent too, and its latent is silenced by them."""
    plain = honest(planted)
    W_enc, W_dec = plain.W_enc.clone(), plain.W_dec.clone()
    for parent, child in planted.families.tolist():
        W_enc[:, parent] -= 3 * planted.atoms[child]
        W_dec[child] += planted.atoms[parent]
    return replace(plain, W_enc=W_enc, W_dec=W_dec)


def test_a_latent_of_its_own_for_each_feature_loses_no_recall():
    planted = truth.plant(FAMILIES)
    found = absorption.of_families(honest(planted), planted, n=2000)
    assert [(one.alone, one.with_child, one.drop) for one in found] == [(1, 1, 0)] * 2


def test_a_planted_hole_is_found():
    planted = truth.plant(FAMILIES)
    for one in absorption.of_families(absorbing(planted), planted, n=2000):
        assert one.alone == 1
        assert one.with_child == 0
        assert one.drop == 1


def test_recall_is_that_of_sae_lens():
    planted = truth.plant(FAMILIES)
    sae = absorbing(planted)
    x, magnitudes = planted.sample(3000)
    latents, on = sae.encode(x), magnitudes > 0
    theirs = evals.ClassificationMetricsCalculator(planted.atoms, planted.atoms)
    theirs.add_batch(latents, magnitudes)
    for parent, child in planted.families.tolist():
        one = absorption.absorption(latents[:, parent], parent=on[:, parent], child=on[:, child])
        share = on[on[:, parent], child].float().mean().item()
        recall = theirs.tp[parent] / (theirs.tp[parent] + theirs.fn[parent])
        assert (1 - share) * one.alone + share * one.with_child == pytest.approx(recall.item())


def test_inputs_without_the_parent_do_not_count():
    values = torch.tensor([1.0, 0.0, 1.0, 0.0, 5.0])
    parent = torch.tensor([True, True, True, True, False])
    child = torch.tensor([False, False, True, True, True])
    found = absorption.absorption(values, parent=parent, child=child)
    assert (found.alone, found.with_child) == (0.5, 0.5)


@pytest.mark.bad_input
def test_absorption_that_cannot_be_measured_is_refused():
    on = torch.ones(3, dtype=torch.bool)
    with pytest.raises(ValueError, match="inputs: got none with the parent without the child"):
        absorption.absorption(torch.ones(3), parent=on, child=on)
    with pytest.raises(ValueError, match="inputs: got none with the parent with the child"):
        absorption.absorption(torch.ones(3), parent=on, child=~on)
    with pytest.raises(ValueError, match=r"child: got shape \(2,\)"):
        absorption.absorption(torch.ones(3), parent=on, child=on[:2])
    planted = truth.plant(replace(FAMILIES, n_parents=0))
    with pytest.raises(ValueError, match="planted: got a dictionary without families"):
        absorption.of_families(honest(planted), planted)
