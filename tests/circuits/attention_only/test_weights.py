"""Weights of many models: drawn one by one, cut apart, and never of two minds about a size."""

import dataclasses

import pytest
import torch

from mechnotes import rng
from mechnotes.circuits.attention_only.weights import AXES, Weights, checked, initial
from tests.circuits.attention_only.random_models import SIZES, random_models


def test_every_model_has_a_stream_of_its_own_for_each_tensor():
    drawn = initial(SIZES, n_seeds=3, deviation=0.5, seed=11)
    for name, axes in AXES.items():
        shape = [SIZES[axis] for axis in axes[1:]]
        alone = torch.randn(shape, generator=rng.generator(11, name, 2))
        assert torch.equal(getattr(drawn, name)[2], 0.5 * alone), name


def test_a_start_depends_neither_on_the_other_models_nor_on_the_other_sizes():
    few = initial(SIZES, n_seeds=2, deviation=1.0, seed=0)
    many = initial(SIZES, n_seeds=4, deviation=1.0, seed=0)
    wider = initial({**SIZES, "d_head": 9}, n_seeds=2, deviation=1.0, seed=0)
    for name, tensor in few.tensors().items():
        assert torch.equal(tensor, getattr(many, name)[:2]), name
    assert torch.equal(few.W_E, wider.W_E)
    assert not torch.equal(few.W_E, initial(SIZES, n_seeds=2, deviation=1.0, seed=1).W_E)


def test_weights_have_the_deviation_that_was_asked_for():
    sizes = {**SIZES, "d_vocab": 64, "pos": 64, "d_model": 64, "d_head": 64}
    drawn = initial(sizes, n_seeds=2, deviation=0.125, seed=0)
    for name, tensor in drawn.tensors().items():
        assert tensor.std().item() == pytest.approx(0.125, rel=0.05), name


def test_sizes_are_read_off_the_tensors():
    weights = random_models(n_seeds=4, layer=3)
    found = (weights.n_seeds, weights.d_vocab, weights.n_ctx, weights.d_model)
    assert found == (4, 7, 6, 12)
    assert (weights.n_layers, weights.n_heads, weights.d_head) == (3, 2, 5)


def test_models_without_layers_know_how_many_they_have_not():
    weights = random_models(layer=0)
    assert (weights.n_layers, weights.n_seeds, weights.d_vocab) == (0, 3, 7)
    assert checked(weights).each(lambda W: W.float()).n_layers == 0


def test_one_model_is_cut_out_whole():
    weights = random_models()
    for name, tensor in weights.one(1).tensors().items():
        assert torch.equal(tensor, getattr(weights, name)[1:2]), name


def test_one_change_reaches_every_tensor_and_leaves_the_old_ones_alone():
    weights = random_models()
    halved = weights.each(lambda W: W / 2)
    for name, tensor in halved.tensors().items():
        assert torch.allclose(2 * tensor, getattr(weights, name)), name
    again = Weights(**weights.tensors())
    assert all(torch.equal(getattr(again, name), W) for name, W in weights.tensors().items())


@pytest.mark.bad_input
@pytest.mark.parametrize("name", [name for name, axes in AXES.items() if "layer" in axes])
def test_one_tensor_without_layers_does_not_make_a_model_without_layers(name):
    cut = getattr(random_models(), name)[:, :0]
    with pytest.raises(ValueError, match=r"shape .+ with no empty axis"):
        dataclasses.replace(random_models(), **{name: cut})


@pytest.mark.bad_input
def test_two_tensors_of_different_seeds_are_refused_together():
    weights = random_models()
    with pytest.raises(ValueError, match=r"W_U: got .+seed=3"):
        dataclasses.replace(weights, W_U=weights.W_U[:2])
