"""Two previous-token heads in a row are a third that looks two back."""

import torch

from mechnotes import rng
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.by_hand import virtual

TOKENS = torch.tensor([[0, 5, 3, 7, 4, 2, 6, 1]])


def test_seven_dimensions_come_from_one_back_and_one_from_two_back():
    assert virtual.carried(torch.eye(16)[:8], *virtual.matrices()).tolist() == [7, 1]


def test_every_token_arrives_where_the_exercise_says():
    """Token t fills dimension t; outputs are dimensions 8 to 15."""
    said = model.logits(virtual.published(), TOKENS)[0, 0].round(decimals=3)
    for place in range(2, 8):
        expected = torch.zeros(8)
        one, two = TOKENS[0, place - 1], TOKENS[0, place - 2]
        if one < 4:
            expected[one] = 1
        if one in (4, 5, 6):
            expected[one] = 1  # dimensions 4, 5, 6 go to 12, 13, 14
        if two == 0:
            expected[7] = 1  # dimension 0 goes to 8 and then to 15
        assert torch.allclose(said[place], expected, atol=1e-2), place


def test_the_virtual_pattern_is_where_the_information_went():
    weights = virtual.published()
    patterns = model.forward(weights, TOKENS).patterns[0, :, 0, 0]
    assert (patterns.diagonal(-1, dim1=-2, dim2=-1) > 0.99).all()
    both = virtual.pattern(patterns)
    assert (both.diagonal(-2) > 0.99).all()
    assert torch.allclose(both.sum(-1), torch.ones(8), atol=1e-5)


def test_no_head_can_carry_more_than_its_width():
    generator = rng.generator(0, "heads")
    for _ in range(10):
        left, right = torch.randn(2, 2, 12, 3, generator=generator)
        first, second = left @ right.mT
        one, two = virtual.carried(torch.eye(12), first, second).tolist()
        assert one == 6
        assert two == 3


def test_a_second_head_that_reads_elsewhere_makes_no_virtual_head():
    first, second = torch.zeros(2, 12, 12)
    first[range(3), range(6, 9)] = 1
    second[range(3, 6), range(9, 12)] = 1
    assert virtual.carried(torch.eye(12)[:6], first, second).tolist() == [6, 0]
