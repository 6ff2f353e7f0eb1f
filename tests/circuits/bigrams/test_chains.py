"""Languages: what is drawn follows the probabilities, and the probabilities follow the rules."""

import math

import pytest
import torch

from mechnotes import rng
from mechnotes.circuits.bigrams import chains, sampling

TWO_STATES = chains.Language(transitions=torch.tensor([[0.9, 0.1], [0.4, 0.6]]))
EVEN = torch.full((5, 5), 0.2)
MIND = chains.Language(transitions=EVEN, triples=((0, 1, 3),), strength=0.9)


def slow_next(language: chains.Language, text: list[int]) -> torch.Tensor:
    """The next token's probabilities after one text, by the words of the docstring."""
    base = language.transitions[text[-1]]
    holding = [c for a, b, c in language.triples if b == text[-1] and a in text[:-1]]
    if not holding:
        return base
    decided = torch.zeros_like(base)
    for output in holding:
        decided[output] += 1 / len(holding)
    return language.strength * decided + (1 - language.strength) * base


def test_a_chain_of_two_states_settles_where_its_flows_balance():
    assert torch.allclose(chains.stationary(TWO_STATES), torch.tensor([0.8, 0.2]))


def test_the_entropy_rate_weighs_the_rows_by_how_often_they_are_visited():
    def entropy(p: float) -> float:
        return -p * math.log(p) - (1 - p) * math.log(1 - p)

    expected = 0.8 * entropy(0.9) + 0.2 * entropy(0.6)
    assert chains.entropy_rate(TWO_STATES) == pytest.approx(expected, abs=1e-6)


def test_entropy_is_zero_for_certainty_and_ln_n_for_an_even_choice():
    rows = torch.tensor([[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    assert torch.allclose(chains.entropy(rows), torch.tensor([0.0, math.log(3)]))


def test_a_settled_chain_stays_settled():
    chain = chains.random_chain(20, concentration=0.3, seed=1)
    often = chains.stationary(chain)
    assert torch.allclose(often @ chain.transitions, often, atol=1e-6)
    assert often.sum().item() == pytest.approx(1, abs=1e-6)


def test_rows_are_the_sharper_the_smaller_the_concentration():
    entropies = [
        chains.entropy(chains.random_chain(20, concentration=c, seed=0).transitions).mean()
        for c in (0.05, 0.3, 1.0, 30.0)
    ]
    assert entropies == sorted(entropies)
    assert entropies[-1] > math.log(20) - 0.1


def test_drawn_texts_have_the_transitions_of_the_chain():
    chain = chains.random_chain(4, concentration=1.0, seed=3)
    texts = sampling.sample(chain, 4_000, 20, generator=rng.generator(0, "test"))
    counts = torch.zeros(4, 4)
    counts.index_put_((texts[:, :-1], texts[:, 1:]), torch.ones(4_000, 19), accumulate=True)
    assert torch.allclose(counts / counts.sum(1, keepdim=True), chain.transitions, atol=0.02)
    first = torch.bincount(texts[:, 0], minlength=4) / 4_000
    assert torch.allclose(first, chains.stationary(chain), atol=0.03)


@pytest.mark.parametrize("triples", [((0, 1, 3),), ((0, 1, 3), (2, 1, 4), (2, 0, 0), (1, 1, 1))])
def test_next_probabilities_follow_the_rules_word_by_word(triples):
    base = chains.random_chain(5, concentration=1.0, seed=2).transitions
    language = chains.Language(transitions=base, triples=triples, strength=0.7)
    texts = torch.randint(5, (20, 8), generator=rng.generator(1, "test"))
    found = sampling.next_probabilities(language, texts)
    for text, rows in zip(texts.tolist(), found, strict=True):
        slow = torch.stack([slow_next(language, text[: end + 1]) for end in range(8)])
        assert torch.allclose(rows, slow, atol=1e-6)


def test_a_source_counts_anywhere_before_its_destination_and_nowhere_else():
    texts = torch.tensor([[0, 2, 2, 1], [2, 2, 0, 1], [2, 2, 2, 1], [2, 1, 0, 2]])
    after = sampling.next_probabilities(MIND, texts)[:, -1, 3]
    assert torch.allclose(after, torch.tensor([0.92, 0.92, 0.2, 0.2]))
    assert sampling.next_probabilities(MIND, texts)[3, 1, 3] == pytest.approx(0.2)


def test_drawn_texts_have_the_outputs_that_triples_ask_for():
    texts = sampling.sample(MIND, 6_000, 10, generator=rng.generator(2, "test"))
    truth = sampling.next_probabilities(MIND, texts[:, :-1])
    surprise = -truth.gather(-1, texts[:, 1:, None]).log().mean()
    assert surprise.item() == pytest.approx(chains.entropy(truth).mean().item(), abs=0.01)


def test_in_a_language_opened_by_sources_each_text_has_one_or_none():
    language = chains.opened_by_sources(6, ((0, 2, 4), (1, 3, 5)), strength=0.9)
    texts = sampling.sample(language, 6_000, 8, generator=rng.generator(3, "test"))
    assert (texts[:, 1:] > 1).all()
    shares = [(texts[:, 0] == source).double().mean().item() for source in (0, 1)]
    assert shares == pytest.approx([1 / 3, 1 / 3], abs=0.03)


def test_the_same_seed_gives_the_same_language_and_texts():
    one, again, other = (
        chains.random_chain(5, concentration=0.5, seed=seed).transitions for seed in (0, 0, 1)
    )
    assert torch.equal(one, again)
    assert not torch.allclose(one, other)
    texts = [sampling.sample(MIND, 5, 9, generator=rng.generator(4)) for _ in range(2)]
    assert torch.equal(*texts)
