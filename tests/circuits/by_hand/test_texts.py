"""Random letters whose repeats stand anywhere."""

import pytest
import torch

from mechnotes import rng
from mechnotes.circuits.by_hand import texts


def drawn(**changes):
    options = {"n_letters": 20, "generator": rng.generator(0, "texts"), **changes}
    return texts.with_repeats(100, **options)


def test_earlier_occurrences_are_those_that_a_slow_search_finds():
    found = drawn()
    for tokens, earlier in zip(found.tokens.tolist(), found.earlier.tolist(), strict=True):
        for place, token in enumerate(tokens):
            before = tokens[:place]
            expected = before.index(token) if token and token in before else -1
            assert earlier[place] == expected


def test_the_answer_stands_after_the_earlier_occurrence():
    found = texts.of(torch.tensor([[0, 3, 5, 4, 3, 3]]))
    assert found.target.tolist() == [[-1, -1, -1, -1, 2, 2]]
    assert found.answer.tolist() == [[-1, -1, -1, -1, 5, 5]]
    assert found.following.tolist() == [[3, 5, 4, 3, 3, -1]]


@pytest.mark.parametrize("n_letters", [12, 20, 40])
def test_every_text_repeats_something_and_no_letter_comes_three_times(n_letters):
    for tokens in drawn(n_letters=n_letters).tokens:
        counts = tokens[tokens > 0].bincount()
        assert counts.max() == 2
        assert 12 <= counts.sum() <= 24


def test_repeats_stand_at_all_distances():
    found = drawn()
    distance = (torch.arange(25) - found.earlier)[found.earlier >= 0]
    assert set(distance.tolist()) >= set(range(1, 15))


def test_without_repeats_nothing_is_asked():
    generator = rng.generator(0, "none")
    found = texts.without_repeats(50, n_letters=24, generator=generator)
    assert (found.earlier == -1).all()
    assert (found.following >= 0).sum(1).min() >= 11


def test_equal_streams_of_randomness_give_equal_texts():
    assert torch.equal(drawn().tokens, drawn().tokens)
