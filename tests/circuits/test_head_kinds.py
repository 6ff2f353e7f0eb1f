"""Scores of heads made by hand, and a detector that a fixed offset does not deceive."""

import pytest
import torch

from mechnotes import rng
from mechnotes.circuits import head_kinds, marks
from mechnotes.exercises import _hand_heads as hand

FOUR_TIMES = torch.tensor([[3, 1, 4, 2, 5] * 4, [9, 7, 8, 6, 0] * 4])


def _scores(*patterns: torch.Tensor) -> list[list[float]]:
    return head_kinds.scores(torch.stack(patterns, dim=1), FOUR_TIMES).tolist()


def test_perfect_heads_score_one_however_many_copies_they_share_themselves_among():
    first = hand.first(FOUR_TIMES)
    induction = hand.onto(marks.followed(FOUR_TIMES), first)
    previous, matching = _scores(induction, hand.onto(marks.previous(FOUR_TIMES), first))
    assert matching == pytest.approx([1, 0])
    assert previous[1] == 1


def test_uniform_attention_scores_one_share_for_each_place_that_counts():
    previous, matching = _scores(hand.uniform(FOUR_TIMES))
    assert previous[0] == pytest.approx(sum(1 / n for n in range(2, 21)) / 19)
    copies = {n: (n - 1) // 5 for n in range(6, 21)}  # earlier copies of the n-th token
    assert matching[0] == pytest.approx(sum(c / n for n, c in copies.items()) / 15)


def test_a_head_that_looks_at_the_copy_itself_does_not_match_prefixes():
    copies = hand.onto(marks.earlier(FOUR_TIMES), hand.first(FOUR_TIMES))
    assert _scores(copies)[1][0] == 0


def test_a_token_that_follows_itself_gives_no_points_for_looking_at_oneself():
    tokens = torch.tensor([[1, 1, 2, 1, 1]])
    scores = head_kinds.scores(hand.own(tokens)[:, None], tokens)
    assert scores.tolist() == [[0.0], [0.0]]


@pytest.mark.parametrize("seed", range(5))
def test_the_detector_takes_induction_and_no_offset(seed):
    def induction(tokens):
        return hand.onto(marks.followed(tokens), hand.own(tokens), strength=0.65)

    assert head_kinds.is_induction(induction, rng.generator(seed, "texts"))
    for steps in range(1, 47):

        def back(tokens, steps=steps):
            return hand.onto(hand.back(tokens, steps), hand.first(tokens))

        assert not head_kinds.is_induction(back, rng.generator(seed, "texts"))


def test_with_one_fixed_period_the_offset_scores_like_induction():
    """The trap that drawn periods avoid: the same number for two heads of different kinds."""
    back = hand.onto(hand.back(FOUR_TIMES, 4), hand.first(FOUR_TIMES))
    assert _scores(back)[1][0] == 1


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("pattern", "tokens"),
    [
        (torch.zeros(2, 3, 5, 4), FOUR_TIMES[:, :5]),
        (torch.zeros(2, 3, 5, 5), FOUR_TIMES),
        (torch.zeros(1, 3, 20, 20), FOUR_TIMES),
        (torch.zeros(2, 3, 20, 20).long(), FOUR_TIMES),
        (None, FOUR_TIMES),
        (torch.tensor(1.0), FOUR_TIMES),
        (torch.zeros(2, 3, 20, 20), None),
    ],
)
def test_patterns_and_tokens_that_do_not_fit_are_refused(pattern, tokens):
    with pytest.raises(ValueError, match=r"got .*; expected .*"):
        head_kinds.scores(pattern, tokens)


@pytest.mark.bad_input
@pytest.mark.parametrize("answer", [None, 0.5, torch.zeros(3), torch.zeros(48, 48, 48).long()])
def test_a_head_that_answers_with_no_pattern_is_refused(answer):
    with pytest.raises(ValueError, match="pattern: got"):
        head_kinds.is_induction(lambda tokens: answer, rng.generator(0, "texts"))


@pytest.mark.bad_input
def test_the_detector_wants_a_generator():
    with pytest.raises(ValueError, match="generator: got"):
        head_kinds.is_induction(hand.own, 0)
