"""The network at "=" alone is the whole network at "="."""

from dataclasses import replace

import pytest
import torch

from mechnotes import rng
from mechnotes.grokking import by_hand, config, model, pairs, weights
from mechnotes.grokking.losses import accuracy, cross_entropy

SMALL = config.GrokkingConfig(p=7, d_model=12, n_heads=3, d_head=5, d_mlp=20)


def far_from_initial(seed: int) -> weights.Weights:
    """Large weights and biases, as a trained network may have."""
    start = weights.initial(replace(SMALL, seed=seed))
    stream = rng.generator(seed, "test")
    return start.each(lambda W: 2 * W + 0.5 * torch.randn(W.shape, generator=stream))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_computing_at_equals_alone_gives_the_logits_of_the_whole_network(seed):
    network, every = far_from_initial(seed), pairs.every(7)
    texts = torch.stack([every.a, every.b, torch.full_like(every.a, 7)], dim=1)
    whole = model.full(network, texts)[:, -1]
    assert torch.allclose(model.logits(network, every), whole, atol=1e-3, rtol=1e-5)


def test_gradients_are_those_of_the_whole_network():
    network = far_from_initial(3).each(lambda W: W.double().requires_grad_())
    every = pairs.every(7)
    texts = torch.stack([every.a, every.b, torch.full_like(every.a, 7)], dim=1)
    answers = model.logits(network, every), model.full(network, texts)[:, -1]
    one, other = (
        torch.autograd.grad(cross_entropy(logits, every.sums), [*network.tensors().values()])
        for logits in answers
    )
    for left, right in zip(one, other, strict=True):
        assert torch.allclose(left, right, atol=1e-9)


def test_attention_is_a_share_of_one():
    pattern = model.parts(far_from_initial(0), pairs.every(7)).pattern
    assert torch.allclose(pattern.sum(-1), torch.ones(49, 3))
    assert pattern.min() >= 0


def test_no_position_sees_a_later_one():
    network = far_from_initial(1)
    one, other = model.full(network, torch.tensor([[1, 2, 7], [1, 5, 7]]))
    assert torch.equal(one[0], other[0])
    assert not torch.allclose(one[1], other[1])


def test_pairs_are_all_pairs_with_their_sums():
    every = pairs.every(5)
    listed = [(a, b, (a + b) % 5) for a in range(5) for b in range(5)]
    assert list(zip(*(n.tolist() for n in (every.a, every.b, every.sums)), strict=True)) == listed


def test_the_split_is_the_seeds_and_has_the_asked_size():
    main = config.MAIN
    chosen = pairs.is_training(main)
    assert int(chosen.sum()) == int(0.3 * 113**2) == 3830
    assert torch.equal(chosen, pairs.is_training(replace(main, weight_decay=0.0)))
    other = pairs.is_training(replace(main, seed=1))
    assert 0.25 < float((chosen & other).sum() / chosen.sum()) < 0.35  # independent draws


def test_more_training_pairs_include_the_fewer():
    few, most = (
        pairs.is_training(replace(config.MAIN, train_fraction=share)) for share in (0.3, 0.6)
    )
    assert bool(most[few].all())


def test_equal_logits_cost_the_logarithm_of_p():
    zeros, sums = torch.zeros(4, 11), torch.tensor([0, 3, 5, 10])
    assert float(cross_entropy(zeros, sums)) == pytest.approx(torch.tensor(11.0).log().item())


def test_the_loss_stays_above_zero_where_single_precision_rounds_it_away():
    logits = torch.zeros(1, 113)
    logits[0, 4] = 30.0
    loss = cross_entropy(logits, torch.tensor([4]))
    assert float(loss) == pytest.approx(112 * 9.357622968840175e-14, rel=1e-3)
    assert logits.log_softmax(-1)[0, 4] == 0


def test_accuracy_counts_the_largest_logit():
    logits = torch.tensor([[0.0, 2.0, 1.0], [3.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    assert accuracy(logits, torch.tensor([1, 0, 0])) == pytest.approx(2 / 3)


def test_the_sum_of_squares_is_that_of_all_weights():
    network = by_hand.network(7, (1, 2))
    by_loop = sum(value**2 for W in network.tensors().values() for value in W.flatten().tolist())
    assert network.squared == pytest.approx(by_loop, rel=1e-5)


def test_the_main_run_has_the_papers_sizes():
    network = weights.initial(config.MAIN)
    assert sum(W.numel() for W in network.tensors().values()) == 226_688
    assert network.W_E.std().item() == pytest.approx(128**-0.5, rel=0.02)
    assert not network.b_in.any()
