"""Bonferroni and Benjamini-Hochberg: definitions, scipy, arithmetic of seven against seven."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mechnotes import rng
from mechnotes.sae.statistics import multiple, permutation, planning, simulated
from tests.sae.statistics import slow

SEVEN = torch.arange(14) < 7
P_VALUES = st.lists(st.sampled_from([0.001, 0.01, 0.02, 0.03, 0.04, 0.2, 1.0]), min_size=1)


@settings(deadline=None, max_examples=60)
@given(listed=P_VALUES)
def test_adjusted_p_is_that_of_scipy(listed):
    p = torch.tensor(listed, dtype=torch.float64)
    expected = stats.false_discovery_control(listed)
    assert multiple.step_up(p).tolist() == pytest.approx(expected.tolist())


@settings(deadline=None, max_examples=60)
@given(listed=P_VALUES, level=st.sampled_from([0.02, 0.05, 0.2]))
def test_what_is_found_follows_from_the_definition(listed, level):
    p = torch.tensor(listed, dtype=torch.float64)
    found = set((multiple.step_up(p) <= level + 1e-12).nonzero().flatten().tolist())
    assert found == slow.benjamini_hochberg(p - 1e-14, level)


def test_bonferroni_multiplies_by_the_number_of_latents():
    values = simulated.bystanders(10, 30, share=0.5)
    tested = permutation.compare(values, torch.arange(10) < 5)
    adjusted = multiple.bonferroni(tested)
    assert torch.equal(adjusted.adjusted, (tested.p * 30).clamp(max=1))
    assert adjusted.correction == "Bonferroni"


def test_adjusted_p_grows_from_none_over_benjamini_hochberg_to_bonferroni():
    tested = permutation.compare(simulated.bystanders(10, 30, share=0.5), torch.arange(10) < 5)
    middle, most = multiple.benjamini_hochberg(tested), multiple.bonferroni(tested)
    assert (tested.adjusted <= middle.adjusted + 1e-12).all()
    assert (middle.adjusted <= most.adjusted + 1e-12).all()


def test_seven_against_seven_find_nothing_by_bonferroni_and_144_together_otherwise():
    few = permutation.compare(torch.stack((SEVEN.float(), torch.zeros(14)), dim=1), SEVEN)
    assert few.p.tolist() == [1 / 3432, 1.0]
    for n_perfect, n_found in ((143, 0), (144, 144)):
        which = (torch.arange(24_576) >= n_perfect).long()
        columns = {name: getattr(few, name)[which] for name in ("p", "correlation", "effect")}
        tested = replace(few, adjusted=columns["p"], **columns)
        assert multiple.bonferroni(tested).found() == ()
        assert len(multiple.benjamini_hochberg(tested).found()) == n_found
    assert planning.fewest_at_minimum(24_576, 7, 7) == 144


@pytest.mark.bad_input
@pytest.mark.parametrize("correct", [multiple.bonferroni, multiple.benjamini_hochberg])
@pytest.mark.parametrize("at_most", [1000, 20_000])
def test_drawn_p_values_are_refused_however_many_were_drawn(correct, at_most):
    values, group = simulated.bystanders(40, 100), torch.arange(40) < 20
    drawn = permutation.compare(values, group, at_most=at_most)
    with pytest.raises(ValueError, match=r"tested: got p from .* drawn .*Take maximum\.compare"):
        correct(drawn)
    few = permutation.compare(values[:8], group[16:24])
    assert few.exact and correct(few).adjusted.min() > 0.05


@pytest.mark.parametrize("correct", [multiple.bonferroni, multiple.benjamini_hochberg])
def test_p_is_not_adjusted_twice(correct):
    tested = permutation.compare(simulated.bystanders(10, 5, share=0.5), torch.arange(10) < 5)
    with pytest.raises(ValueError, match="tested: got p adjusted by"):
        correct(correct(tested))


def test_too_many_texts_to_list_their_relabelings_are_sent_to_the_maximum():
    with pytest.raises(ValueError, match=r"group: got 40 texts.*maximum\.compare"):
        multiple.adjusted_p(simulated.bystanders(40, 3, share=0.5), torch.arange(40) < 20)


def test_under_shuffled_labels_few_findings_are_made_and_all_of_them_are_false():
    """The share of labelings in which anything is found bounds the share of false findings."""
    values = simulated.bystanders(10, 20, share=0.5, seed=1)
    p = torch.stack([permutation.compare(values, row).p for row in _labelings(200)])
    found = torch.stack([multiple.step_up(row) <= 0.05 for row in p]).any(1).double().mean()
    plain = (p <= 0.05).any(1).double().mean()
    assert found <= 0.05 + 3 * (0.05 * 0.95 / 200) ** 0.5
    assert plain > 0.3


def _labelings(n: int) -> torch.Tensor:
    rows = permutation.relabelings(torch.arange(10) < 5).rows
    return rows[torch.randperm(len(rows), generator=rng.generator(0))[:n]]
