"""Tables of bigrams, read off weights and compared with what the models say."""

import pytest
import torch

from mechnotes.circuits.attention_only import model
from mechnotes.circuits.bigrams import tables
from tests.circuits.attention_only.random_models import D_VOCAB, random_models


def test_without_layers_the_table_is_what_the_model_says():
    bare = random_models(layer=0)
    silent = bare.each(lambda W: W * 0 if W is bare.W_pos else W)
    said = model.logits(silent, torch.arange(D_VOCAB)[:, None])[:, :, 0].softmax(-1)
    assert torch.allclose(tables.bigram_table(silent), said)


def test_positions_enter_a_table_with_their_mean():
    bare = random_models(layer=0)
    typical = tables.at_average_position(bare)
    moved = bare.each(lambda W: W.mean(1, keepdim=True).expand_as(W) if W is bare.W_pos else W)
    text = torch.arange(5)[None]
    assert torch.allclose(model.logits(typical, text), model.logits(moved, text))
    assert (typical.W_pos == 0).all()


def test_the_table_of_a_larger_model_is_its_direct_path():
    deep = random_models()
    silent = deep.each(lambda W: W * 0 if W is deep.W_O else W)
    assert torch.allclose(tables.bigram_table(deep), tables.bigram_table(silent))


def test_a_model_as_wide_as_its_vocabulary_can_hold_any_table():
    truth = torch.rand(6, 6).softmax(-1)
    assert torch.allclose(tables.bigrams(torch.eye(6), truth.log()), truth)


def test_divergence_is_what_the_loss_lies_above_the_entropy():
    truth, table = torch.rand(2, 5, 5, dtype=torch.float64).softmax(-1)
    loss = -(truth * table.log()).sum(-1)
    entropy = -(truth * truth.log()).sum(-1)
    assert torch.allclose(tables.divergence(table, truth), loss - entropy)
    assert torch.allclose(tables.divergence(truth, truth), torch.zeros(5, dtype=torch.float64))


def test_what_never_happens_costs_nothing_and_what_is_denied_costs_everything():
    truth, table = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.5, 0.5]])
    assert tables.divergence(table, truth).item() == pytest.approx(0.6931, abs=1e-4)
    assert tables.divergence(truth, table).isinf()


def test_the_strongest_entries_come_in_order_with_their_places():
    table = torch.zeros(3, 4, 5)
    table[2, 1, 4], table[0, 3, 0] = 2.0, 5.0
    first, second = tables.strongest(table, count=2)
    assert (first.destination, first.source, first.output, first.nats) == (0, 3, 0, 5.0)
    assert (second.destination, second.source, second.output) == (2, 1, 4)
