"""Prompts for GPT-2's tokenizer: read as English, a token a word, the answer after a space."""

import pytest
import torch

from mechnotes import prompts
from mechnotes._prompts.vocabulary import GPT2

BUILDERS = (prompts.ioi, prompts.induction, prompts.sentiment, prompts.agreement)
LINES = [(prompts.ioi, n) for n in range(len(GPT2.giving))]
LINES += [(prompts.sentiment, n) for n in range(len(GPT2.feelings))]
LINES += [(prompts.agreement, n) for n in range(len(GPT2.agreement))]


def test_a_prompt_reads_as_english(gpt2):
    pairs = prompts.ioi(n_pairs=1, seed=0, vocabulary="gpt2", template=0, model=gpt2)
    giver, receiver = pairs.wrong_words[0], pairs.answer_words[0]
    assert pairs.clean_text[0].startswith(f"When {receiver} and {giver} went to the ")
    assert f", {giver} gave a " in pairs.clean_text[0]
    assert pairs.clean_text[0].endswith(" to")


@pytest.mark.parametrize("build", BUILDERS)
def test_prompts_have_one_token_a_word_and_differ_in_one(build, gpt2):
    pairs = build(n_pairs=16, seed=0, vocabulary="gpt2", model=gpt2)
    n_words = {len(text.replace(",", " ,").split()) for text in pairs.clean_text}
    assert n_words == {pairs.clean.shape[1] - 1}
    differs = pairs.clean != pairs.corrupted
    assert torch.equal(differs.sum(1), torch.ones(16, dtype=torch.int64))
    assert torch.equal(differs.int().argmax(1), pairs.positions["changed"])


@pytest.mark.parametrize("build", BUILDERS)
def test_prompt_and_answer_tokens_are_those_of_the_text_with_its_answer(build, gpt2):
    pairs = build(n_pairs=8, seed=1, vocabulary="gpt2", model=gpt2)
    for row, text in enumerate(pairs.clean_text):
        whole = gpt2.to_tokens(f"{text} {pairs.answer_words[row]}")[0]
        assert torch.equal(whole[:-1], pairs.clean[row])
        assert whole[-1] == pairs.answers[row]


@pytest.mark.parametrize(("build", "template"), LINES)
def test_every_line_can_be_filled(build, template, gpt2):
    pairs = build(n_pairs=4, seed=0, vocabulary="gpt2", template=template, model=gpt2)
    assert (pairs.answers != pairs.wrong).all()


def test_every_word_is_one_token_and_none_stands_for_two_things():
    lists = [GPT2.names, GPT2.repeatable, *GPT2.events.values(), *GPT2.reactions.values()]
    assert all(len(set(listed)) == len(listed) for listed in lists)
    assert not set(GPT2.reactions["happy"]) & set(GPT2.reactions["angry"])
    assert not set(GPT2.events["happy"]) & set(GPT2.events["angry"])
