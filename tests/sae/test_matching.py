"""Matching finds planted permutations, knows what chance gives, and agrees with sae_lens's."""

import pytest
import torch
from sae_lens.synthetic import evals

from mechnotes import rng
from mechnotes.sae import matching
from mechnotes.sae.matching import random_dictionary


def drawn(n, d_in, *stream):
    return random_dictionary(n, d_in, generator=rng.generator(0, *stream))


@pytest.fixture
def atoms():
    return drawn(20, 12, "atoms")


def shuffled(atoms):
    """The same directions in another order, with other lengths and signs."""
    generator = rng.generator(0, "shuffled")
    order = torch.randperm(len(atoms), generator=generator)
    return order, atoms[order] * torch.randn(len(atoms), 1, generator=generator)


def test_a_planted_permutation_is_found_whatever_lengths_and_signs(atoms):
    order, found = shuffled(atoms)
    pairs = matching.match(atoms, found)
    assert pairs.first.tolist() == list(range(20))
    assert torch.equal(order[pairs.second], pairs.first)
    assert pairs.mean == pytest.approx(1)
    assert matching.mmcs(atoms, found) == pytest.approx(1)
    assert matching.stability(atoms, found) == 1


def test_the_mean_over_atoms_is_not_the_mean_over_latents(atoms):
    one_atom = atoms[:1].expand(20, 12)
    assert matching.mmcs(one_atom, atoms) == pytest.approx(1)
    assert matching.mmcs(atoms, one_atom) < 0.5


def test_two_atoms_may_share_a_latent_only_where_partners_are_not_exclusive():
    atoms = torch.tensor([[1.0, 0, 0], [1, 0.1, 0]])
    found = torch.tensor([[1.0, 0.05, 0], [0, 0, 1]])
    assert matching.mmcs(atoms, found) > 0.99
    assert matching.matched_mean(atoms, found) == pytest.approx(0.5, abs=0.01)


def test_the_assignment_is_the_best_of_all():
    likeness = torch.rand(5, 5, generator=rng.generator(0, "likeness"))
    orders = torch.cartesian_prod(*[torch.arange(5)] * 5)
    orders = orders[(orders.sort(1).values == torch.arange(5)).all(1)]
    best = likeness[torch.arange(5), orders].sum(1).max()
    assert matching.assign(likeness).likeness.sum().item() == pytest.approx(best.item())


@pytest.mark.parametrize(("n", "m"), [(20, 20), (20, 33), (33, 20)])
def test_the_matched_mean_is_the_mean_correlation_coefficient_of_sae_lens(n, m):
    first, second = drawn(n, 12, "first"), drawn(m, 12, "second")
    theirs = evals.mean_correlation_coefficient(first, second)
    assert matching.matched_mean(first, second) == pytest.approx(theirs, abs=1e-6)


def test_latents_are_matched_by_what_they_do_even_if_directions_say_nothing():
    values = torch.rand(200, 6, generator=rng.generator(0, "values")) - 0.5
    order = torch.randperm(6, generator=rng.generator(0, "order"))
    noise = 0.05 * torch.randn(200, 6, generator=rng.generator(0, "noise"))
    pairs = matching.match_activity(values, 3 - 2 * values[:, order] + noise)
    assert torch.equal(order[pairs.second], pairs.first)
    assert pairs.mean > 0.97


def test_what_never_varies_correlates_with_nothing():
    values = torch.rand(50, 3, generator=rng.generator(0, "values"))
    values[:, 1] = 2.0
    assert matching.match_activity(values, values).likeness.tolist() == pytest.approx([1, 0, 1])


def test_a_row_of_zeros_is_like_nothing(atoms):
    assert not matching.cosines(torch.zeros(2, 12), atoms).any()


def test_stability_counts_the_shared_latents(atoms):
    other = torch.cat((atoms[:5], drawn(15, 12, "others")))
    assert matching.stability(atoms, other, threshold=0.95) == 0.25
    assert matching.stability(atoms[:5], other) == 1


@pytest.mark.parametrize(
    ("n", "d_in", "expected"), [(128, 64, 0.35), (512, 256, 0.20), (1024, 64, 0.42)]
)
def test_a_random_dictionary_is_as_good_as_published_for_chance(n, d_in, expected):
    atoms = drawn(n, d_in, "atoms", n)
    assert matching.random_mmcs(atoms, n, draws=2) == pytest.approx(expected, abs=0.01)


@pytest.mark.bad_input
@pytest.mark.parametrize("function", [matching.mmcs, matching.match, matching.stability])
def test_dictionaries_that_cannot_be_compared_are_refused(function, atoms):
    with pytest.raises(ValueError, match=r"second: got shape \(20, 11\)"):
        function(atoms, atoms[:, :11])
    with pytest.raises(ValueError, match="second: got 12 NaN"):
        function(atoms, torch.full((1, 12), torch.nan))
    with pytest.raises(ValueError, match="first: got list"):
        function([1.0], atoms)


@pytest.mark.bad_input
def test_other_bad_input_to_matching_is_refused(atoms):
    with pytest.raises(ValueError, match="threshold: got 2"):
        matching.stability(atoms, atoms, threshold=2)
    with pytest.raises(ValueError, match="draws: got 0"):
        matching.random_mmcs(atoms, 5, draws=0)
    with pytest.raises(ValueError, match="generator: got NoneType"):
        random_dictionary(3, 4, generator=None)
    with pytest.raises(ValueError, match=r"second: got shape \(4, 2\); expected .*n=3"):
        matching.match_activity(torch.zeros(3, 2), torch.zeros(4, 2))
