"""Faithful, complete, minimal: what must hold for the whole model, for nothing, and in between."""

import pytest

from mechnotes import models, prompts
from mechnotes.circuits import quality, sets
from mechnotes.patching import ablation


@pytest.fixture(scope="module")
def storybook():
    return models.load("storybook")


@pytest.fixture(scope="module")
def pairs():
    return prompts.ioi(n_pairs=24, seed=0, template=0)


def test_the_whole_model_is_faithful_to_itself_and_complete(storybook, pairs):
    every = sets.every_head(storybook)
    assert quality.faithfulness(storybook, pairs, every) == pytest.approx(1.0)
    assert quality.completeness(storybook, pairs, every, n_tries=3).incompleteness < 1e-6


def test_an_empty_circuit_does_nothing_that_the_heads_did(storybook, pairs):
    every = list(sets.every_head(storybook))
    nothing = quality.faithfulness(storybook, pairs, ())
    assert nothing == pytest.approx(
        ablation.together(storybook, pairs, every).recovered.item(), abs=1e-6
    )
    assert abs(nothing) < 0.5


def test_a_circuit_without_its_best_head_is_neither_faithful_nor_complete(storybook, pairs):
    single = ablation.ablate(storybook, pairs)
    best = min(sets.every_head(storybook), key=lambda head: single.recovered[head])
    rest = [head for head in sets.every_head(storybook) if head != best]
    assert quality.faithfulness(storybook, pairs, rest) == pytest.approx(
        single.recovered[best].item(), abs=1e-5
    )


def test_the_head_that_matters_most_is_the_most_needed(storybook, pairs):
    every = sets.every_head(storybook)
    needed = quality.minimality(storybook, pairs, every, n_tries=1)
    alone = ablation.ablate(storybook, pairs).recovered
    strongest = min(every, key=lambda head: alone[head])
    assert abs(needed[strongest]) >= 1 - alone[strongest] - 1e-5


def test_the_same_seed_tries_the_same_sets(storybook, pairs):
    heads = [(0, 0), (1, 1), (2, 2)]
    one, again = (
        quality.completeness(storybook, pairs, heads, n_tries=3, seed=s).removed for s in (1, 1)
    )
    assert one == again


def test_a_head_named_twice_is_refused(storybook, pairs):
    with pytest.raises(ValueError, match="circuit: got 1 heads more than once"):
        quality.faithfulness(storybook, pairs, [(0, 0), (0, 0)])


def test_necessity_is_zero_for_no_head_and_what_ablation_leaves_for_one(storybook, pairs):
    assert quality.necessity(storybook, pairs, ()) == pytest.approx(0, abs=1e-6)
    single = ablation.ablate(storybook, pairs)
    left = (single.patched[1, 2].mean() / single.clean.mean()).item()
    assert quality.necessity(storybook, pairs, [(1, 2)]) == pytest.approx(1 - left, abs=1e-5)


def test_random_sets_have_the_size_of_the_set_and_none_of_its_heads(storybook):
    chosen = [(0, 0), (1, 1), (2, 2)]
    drawn = sets.random_sets(storybook, chosen, n_sets=20, seed=0)
    assert len(drawn) == 20
    assert all(len(set(one)) == 3 and not set(one) & set(chosen) for one in drawn)
    assert len({frozenset(one) for one in drawn}) > 10
    assert drawn == sets.random_sets(storybook, chosen, n_sets=20, seed=0)


def test_the_strongest_heads_are_those_of_the_sweep(storybook, pairs):
    single = ablation.ablate(storybook, pairs)
    first, *_ = sets.strongest(single, 3)
    assert single.effect[first].abs() == single.effect.abs().max()


@pytest.mark.bad_input
def test_sets_that_cannot_be_compared_are_refused(storybook, pairs):
    with pytest.raises(ValueError, match="heads: got 7 of 12; expected at most half"):
        sets.random_sets(storybook, sets.every_head(storybook)[:7], n_sets=1, seed=0)
    with pytest.raises(ValueError, match=r"sweep: got axes \('layer', 'head', 'position'\)"):
        sets.strongest(ablation.ablate(storybook, pairs, positions="named"), 1)
