"""Passages: what training reads, and the labels of every token."""

import pytest
import torch

from mechnotes import rng
from mechnotes.storybook import corpus, giving, grammar, tokenizer, words
from mechnotes.storybook.corpus import VALUES, Passages


def test_labelled_passages_are_the_ones_that_training_reads():
    plain = corpus.tokens(5, 64, generator=rng.generator(0, "x"))
    labelled = corpus.passages(5, generator=rng.generator(0, "x"))
    assert torch.equal(plain, labelled.tokens)


def test_a_passage_begins_with_bos_and_nothing_is_true_of_it(text: Passages):
    assert (text.tokens[:, 0] == 0).all()
    assert (text.tokens[:, 1:] != 0).all()
    for values in (*text.labels.values(), text.kind, text.template, text.start):
        assert (values[:, 0] == -1).all()


def test_labels_are_indices_of_values(text: Passages):
    assert set(text.labels) == set(VALUES)
    for name, values in text.labels.items():
        assert values.max() < len(VALUES[name])
        assert values.min() == -1


def test_every_value_of_every_label_occurs(text: Passages):
    for name, values in text.labels.items():
        assert set(values.unique().tolist()) == set(range(-1, len(VALUES[name]))), name


def test_givers_and_receivers_are_marked_wherever_they_are_named():
    generator = rng.generator(2, "giving")
    text = corpus.passages(30, generator=generator, templates=giving.TEMPLATES)
    vocabulary = grammar.vocabulary()
    receiver = text.at("receiver") & (text.labels["part"] == 1)
    assert receiver.any()
    for row, position in receiver.nonzero().tolist():
        start = int(text.start[row, position])
        part = text.labels["part"][row, start:position]
        said = text.tokens[row, start:position]
        assert (said[part == 1] == text.tokens[row, position]).all()
        assert len(set(said[part == 0].tolist())) == 1
        assert all(vocabulary[token] in words.NAMES for token in said[part >= 0].tolist())


def test_the_start_of_a_sentence_is_where_its_first_word_stands(text: Passages):
    starts = text.start[:, 1:]
    positions = torch.arange(1, 64).expand_as(starts)
    assert (starts <= positions).all()
    boundary = starts == positions
    assert (text.template[:, 1:][boundary] >= 0).all()
    assert boundary[:, 0].all()


def test_at_finds_the_tokens_that_fill_a_slot(text: Passages):
    verbs = text.tokens[text.at("verb")]
    assert {grammar.vocabulary()[token] for token in verbs.tolist()} == {"is", "was", "are", "were"}


def test_the_tokenizer_file_and_the_vocabulary_agree(text: Passages):
    built = tokenizer.build(64)
    said = tokenizer.text(text.tokens[0])
    assert built(said).input_ids == text.tokens[0].tolist()
    assert torch.equal(tokenizer.ids(said), text.tokens[0])
    assert built.convert_ids_to_tokens(list(range(len(built)))) == list(grammar.vocabulary())


@pytest.mark.bad_input
def test_unknown_words_are_named_with_the_nearest_known_ones():
    with pytest.raises(ValueError, match=r"'Marry' \(near: .*Mary.*'xqz' \(near: none\)"):
        tokenizer.ids("when Marry and xqz went")


@pytest.mark.bad_input
@pytest.mark.parametrize("nothing", ["", "  ", []])
def test_an_empty_text_is_refused(nothing: str | list[str]):
    with pytest.raises(ValueError, match="text: got no words; expected at least one"):
        tokenizer.ids(nothing)


@pytest.mark.bad_input
@pytest.mark.parametrize("change", [{"n_rows": 0}, {"n_rows": 1.5}, {"n_ctx": 1}, {"generator": 3}])
def test_sizes_of_passages_are_checked(change: dict):
    arguments = {"n_rows": 2, "generator": torch.Generator(), "n_ctx": 16} | change
    with pytest.raises(ValueError, match=r"got .* expected"):
        corpus.passages(arguments.pop("n_rows"), **arguments)
