"""What is proven of a model holds on every input, and the inputs that drawn ones miss exist."""

import itertools

import pytest
import torch

from mechnotes import rng
from mechnotes.circuits import max_of_k, max_of_k_bound
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.attention_only.weights import Weights, initial

CLEAR = 3.0 * torch.arange(8)


def _drawn(seed: int) -> tuple[Weights, int]:
    """Models of all qualities: by hand with much or little noise, and with nothing but noise."""
    generator = rng.generator(seed, "models")
    d_vocab, k = 4 + seed % 5, 2 + seed % 3
    noise, gap = 0.3 * (seed % 6) / 6, (0.3, 1.0, 2.0, 5.0)[seed % 4]
    if seed % 5 < 4:
        heights = gap * torch.arange(d_vocab)
        return max_of_k.build(heights, k=k, noise=noise, generator=generator), k
    sizes = {"d_vocab": d_vocab, "pos": k, "layer": 1, "head": 1, "d_model": 6, "d_head": 3}
    random = initial(sizes, n_seeds=1, deviation=1.0, seed=seed)
    return random.each(lambda W: 0 * W if W.shape == random.W_pos.shape else W), k


def _every(d_vocab: int, k: int) -> torch.Tensor:
    return torch.tensor(list(itertools.product(range(d_vocab), repeat=k)))


@pytest.mark.parametrize("seed", range(30))
def test_the_bound_never_exceeds_the_accuracy(seed):
    weights, k = _drawn(seed)
    proven, right = max_of_k_bound.lower_bound(weights, k), max_of_k.accuracy(weights, k)
    assert 0 <= proven <= right <= 1


def test_the_models_of_that_test_are_good_and_bad_and_most_have_something_proven():
    models = [_drawn(seed) for seed in range(30)]
    right = [max_of_k.accuracy(weights, k) for weights, k in models]
    proven = [max_of_k_bound.lower_bound(weights, k) for weights, k in models]
    assert min(right) < 0.3
    assert max(right) == 1
    assert sum(p > 0 for p in proven) >= 20
    assert sum(0.1 < p < r for p, r in zip(proven, right, strict=True)) >= 5


@pytest.mark.parametrize("seed", [0, 3, 7, 9, 14])
def test_accuracy_is_what_a_run_over_all_inputs_in_all_orders_says(seed):
    weights, k = _drawn(seed)
    every = _every(weights.d_vocab, k)
    said = model.logits(weights, every)[0, :, -1].argmax(-1)
    slow = (said == every.amax(1)).double().mean().item()
    assert max_of_k.accuracy(weights, k) == pytest.approx(slow, abs=1e-12)


@pytest.mark.parametrize("seed", [1, 4, 5, 9])
def test_no_input_has_a_smaller_lead_than_the_worst(seed):
    weights, k = _drawn(seed)
    leads = max_of_k_bound.worst_lead(weights, k)
    exact = weights.each(lambda W: W.double())
    for tokens in _every(weights.d_vocab, k):
        logits, largest = model.logits(exact, tokens[None])[0, 0, -1], int(tokens.max())
        others = logits[torch.arange(len(logits)) != largest]
        assert logits[largest] - others.max() >= leads[tokens[-1], largest] - 1e-9


def test_the_worst_lead_is_that_of_an_input_where_one_token_is_worst_in_both_ways():
    """The neighbour below has the worst score and the worst word: repeated, it is the worst."""
    weights, k = max_of_k.build(CLEAR, k=4).each(lambda W: W.double()), 4
    leads = max_of_k_bound.worst_lead(weights, k)
    logits = model.logits(weights, torch.tensor([[5, 4, 4, 4]]))[0, 0, -1]
    assert leads[4, 5].item() == pytest.approx((logits[5] - logits[4]).item(), abs=1e-6)


def test_tables_hold_all_that_the_model_does():
    weights, k = _drawn(9)
    tokens = _every(weights.d_vocab, k)
    of = max_of_k_bound.tables(weights)
    attention = of.scores[tokens[:, -1, None], tokens].softmax(-1)
    said = of.direct[tokens[:, -1]] + torch.einsum("bk, bkv -> bv", attention, of.carried[tokens])
    ran = model.logits(weights.each(lambda W: W.double()), tokens)[0, :, -1]
    assert torch.allclose(said, ran)


def test_a_clear_model_is_proven_right_on_all_inputs():
    weights = max_of_k.build(CLEAR, k=4)
    assert max_of_k_bound.lower_bound(weights, 4) == max_of_k.accuracy(weights, 4) == 1


def test_good_models_with_noise_are_proven_right_on_more_than_half():
    for seed in range(5):
        generator = rng.generator(seed, "noise")
        weights = max_of_k.build(CLEAR, k=4, noise=0.01, generator=generator)
        assert max_of_k_bound.lower_bound(weights, 4) > 0.5


def test_a_gap_of_less_than_ln_3_fails_on_four_inputs_of_65536_and_draws_miss_them():
    """Three copies of the neighbour outweigh the largest token, two do not."""
    heights = 3.0 * torch.arange(16)
    heights[9:] -= 2.1
    weights = max_of_k.build(heights, k=4)
    assert max_of_k.accuracy(weights, 4) == 1 - 4 / 65_536
    drawn = torch.randint(16, (1000, 4), generator=rng.generator(0, "drawn"))
    said = model.logits(weights, drawn)[0, :, -1].argmax(-1)
    assert torch.equal(said, drawn.amax(1))
    unproven = max_of_k_bound.worst_lead(weights, 4) < 0
    assert unproven.nonzero()[:, 1].unique().tolist() == [9]
    assert 0.9 < max_of_k_bound.lower_bound(weights, 4) < 1 - 4 / 65_536


def test_a_model_that_names_another_token_has_nothing_proven():
    weights = max_of_k.build(2 * CLEAR, k=3, says=torch.arange(8).flip(0))
    assert max_of_k.accuracy(weights, 3) == max_of_k_bound.lower_bound(weights, 3) == 0


def test_groups_of_inputs_are_counted_as_they_are():
    every = _every(5, 3)
    for query, largest in itertools.combinations_with_replacement(range(5), 2):
        group = (every[:, -1] == query) & (every.amax(1) == largest)
        assert max_of_k_bound.n_inputs(query, largest, 3) == group.sum()


def test_one_token_alone_is_the_largest_when_it_is_said():
    weights = max_of_k.build(-400.0 * torch.arange(6), k=1)  # scores must not matter
    assert max_of_k.accuracy(weights, 1) == max_of_k_bound.lower_bound(weights, 1) == 1


PAIR = max_of_k.build(CLEAR, k=2)
BAD_MODELS = {
    "no weights": (None, "expected Weights"),
    "two models": (PAIR.each(lambda W: W.repeat_interleave(2, 0)), "2 models"),
    "positions": (PAIR.each(lambda W: W + 1 if W.shape[1] == 2 else W), "reads positions"),
}


@pytest.mark.bad_input
@pytest.mark.parametrize("bad", BAD_MODELS)
@pytest.mark.parametrize(
    "function", [max_of_k.accuracy, max_of_k_bound.worst_lead, max_of_k_bound.lower_bound]
)
def test_a_model_of_another_kind_is_refused(function, bad):
    weights, said = BAD_MODELS[bad]
    with pytest.raises(ValueError, match=rf"weights: got .*{said}"):
        function(weights, 2)
    with pytest.raises(ValueError, match="weights: got"):
        max_of_k_bound.tables(weights)


@pytest.mark.bad_input
@pytest.mark.parametrize("k", [0, 3, 1.0, True, None])
def test_a_number_of_tokens_that_the_model_cannot_read_is_refused(k):
    weights = max_of_k.build(CLEAR, k=2)
    for function in (max_of_k.accuracy, max_of_k_bound.worst_lead, max_of_k_bound.lower_bound):
        with pytest.raises(ValueError, match=r"k: got .*; expected an integer from 1 to 2"):
            function(weights, k)


@pytest.mark.bad_input
def test_too_many_inputs_to_run_are_refused_with_the_way_out():
    with pytest.raises(ValueError, match=r"k: got 30 for 8 tokens.*lower_bound"):
        max_of_k.accuracy(max_of_k.build(CLEAR, k=40), 30)


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"heights": torch.tensor([0.0, torch.nan])}, "heights: got 1 NaN"),
        ({"heights": torch.zeros(2, 2)}, "heights: got shape"),
        ({"heights": torch.arange(3)}, "heights: got a tensor of torch.int64"),
        ({"heights": torch.zeros(0)}, "heights: got shape"),
        ({"k": 0}, "k: got 0"),
        ({"says": torch.tensor([0, 9])}, "says: got"),
        ({"says": torch.arange(8) + 1}, "says: got 8"),
        ({"says": torch.zeros(8)}, "says: got 0.0"),
        ({"noise": -1.0}, "noise: got -1.0"),
        ({"noise": 0.1}, "generator: got NoneType"),
    ],
)
def test_a_model_that_cannot_be_built_is_refused(changes, said):
    given = {"heights": CLEAR, "k": 3, **changes}
    with pytest.raises(ValueError, match=said):
        max_of_k.build(given.pop("heights"), **given)


@pytest.mark.bad_input
@pytest.mark.parametrize("given", [(3, 2, 2), (-1, 2, 2), (0, 2, 0), (0, 1.5, 2)])
def test_a_group_that_does_not_exist_is_refused(given):
    with pytest.raises(ValueError, match=r"got .*; expected an integer"):
        max_of_k_bound.n_inputs(*given)
