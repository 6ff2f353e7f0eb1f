"""The 60 prompts: complete, balanced, and answered by the name that is said once."""

from collections import Counter

import pytest
import torch

from mechnotes.circuits.symbolic import task


def test_there_are_sixty_different_prompts():
    prompts = task.all_prompts()
    assert len(set(map(tuple, prompts.tokens.tolist()))) == 6 * 5 * 2


def test_the_answer_is_the_name_said_once_and_the_wrong_one_the_name_said_twice():
    prompts = task.all_prompts()
    for row, answer, wrong in zip(prompts.tokens, prompts.answers, prompts.wrong, strict=True):
        said = Counter(row[1:4].tolist())
        assert said == {int(answer): 1, int(wrong): 2}


@pytest.mark.parametrize("order", [None, "ABBA", "BABA"])
def test_every_name_is_answer_and_wrong_answer_equally_often(order):
    prompts = task.all_prompts(order)
    for tokens in (prompts.answers, prompts.wrong):
        assert set(Counter(tokens.tolist()).values()) == {len(tokens) // 6}


def test_both_orders_are_equally_frequent_and_place_alone_says_nothing():
    prompts = task.all_prompts()
    assert Counter(prompts.orders) == {"ABBA": 30, "BABA": 30}
    first_is_answer = prompts.tokens[:, 1] == prompts.answers
    assert first_is_answer.sum() == 30


def test_the_receiver_comes_first_in_abba_and_second_in_baba():
    for order, place in (("ABBA", 1), ("BABA", 2)):
        prompts = task.all_prompts(order)
        assert torch.equal(prompts.tokens[:, place], prompts.answers)
        assert set(prompts.orders) == {order}


def test_named_positions_hold_what_their_names_say():
    prompts = task.all_prompts()
    held = {
        role: prompts.tokens.gather(1, place[:, None])[:, 0]
        for role, place in prompts.positions.items()
    }
    assert torch.equal(held["answer"], prompts.answers)
    assert torch.equal(held["giver"], prompts.wrong)
    assert torch.equal(held["repeat"], prompts.wrong)
    assert held["bos"].unique().tolist() == [task.BOS]
    assert held["end"].unique().tolist() == [task.MID]


def test_prompts_can_be_read():
    assert task.all_prompts("ABBA").text[0] == "BOS Ann Ben Ben MID"
    assert task.all_prompts("BABA").text[0] == "BOS Ben Ann Ben MID"
