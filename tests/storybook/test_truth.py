"""The true distribution is that of the sentences that are really drawn."""

import math
from collections import Counter, defaultdict

import pytest
import torch

from mechnotes import rng
from mechnotes.storybook import corpus, grammar, truth
from mechnotes.storybook.corpus import Passages


def rows_of(text: Passages) -> list[list[str]]:
    vocabulary = grammar.vocabulary()
    return [[vocabulary[token] for token in row] for row in text.tokens.tolist()]


def after(text: str) -> truth.Reader:
    """A reader who has read a text."""
    reader = truth.Reader()
    for word in text.split():
        reader.read(word)
    return reader


def by_hand(said: tuple[str, ...]) -> dict[str, float]:
    """Bayes' rule written out: chance of each whole beginning, template by template."""
    joint: dict[str, float] = defaultdict(float)
    total = 0.0
    for template in grammar.TEMPLATES:
        chance = grammar.chances_of_templates()[template.name]
        for position, word in enumerate(said):
            chance *= template.next(said[:position]).get(word, 0.0)
            if not chance:
                break
        total += chance
        for word, following in (template.next(said) if chance else {}).items():
            joint[word] += chance * following
    return {word: chance / total for word, chance in joint.items()}


def test_it_equals_bayes_rule_written_out(sentences: list[grammar.Sentence]):
    for sentence in sentences[:150]:
        reader = truth.Reader()
        for position, word in enumerate(sentence.words):
            expected = by_hand(sentence.words[:position])
            assert reader.chances() == pytest.approx(expected, abs=1e-9)
            reader.read(word)


def test_every_row_sums_to_one(text: Passages):
    rows = truth.distributions(rows_of(text)[0])
    assert rows.shape == (64, len(grammar.vocabulary()))
    torch.testing.assert_close(rows.sum(1), torch.ones(64))


def test_words_come_as_often_as_foretold():
    """Of all words with a true chance near c, the share c is what is said."""
    text = corpus.passages(150, generator=rng.generator(3, "calibration"))
    said, expected = Counter[int](), Counter[int]()
    for row, tokens in zip(rows_of(text), text.tokens, strict=True):
        true = truth.distributions(row)[:-1]
        bins = (true * 10).long().clamp(0, 9)
        for number in range(10):
            expected[number] += true[bins == number].sum().item()
        for chance in true.gather(1, tokens[1:, None])[:, 0].tolist():
            said[min(int(chance * 10), 9)] += 1
    for number in range(10):
        assert abs(said[number] - expected[number]) < 4 * math.sqrt(expected[number]) + 5


def test_nothing_is_left_to_chance_where_the_grammar_decides():
    reader = after("when Mary and Paul went to the park , Paul gave a book to")
    assert reader.chances() == pytest.approx({"Mary": 1.0})


def test_a_third_giver_leaves_both_names_equally_likely():
    reader = after("when Mary and Paul went to the park , Tom gave a book to")
    assert reader.chances() == pytest.approx({"Mary": 0.5, "Paul": 0.5})


def test_after_a_sentence_a_new_one_begins():
    beginning = truth.Reader().chances()
    assert after("it was a cold day .").chances() == pytest.approx(beginning)


@pytest.mark.bad_input
def test_text_that_the_grammar_cannot_say_is_named():
    with pytest.raises(ValueError, match=r"got 'it was Mary'.*a word such as.*known for text"):
        truth.distributions(["<bos>", "it", "was", "Mary"])


@pytest.mark.bad_input
@pytest.mark.parametrize("text", [[], ["it", "was"]])
def test_text_must_begin_at_the_beginning(text: list[str]):
    with pytest.raises(ValueError, match=r"text: got .* expected words after '<bos>'"):
        truth.distributions(text)
