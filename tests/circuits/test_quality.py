"""Faithful, complete, minimal: what must hold for the whole model, for nothing, and in between."""

from dataclasses import replace

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
    with pytest.raises(ValueError, match="circuit: got 1 head more than once"):
        quality.faithfulness(storybook, pairs, [(0, 0), (0, 0)])
    with pytest.raises(ValueError, match="heads: got 2 heads more than once"):
        quality.necessity(storybook, pairs, [(0, 0)] * 3)
    with pytest.raises(ValueError, match="heads: got 1 head more than once"):
        sets.random_sets(storybook, [(0, 0), (0, 0)], n_sets=1, seed=0)


def test_a_circuit_may_be_a_set_and_its_order_does_not_matter(storybook, pairs):
    heads = [(2, 1), (0, 3), (1, 0)]
    listed, as_set = (quality.faithfulness(storybook, pairs, c) for c in (heads, set(heads)))
    assert listed == pytest.approx(as_set, abs=1e-6)


def test_both_runs_are_made_once_and_then_one_run_for_each_set(storybook, pairs, monkeypatch):
    """Five sets taken from the circuit and from the model: at most 2 + 5 + 5 forward passes."""
    passes, whole = [], type(storybook).forward

    def counted(model, *args, **options):
        passes.append(1)
        return whole(model, *args, **options)

    monkeypatch.setattr(type(storybook), "forward", counted)
    quality.completeness(storybook, pairs, [(2, 1), (1, 0)], n_tries=5)
    assert 4 <= len(passes) <= 12
    passes.clear()
    quality.minimality(storybook, pairs, [(2, 1), (1, 0)], n_tries=4)
    assert 4 <= len(passes) <= 2 + 2 * 2 * 5


def test_completeness_and_minimality_are_differences_of_ablations(storybook, pairs):
    """Recomputed one by one, each with runs of its own."""
    heads = [(2, 1), (1, 0), (0, 2)]
    others = [head for head in sets.every_head(storybook) if head not in heads]

    def left(gone):
        return ablation.together(storybook, pairs, gone).recovered.item()

    found = quality.completeness(storybook, pairs, heads, n_tries=3, seed=2)
    for number, gone in enumerate(found.removed):
        assert found.in_model[number].item() == pytest.approx(left(gone), abs=1e-5)
        assert found.in_circuit[number].item() == pytest.approx(left([*others, *gone]), abs=1e-5)
    needed = quality.minimality(storybook, pairs, heads, n_tries=2, seed=2)
    for head in heads:
        rest = tuple(one for one in heads if one != head)
        missing = [(), *sets.subsets(rest, n_sets=2, seed=2)]
        changes = [left([*others, *gone]) - left([*others, *gone, head]) for gone in missing]
        assert needed[head] == pytest.approx(max(changes, key=abs), abs=1e-5)


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


ASK = (
    quality.faithfulness,
    quality.necessity,
    quality.completeness,
    quality.minimality,
    lambda model, _pairs, heads: sets.random_sets(model, heads, n_sets=1, seed=0),
)


@pytest.mark.bad_input
@pytest.mark.parametrize("ask", ASK)
def test_heads_that_the_model_does_not_have_are_refused_by_every_question(storybook, pairs, ask):
    with pytest.raises(ValueError, match="got layer 9; expected layers from 0 to 2"):
        ask(storybook, pairs, [(9, 9)])
    with pytest.raises(ValueError, match="got head 4; expected heads from 0 to 3"):
        ask(storybook, pairs, [(0, 1), (2, 4)])
    with pytest.raises(ValueError, match=r"got \[\[2, 1\]\]; expected a list of pairs"):
        ask(storybook, pairs, [[2, 1]])
    with pytest.raises(ValueError, match="model: got 'storybook'; expected a language model"):
        ask("storybook", pairs, [(2, 1)])


@pytest.mark.bad_input
@pytest.mark.parametrize("ask", [quality.completeness, quality.minimality])
def test_no_tries_are_refused_under_the_name_that_the_caller_wrote(storybook, pairs, ask):
    with pytest.raises(ValueError, match="n_tries: got 0; expected an integer of at least 1"):
        ask(storybook, pairs, [(2, 1)], n_tries=0)


@pytest.mark.bad_input
def test_nothing_can_be_lost_where_the_model_prefers_the_wrong_answer(storybook, pairs):
    exchanged = replace(pairs, answers=pairs.wrong, wrong=pairs.answers)
    with pytest.raises(ValueError, match="pairs: got clean prompts with a mean logit difference"):
        quality.necessity(storybook, exchanged, [(2, 1)])
