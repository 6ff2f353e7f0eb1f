"""Prompts for the storybook, judged by the true next-word chances of its grammar."""

import pytest
import torch

from mechnotes import prompts
from mechnotes._prompts.vocabulary import STORYBOOK
from mechnotes.storybook import giving, grammar, truth, words

BUILDERS = (prompts.ioi, prompts.induction, prompts.sentiment, prompts.agreement)
N_LINES = {prompts.ioi: 6, prompts.sentiment: 3, prompts.agreement: 6}
CASES = [(build, template) for build, n in N_LINES.items() for template in (None, *range(n))]


def next_words(text: str) -> dict[str, float]:
    """True chances after a prompt."""
    row = truth.distributions([grammar.BOS, *text.split()])[-1]
    return {
        w: chance for w, chance in zip(grammar.vocabulary(), row.tolist(), strict=True) if chance
    }


@pytest.mark.parametrize(("build", "template"), CASES)
def test_after_the_clean_prompt_the_answer_is_likely_and_the_wrong_one_is_not(build, template):
    pairs = build(n_pairs=12, seed=3, template=template)
    for row, text in enumerate(pairs.clean_text):
        chances = next_words(text)
        assert chances[pairs.answer_words[row]] > 0.05
        assert chances.get(pairs.wrong_words[row], 0.0) < 1e-3


@pytest.mark.parametrize("build", [prompts.sentiment, prompts.agreement, prompts.induction])
def test_after_the_corrupted_prompt_it_is_the_other_way_round(build):
    pairs = build(n_pairs=12, seed=4)
    for row, text in enumerate(pairs.corrupted_text):
        chances = next_words(text)
        assert chances[pairs.wrong_words[row]] > 0.2
        assert chances.get(pairs.answer_words[row], 0.0) < 1e-3


@pytest.mark.parametrize("template", [None, *range(6)])
def test_after_a_third_giver_either_of_the_two_may_receive(template):
    pairs = prompts.ioi(n_pairs=12, seed=5, template=template)
    for row, text in enumerate(pairs.corrupted_text):
        chances = next_words(text)
        both = (chances[pairs.answer_words[row]], chances[pairs.wrong_words[row]])
        assert both == pytest.approx((0.5, 0.5), abs=1e-3)


@pytest.mark.parametrize("length", [3, 8, 10])
@pytest.mark.parametrize("given", [1, 2, None])
def test_a_list_of_any_length_is_copied(length, given):
    pairs = prompts.induction(n_pairs=6, seed=1, length=length, given=given)
    for row, text in enumerate(pairs.clean_text):
        assert next_words(text)[pairs.answer_words[row]] > 0.99


@pytest.mark.parametrize("build", BUILDERS)
def test_two_prompts_of_a_pair_differ_in_the_changed_word_alone(build):
    pairs = build(n_pairs=20, seed=0)
    differs = pairs.clean != pairs.corrupted
    assert torch.equal(differs.sum(1), torch.ones(20, dtype=torch.int64))
    assert torch.equal(differs.int().argmax(1), pairs.positions["changed"])


@pytest.mark.parametrize("build", BUILDERS)
def test_positions_name_the_words_that_stand_there(build):
    pairs = build(n_pairs=12, seed=0)
    rows = torch.arange(12)
    assert torch.equal(pairs.positions["end"], torch.full((12,), pairs.clean.shape[1] - 1))
    listed = grammar.vocabulary()
    for row, text in enumerate(pairs.clean_text):
        said = [grammar.BOS, *text.split()]
        assert [listed[token] for token in pairs.clean[row].tolist()] == said
    if build is prompts.ioi:
        giver = pairs.clean[rows, pairs.positions["giver"]]
        assert torch.equal(giver, pairs.wrong)
        named = [pairs.clean[rows, pairs.positions[slot]] for slot in ("first", "second")]
        assert all(((name == giver) | (name == pairs.answers)).all() for name in named)


@pytest.mark.parametrize("build", BUILDERS)
def test_answers_are_the_tokens_of_the_answer_words(build):
    pairs, listed = build(n_pairs=10, seed=2), grammar.vocabulary()
    assert tuple(listed[token] for token in pairs.answers.tolist()) == pairs.answer_words
    assert tuple(listed[token] for token in pairs.wrong.tolist()) == pairs.wrong_words


@pytest.mark.parametrize(("order", "slot"), [("ABBA", "first"), ("BABA", "second")])
def test_the_order_says_where_the_receiver_is_named(order, slot):
    pairs = prompts.ioi(n_pairs=20, seed=0, order=order)
    at = pairs.clean[torch.arange(20), pairs.positions[slot]]
    assert torch.equal(at, pairs.answers)


@pytest.mark.parametrize("template", [None, 0])
def test_without_an_order_half_of_the_pairs_have_each(template):
    pairs = prompts.ioi(n_pairs=48, seed=0, template=template)
    at = pairs.clean[torch.arange(48), pairs.positions["first"]]
    assert (at == pairs.answers).sum() == 24


@pytest.mark.parametrize("held_out", [False, True])
def test_held_out_pairs_are_those_that_training_never_saw(held_out):
    pairs = prompts.ioi(n_pairs=60, seed=0, held_out=held_out)
    both = zip(pairs.answer_words, pairs.wrong_words, strict=True)
    assert {words.held_out(*names) for names in both} == {held_out}
    names = zip(pairs.answer_words, pairs.wrong_words, strict=True)
    assert all((b in giving.partners(a)) is not held_out for a, b in names)


def test_either_sentiment_and_either_number_is_right_half_of_the_time():
    happy = STORYBOOK.reactions["happy"]
    answers = prompts.sentiment(n_pairs=48, seed=0).answer_words  # whole rounds of all lines
    assert sum(word in happy for word in answers) == 24
    verbs = prompts.agreement(n_pairs=40, seed=0).answer_words
    assert sum(word in ("is", "was") for word in verbs) == 20


@pytest.mark.parametrize("build", BUILDERS)
def test_the_same_seed_gives_the_same_pairs_and_another_seed_others(build):
    first, again, other = (build(n_pairs=16, seed=seed).clean for seed in (7, 7, 8))
    assert torch.equal(first, again)
    assert first.shape != other.shape or not torch.equal(first, other)


@pytest.mark.parametrize("build", BUILDERS)
def test_the_models_own_tokens_are_those_of_its_vocabulary(build, storybook):
    alone, with_model = build(n_pairs=8, seed=0), build(n_pairs=8, seed=0, model=storybook)
    for name in ("clean", "corrupted", "answers", "wrong"):
        assert torch.equal(getattr(alone, name), getattr(with_model, name))
    assert alone.positions.keys() == with_model.positions.keys()


def test_names_are_drawn_evenly():
    """Each of 40 names answers 50 of 2000 times on average; 5 standard deviations are 35."""
    pairs = prompts.ioi(n_pairs=2000, seed=0, template=0)
    counts = [pairs.answer_words.count(name) for name in words.NAMES]
    assert min(counts) >= 15
    assert max(counts) <= 85
