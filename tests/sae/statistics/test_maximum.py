"""The maximum test: loops over all relabelings, what it guarantees, and what it can find."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.sae.statistics import maximum, multiple, permutation, power, simulated
from tests.sae.statistics import slow
from tests.sae.statistics.test_permutation import group_of, sparse

SEVEN = group_of(7, 7)


@pytest.mark.parametrize("studentized", [True, False])
@pytest.mark.parametrize("alternative", ["greater", "two-sided"])
def test_adjusted_p_is_what_a_loop_over_all_maxima_counts(studentized, alternative):
    values, group = sparse(7, 9, 2), group_of(3, 4)
    values[:, 3] *= 20
    found = maximum.compare(values, group, alternative=alternative, studentized=studentized)
    expected = slow.adjusted_by_maximum(
        values, group, studentized=studentized, two_sided=alternative == "two-sided"
    )
    assert torch.equal(found.adjusted, expected)
    assert torch.equal(found.p, permutation.compare(values, group, alternative=alternative).p)


@pytest.mark.parametrize("seed", range(3))
def test_step_down_is_what_its_loop_counts_and_never_larger_than_single_step(seed):
    values, group = simulated.bystanders(8, 10, share=0.8, seed=seed), group_of(4, 4)
    values[:, 2] += 2 * group
    single = maximum.compare(values, group)
    stepped = maximum.compare(values, group, step_down=True)
    assert torch.allclose(stepped.adjusted, slow.adjusted_step_down(values, group))
    assert (stepped.adjusted <= single.adjusted + 1e-12).all()
    best = int(single.correlation.argmax())
    assert stepped.adjusted[best] == single.adjusted[best]


def test_adjusted_p_is_at_least_p_and_falls_as_the_correlation_rises():
    found = maximum.compare(sparse(10, 40), group_of(5, 5))
    assert (found.adjusted >= found.p - 1e-12).all()
    by_strength = found.adjusted[found.correlation.argsort()]
    assert (by_strength.diff() <= 1e-12).all()


def test_copies_of_a_latent_cost_nothing_here_and_a_factor_with_bonferroni():
    values, group = sparse(10, 4), group_of(5, 5)
    many = values.repeat(1, 50)
    assert torch.equal(
        maximum.compare(many, group).adjusted[:4], maximum.compare(values, group).adjusted
    )
    by_bonferroni = multiple.bonferroni(permutation.compare(many, group))
    assert (by_bonferroni.adjusted[:4] >= maximum.compare(values, group).adjusted).all()


def test_one_clear_latent_among_thousands_reaches_one_in_3432():
    values = simulated.bystanders(14, 4000, seed=5)
    clear = power.Firing(with_property=1.0, without=0.0, spread=0.05)
    values[:, 17] = clear.draw(SEVEN, 1, generator=rng.generator(5))[:, 0]
    found = maximum.compare(values, SEVEN)
    assert found.adjusted[17].item() == pytest.approx(1 / 3432)
    assert found.found() == (17,)
    assert found.top(1)[0].latent == 17
    assert multiple.bonferroni(permutation.compare(values, SEVEN)).found() == ()


def test_loud_latents_hide_a_quiet_one_unless_differences_are_studentized():
    values = simulated.bystanders(14, 200, share=0.5, seed=6)
    values[:, 100:] *= 100
    values[:, 0] = 0.01 * SEVEN
    assert 0 in maximum.compare(values, SEVEN).found()
    assert maximum.compare(values, SEVEN, studentized=False).adjusted[0] > 0.9


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 1000))
def test_units_of_single_latents_and_the_order_of_texts_do_not_matter(seed):
    values, group = sparse(8, 6, seed).double(), group_of(4, 4)
    factors = torch.rand(6, generator=rng.generator(seed, "factors")).double() + 0.1
    texts = torch.randperm(8, generator=rng.generator(seed, "texts"))
    found = maximum.compare(values, group)
    again = maximum.compare(factors * values[texts], group[texts])
    assert torch.equal(again.adjusted, found.adjusted)


def test_with_all_relabelings_the_error_is_no_larger_than_the_level_whatever_the_latents():
    """Every labeling in turn taken for the true one: what is found at level a in a share of a."""
    values = sparse(8, 30, 9)
    rows = permutation.relabelings(group_of(4, 4)).rows
    smallest = torch.stack([maximum.compare(values, row).adjusted.min() for row in rows])
    for level in (1 / 70, 0.05, 0.2):
        assert (smallest <= level + 1e-12).double().mean() <= level + 1e-12


def test_how_the_work_is_cut_into_blocks_changes_nothing(monkeypatch):
    values, group = sparse(10, 7), group_of(5, 5)
    found = [maximum.compare(values, group, step_down=step).adjusted for step in (True, False)]
    monkeypatch.setattr("mechnotes.sae.statistics._sweep.ENTRIES", 10)
    again = [maximum.compare(values, group, step_down=step).adjusted for step in (True, False)]
    assert all(torch.equal(one, other) for one, other in zip(found, again, strict=True))


def test_the_same_seed_gives_the_same_p_and_another_one_nearly_the_same():
    values, group = simulated.bystanders(30, 50, share=0.4), group_of(15, 15)
    one, same, other = (
        maximum.compare(values, group, at_most=2000, seed=seed).adjusted for seed in (0, 0, 1)
    )
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert (one - other).abs().max() < 0.06


def test_a_finding_reads_as_a_line():
    found = maximum.compare(SEVEN.float()[:, None], SEVEN).top(1)[0]
    assert str(found) == "latent 0: effect +1.00, p 0.00029, adjusted 0.00029"
