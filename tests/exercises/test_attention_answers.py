"""Exercises on attention, exchanges and bounds: other people's mistakes, and correct bad luck."""

import pytest
import torch

from mechnotes import rng
from mechnotes.circuits import marks
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.induction import texts
from mechnotes.circuits.partners import partners
from mechnotes.exercises import _hand_heads as hand
from mechnotes.exercises import catalog, provable
from tests.exercises.correct_attention import CORRECT

HINTED = "This is what you get when"


@pytest.mark.parametrize(("id", "n_seeds"), [("E16", 4), ("E21", 12), ("E35", 3)])
def test_a_correct_answer_is_not_failed_by_bad_luck(id, n_seeds):
    exercise = catalog.find(id)
    for function in CORRECT[id]:
        results = [exercise.check(function, seed=seed) for seed in range(n_seeds)]
        assert all(result.passed for result in results), function


@pytest.mark.parametrize("period", [4, 9, 17, 23, 40])
def test_texts_of_any_one_period_let_in_the_head_that_looks_as_far_back(period):
    def tested(attend, generator):
        drawn = texts.draw(20, d_vocab=64, n_pos=48, periods=(period, period), generator=generator)
        where = marks.followed(drawn.tokens)
        return (attend(drawn.tokens) * where).sum(-1)[where.any(-1)].mean() > 0.5

    message = catalog.check("E16", tested).message
    assert f"{HINTED} all test texts repeat themselves after the same number" in message


def test_a_single_text_has_a_single_period():
    def tested(attend, generator):
        drawn = texts.draw(1, d_vocab=64, n_pos=48, periods=(9, 24), generator=generator)
        where = marks.followed(drawn.tokens)
        return (attend(drawn.tokens) * where).sum(-1)[where.any(-1)].mean() > 0.5

    results = [catalog.find("E16").check(tested, seed=seed) for seed in range(10)]
    assert not any(result.passed for result in results)


def test_a_detector_that_never_or_always_finds_something_is_told_a_head():
    assert (
        "took an induction head for something" in catalog.check("E16", lambda a, g: False).message
    )
    assert "for an induction head" in catalog.check("E16", lambda a, g: True).message


@pytest.mark.bad_input
@pytest.mark.parametrize("tokens", [torch.zeros(2, 49).long(), torch.full((1, 4), 64), [1, 2]])
def test_a_hidden_head_says_what_it_cannot_read(tokens):
    message = catalog.check("E16", lambda attend, generator: attend(tokens)).message
    assert "It raised `ValueError`: tokens: got" in message


def test_a_hidden_head_never_looks_ahead_and_gives_all_of_its_attention():
    tokens = torch.randint(9, (3, 20), generator=rng.generator(0, "tokens"))
    where = marks.followed(tokens)
    rests = (hand.first(tokens), hand.own(tokens), hand.uniform(tokens))
    patterns = [hand.onto(where, rest, strength=0.7) for rest in rests]
    for pattern in (*rests, *patterns, hand.scattered(tokens, seed=1)):
        assert torch.allclose(pattern.sum(-1), torch.ones(3, 20))
        assert not pattern.triu(1).any()


def test_two_exchanges_in_turn_are_not_enough():
    def in_turn(classes, n_components, generator):
        return partners(classes, 2, generator).repeat(n_components // 2, 1)

    assert "take the same example too often" in catalog.check("E21", in_turn).message


def test_components_in_pairs_that_share_their_exchange_are_seen():
    def in_pairs(classes, n_components, generator):
        return partners(classes, n_components // 2, generator).repeat_interleave(2, dim=0)

    assert "take the same example too often" in catalog.check("E21", in_pairs).message


def test_an_exchange_that_leaves_out_a_partner_is_seen():
    def first_two(classes, n_components, generator):
        rows = partners(classes, n_components, generator)
        for kind in classes.unique():
            left_out = (classes == kind).nonzero()[-1, 0]
            if (classes == kind).sum() > 2:
                again = partners(classes, n_components, generator)
                rows = torch.where(rows == left_out, again, rows)
                rows = torch.where(rows == left_out, torch.arange(len(classes)), rows)
        return rows

    assert "hardly ever stands in" in catalog.check("E21", first_two).message


@pytest.mark.parametrize("seed", range(5))
def test_an_estimate_from_other_inputs_is_known_as_an_estimate(seed):
    def estimate(weights, k):
        generator = rng.generator(seed, "another estimate")
        tokens = torch.randint(weights.d_vocab, (1000, k), generator=generator)
        said = model.logits(weights, tokens)[0, :, -1].argmax(-1)
        return (said == tokens.amax(-1)).float().mean().item()

    result = catalog.check("E35", estimate)
    assert not result.passed
    assert f"{HINTED} the accuracy is measured on some drawn inputs" in result.message


def test_a_small_number_for_every_model_is_no_guarantee():
    assert "above its accuracy" in catalog.check("E35", lambda weights, k: 0.1).message


def test_a_negative_number_is_no_share():
    assert "It claims a share of -1.00" in catalog.check("E35", lambda weights, k: -1.0).message


def test_two_hidden_models_fail_on_inputs_that_a_thousand_draws_hardly_ever_hold():
    trials = provable._models(rng.generator(3, "models"))
    rare = [trial.accuracy for trial in trials if 0.9998 < trial.accuracy < 1]
    assert len(rare) == 2
    assert any(trial.accuracy == 0 for trial in trials)
