"""Uplifts: what putting a word there does, and what leaks."""

import torch

from mechnotes.circuits.attention_only import model
from mechnotes.circuits.bigrams import uplifts
from tests.circuits.attention_only.random_models import D_VOCAB, random_models, texts

MODELS, TEXTS = random_models(layer=1), texts()
PLACES = torch.tensor([0, 1, 2, 3, 4, 0, 1, 2, 3])


def test_an_uplift_is_the_difference_of_two_runs_averaged_over_texts():
    found = uplifts.measured(MODELS, TEXTS, PLACES, destination=2)
    for source in range(D_VOCAB):
        gained = torch.zeros(3, D_VOCAB, dtype=torch.float64)
        for text, place in zip(TEXTS, PLACES, strict=True):
            without = text.clone()
            without[-1] = 2
            with_source = without.clone()
            with_source[place] = source
            pair = model.logits(MODELS, torch.stack([with_source, without]))[:, :, -1]
            gained += (pair[:, 0] - pair[:, 1]) / len(TEXTS)
        centred = gained - gained.mean(1, keepdim=True)
        assert torch.allclose(found[:, source], centred, atol=1e-10)


def test_putting_a_word_where_it_already_stands_changes_nothing():
    same = torch.full_like(TEXTS, 4)
    found = uplifts.measured(MODELS, same, PLACES, destination=2)
    assert found[:, 4].abs().max() < 1e-10
    assert found[:, 3].abs().max() > 1e-3


def test_a_model_without_layers_cannot_be_moved_by_an_earlier_word():
    found = uplifts.table(random_models(layer=0), TEXTS, PLACES)
    assert found.abs().max() < 1e-10


def test_a_leak_is_counted_above_the_mean_of_what_is_in_no_triple():
    table = torch.zeros(1, 8, 8, 8)
    table[0, 1, 0] = torch.tensor([9.0, 9.0, 9.0, 5.0, 4.0, 1.0, 3.0, 2.0])
    found = uplifts.leak(table, ((0, 1, 3), (0, 2, 4)))
    assert found.wanted[0].tolist() == [3.0, 0.0]
    assert found.unwanted[0].tolist() == [2.0, 0.0]
    assert found.unrelated[0].tolist() == [1.0, 0.0]


def test_an_output_that_also_belongs_there_is_no_leak():
    table = torch.zeros(1, 8, 8, 8)
    table[0, 1, 0, 3:5] = 5.0
    found = uplifts.leak(table, ((0, 1, 3), (0, 1, 4), (0, 2, 5)))
    assert found.unwanted[0, :2].tolist() == [0.0, 0.0]
