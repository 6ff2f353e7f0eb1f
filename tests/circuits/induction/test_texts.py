"""Texts repeat a segment of distinct tokens, and the marks say what can be foretold."""

import pytest
import torch

from mechnotes import rng
from mechnotes.circuits.induction import texts

SIZES = {"d_vocab": 20, "n_pos": 16, "periods": (3, 6)}


def draw(n_texts: int = 50, **changed) -> texts.Texts:
    return texts.draw(n_texts, generator=rng.generator(0, "tests"), **{**SIZES, **changed})


def test_every_token_is_that_of_one_period_before_and_a_segment_has_no_repeats():
    found = draw()
    for tokens, period in zip(found.tokens, found.period.tolist(), strict=True):
        assert torch.equal(tokens[period:], tokens[:-period])
        assert len(set(tokens[:period].tolist())) == period


def test_periods_are_drawn_between_the_bounds_and_all_come():
    assert set(draw(200).period.tolist()) == {3, 4, 5, 6}
    assert set(draw(20, periods=(4, 4)).period.tolist()) == {4}


def test_the_first_repeated_token_counts_neither_as_new_nor_as_foretold():
    found = draw(1, periods=(3, 3))
    assert found.in_first_round[0].nonzero()[:, 0].tolist() == [0, 1]  # tokens 1 and 2
    assert found.in_repeats[0].nonzero()[:, 0].tolist() == list(range(3, 15))  # from token 4 on
    assert not (found.in_first_round & found.in_repeats).any()


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"periods": (3, 25), "n_pos": 40}, "segments of up to 25 distinct tokens; expected at"),
        ({"periods": (3, 15)}, "segments of up to 15 tokens in texts of 16"),
        ({"periods": (6, 3)}, "periods: got 3; expected an integer of at least 6"),
        ({"periods": 5}, "expected the shortest and the longest"),
        ({"periods": (1, 3)}, "periods: got 1"),
    ],
)
def test_segments_that_do_not_fit_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        draw(**changed)
    with pytest.raises(ValueError, match="n_texts: got 0"):
        draw(0)
