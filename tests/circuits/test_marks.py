"""Marks on pairs of positions, and how much attention falls on them."""

import torch

from mechnotes.circuits import marks

TOKENS = torch.tensor([[5, 3, 5, 3, 5]])


def test_marks_are_where_the_definition_says():
    assert marks.previous(TOKENS)[0].nonzero().tolist() == [[1, 0], [2, 1], [3, 2], [4, 3]]
    assert marks.earlier(TOKENS)[0].nonzero().tolist() == [[2, 0], [3, 1], [4, 0], [4, 2]]
    assert marks.followed(TOKENS)[0].nonzero().tolist() == [[2, 1], [3, 2], [4, 1], [4, 3]]


def test_attention_on_several_marks_of_one_reader_is_added_up():
    pattern = torch.zeros(1, 2, 5, 5)
    pattern[0, 0, 4, [1, 3]] = 0.5  # a perfect induction head, but for two readers of three
    pattern[0, 1] = 0.2  # looks everywhere alike
    found = marks.share(pattern, marks.followed(TOKENS))
    assert torch.allclose(found, torch.tensor([1 / 3, (0.2 + 0.2 + 0.4) / 3]))


def test_readers_without_marks_do_not_count():
    pattern = torch.zeros(1, 1, 5, 5)
    pattern[0, 0, range(1, 5), range(4)] = 1.0
    assert marks.share(pattern, marks.previous(TOKENS)).item() == 1


def test_models_in_front_keep_their_axes():
    patterns = torch.rand(3, 2, 1, 4, 5, 5)
    found = marks.share(patterns, marks.previous(TOKENS))
    assert found.shape == (3, 2, 4)
    assert torch.allclose(found[1, 0], marks.share(patterns[1, 0], marks.previous(TOKENS)))


def test_where_nothing_is_marked_there_is_no_score():
    different = torch.arange(5)[None]
    assert marks.share(torch.rand(1, 1, 5, 5), marks.earlier(different)).isnan().all()
