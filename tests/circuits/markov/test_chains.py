"""Texts from chains of their own, and the best that can be known of them."""

import math

import pytest
import torch

from mechnotes import rng
from mechnotes.circuits.markov import bayes, chains


def test_symbols_follow_each_other_as_often_as_the_chain_says():
    """Many texts of one chain: the table is drawn from the same stream as the texts."""
    rows = chains.tables(1, d_vocab=3, generator=rng.generator(3, "tests"))[0]
    text = chains.draw(1, d_vocab=3, n_pos=20_000, generator=rng.generator(3, "tests"))[0]
    pairs = torch.zeros(3, 3).index_put((text[:-1], text[1:]), torch.ones(19_999), accumulate=True)
    assert (pairs / pairs.sum(1, keepdim=True) - rows).abs().max() < 0.03


def test_rows_are_uniform_over_the_simplex():
    rows = chains.tables(20_000, d_vocab=3, generator=rng.generator(0, "tests")).flatten(0, 1)
    assert torch.allclose(rows.sum(-1), torch.ones(len(rows)))
    assert rows.mean(0) == pytest.approx([1 / 3] * 3, abs=0.01)
    assert (rows[:, 0] < 0.5).double().mean().item() == pytest.approx(3 / 4, abs=0.01)


def test_predictions_of_a_short_text_worked_out_by_hand():
    tokens = torch.tensor([[0, 1, 0, 1, 0]])
    assert bayes.uniform(tokens, d_vocab=2)[0].tolist() == [[0.5, 0.5]] * 4
    seen = bayes.unigram(tokens, d_vocab=2)[0, :, 0]
    assert seen.tolist() == pytest.approx([2 / 3, 2 / 4, 3 / 5, 3 / 6])
    after = bayes.bigram(tokens, d_vocab=2)[0, :, 0]
    assert after.tolist() == pytest.approx([1 / 2, 1 / 2, 1 / 3, 2 / 3])


def test_no_strategy_beats_counting_pairs():
    """Also not counting with another number added than one."""
    tokens = chains.draw(3_000, d_vocab=3, n_pos=40, generator=rng.generator(1, "tests"))
    best = bayes.loss(tokens, bayes.bigram(tokens, d_vocab=3))
    assert bayes.loss(tokens, bayes.uniform(tokens, d_vocab=3)) == pytest.approx(math.log(3))
    assert best + 0.05 < bayes.loss(tokens, bayes.unigram(tokens, d_vocab=3)) < math.log(3)
    exact = bayes.bigram(tokens, d_vocab=3)
    for blunt in (0.9, 1.1):
        bent = exact**blunt
        assert bayes.loss(tokens, bent / bent.sum(-1, keepdim=True)) > best


@pytest.mark.bad_input
def test_symbols_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="tokens: got shape"):
        bayes.bigram(torch.tensor([[0, 3]]), d_vocab=3)
    with pytest.raises(ValueError, match="d_vocab: got 1"):
        chains.draw(1, d_vocab=1, n_pos=4, generator=rng.generator(0, "tests"))
