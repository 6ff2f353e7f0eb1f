"""Permutation p-values: closed forms, a loop over all relabelings, and what must not matter."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.sae.statistics import permutation, simulated
from tests.sae.statistics import slow


def sparse(n_texts: int, n_latents: int, seed: int = 0) -> torch.Tensor:
    """Values of which half are zero; the last latent never fires, the first is 0 or 1."""
    values = simulated.bystanders(n_texts, n_latents, share=0.5, seed=seed)
    values[:, 0] = (values[:, 0] > 0).float()
    values[:, -1] = 0.0
    return values


def group_of(n_with: int, n_without: int) -> torch.Tensor:
    return torch.arange(n_with + n_without) % (n_with + n_without) < n_with


@pytest.mark.parametrize(("n_with", "n_without"), [(3, 3), (4, 3), (2, 6)])
@pytest.mark.parametrize("alternative", ["greater", "two-sided"])
def test_p_is_what_a_loop_over_all_relabelings_counts(n_with, n_without, alternative):
    values, group = sparse(n_with + n_without, 12), group_of(n_with, n_without)
    found = permutation.compare(values, group, alternative=alternative)
    expected = slow.p(values, group, two_sided=alternative == "two-sided")
    assert found.exact and found.n_relabelings == math.comb(n_with + n_without, n_with)
    assert torch.equal(found.p, expected)


def test_seven_against_seven_give_one_in_3432():
    group = group_of(7, 7)
    perfect = torch.where(group, 1.0, 0.0)[:, None] + 0.01 * torch.arange(14.0)[:, None]
    assert permutation.compare(perfect, group).p.item() == pytest.approx(1 / 3432)
    assert permutation.compare(perfect, group, alternative="two-sided").p.item() == 2 / 3432


def test_seven_against_fourteen_give_one_in_116280():
    group = group_of(7, 14)
    found = permutation.compare(group.float()[:, None], group, at_most=120_000)
    assert found.p.item() == 1 / 116_280 and found.smallest_p == 1 / 116_280


def test_of_binary_latents_p_is_the_hypergeometric_tail():
    """Fires in 4 of 5 texts with and in 1 of 6 without the property: Fisher's exact test."""
    group = group_of(5, 6)
    fires = torch.tensor([1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0]).float()[:, None]
    tail = sum(math.comb(5, k) * math.comb(6, 5 - k) for k in (4, 5)) / math.comb(11, 5)
    assert permutation.compare(fires, group).p.item() == pytest.approx(tail)


def test_the_effect_is_the_difference_of_means():
    values, group = sparse(9, 6), group_of(4, 5)
    found = permutation.compare(values, group)
    assert torch.allclose(found.effect, values[group].mean(0) - values[~group].mean(0), atol=1e-6)
    both = torch.stack((values[:, 1], group.float()))
    assert found.correlation[1].item() == pytest.approx(torch.corrcoef(both)[0, 1].item(), abs=1e-6)


def test_a_latent_that_never_varies_has_p_one():
    values, group = sparse(8, 5), group_of(4, 4)
    values[:, 2] = 0.3
    found = permutation.compare(values, group)
    assert found.p[[2, -1]].tolist() == [1.0, 1.0]
    assert found.correlation[[2, -1]].tolist() == [0.0, 0.0]


@settings(deadline=None, max_examples=15)
@given(factor=st.floats(1e-3, 1e3), shift=st.floats(-5, 5), seed=st.integers(0, 100))
def test_unit_and_zero_of_a_latent_do_not_matter(factor, shift, seed):
    values, group = sparse(8, 6, seed).double(), group_of(4, 4)
    found = permutation.compare(values, group)
    assert torch.equal(permutation.compare(factor * values + shift, group).p, found.p)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 1000))
def test_the_order_of_texts_and_latents_does_not_matter(seed):
    values, group = sparse(9, 6, seed), group_of(4, 5)
    texts = torch.randperm(9, generator=rng.generator(seed, "texts"))
    latents = torch.randperm(6, generator=rng.generator(seed, "latents"))
    found = permutation.compare(values, group).p
    mixed = permutation.compare(values[texts][:, latents], group[texts]).p
    assert torch.equal(mixed, found[latents])


def test_two_sided_p_does_not_care_which_group_is_called_the_first():
    values, group = sparse(9, 6), group_of(4, 5)
    one = permutation.compare(values, group, alternative="two-sided")
    other = permutation.compare(values, ~group, alternative="two-sided")
    assert torch.equal(one.p, other.p)


def test_drawn_relabelings_begin_with_the_true_labels_and_keep_the_sizes():
    group = group_of(12, 9)[torch.randperm(21, generator=rng.generator(0))]
    drawn = permutation.relabelings(group, at_most=500)
    assert not drawn.exact and len(drawn.rows) == 500
    assert torch.equal(drawn.rows[0], group)
    assert (drawn.rows.sum(1) == 12).all()
    assert (drawn.rows[1:].double().mean(0) - 12 / 21).abs().max() < 0.1


def test_listed_relabelings_are_all_there_are_each_once():
    rows = permutation.relabelings(group_of(4, 5)).rows
    assert len(rows) == 126 == len({tuple(row) for row in rows.tolist()})
    assert (rows.sum(1) == 4).all()


def test_drawn_p_is_never_zero_and_near_the_exact_one():
    values, group = sparse(14, 40, 3), group_of(7, 7)
    values[:, 1] = group.float()
    exact = permutation.compare(values, group)
    drawn = permutation.compare(values, group, at_most=2000)
    assert drawn.p.min() >= 1 / 2000 and not drawn.exact
    error = (exact.p * (1 - exact.p) / 2000).sqrt()
    assert ((drawn.p - exact.p).abs() < 4.5 * error + 1 / 2000).all()


def test_how_the_work_is_cut_into_blocks_changes_nothing(monkeypatch):
    values, group = sparse(10, 7), group_of(5, 5)
    found = permutation.compare(values, group).p
    monkeypatch.setattr("mechnotes.sae.statistics._sweep.ENTRIES", 10)
    assert torch.equal(permutation.compare(values, group).p, found)


def test_under_shuffled_labels_p_is_at_most_a_level_no_more_often_than_that():
    """Exact p-values of a latent over all labelings: at most a share a of them is below a."""
    values = sparse(8, 5, 4)
    rows = permutation.relabelings(group_of(4, 4)).rows
    p = torch.stack([permutation.compare(values, row).p for row in rows])
    for level in (1 / 70, 0.05, 0.1, 0.3):
        assert ((p <= level + 1e-12).double().mean(0) <= level + 1e-12).all()
