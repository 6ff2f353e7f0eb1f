"""A text becomes the tokens that the model was trained on, or is refused by name."""

import pytest
import torch

from mechnotes import models
from tests.models import folders


@pytest.fixture(scope="module")
def model(any_folder):
    return models.load(any_folder)


@pytest.fixture(scope="module")
def storybook(storybook_folder):
    return models.load(storybook_folder)


def test_a_text_has_the_tokens_that_the_bridge_gives_it(model):
    text = "the dog near the cats is"
    assert torch.equal(models.tokens(model, text), model.to_tokens(text))


def test_the_mark_at_the_beginning_stands_there_once(model):
    text = "the dog is"
    marked = f"{model.tokenizer.bos_token} {text}" if model.cfg.d_vocab < 300 else None
    marked = marked or f"{model.tokenizer.bos_token}{text}"
    assert torch.equal(models.tokens(model, marked), models.tokens(model, text))
    assert (models.tokens(model, text) == model.tokenizer.bos_token_id).sum() == 1


def test_tokens_of_several_texts_are_those_of_each(model):
    rows = models.tokens(model, ["the dog is", "the cat is"])
    assert torch.equal(rows[1:], models.tokens(model, "the cat is"))


def test_the_storybook_model_and_its_tokenizer_agree(storybook):
    from mechnotes.storybook import tokenizer

    text = "Anna won a map . she smiled ."
    assert torch.equal(models.tokens(storybook, text)[0], tokenizer.ids(text))
    assert tokenizer.text(models.tokens(storybook, text)[0]) == text


def test_a_text_as_long_as_the_context_passes(storybook):
    n_ctx = storybook.cfg.n_ctx
    assert models.tokens(storybook, "dog " * (n_ctx - 1)).shape == (1, n_ctx)


@pytest.mark.bad_input
def test_a_text_longer_than_the_context_is_refused(storybook):
    with pytest.raises(ValueError, match=r"got 65 tokens.*at most 64.*Shorten"):
        models.tokens(storybook, "dog " * 64)


@pytest.mark.bad_input
def test_unknown_words_are_named_with_the_nearest_known(storybook):
    with pytest.raises(ValueError, match=r"'Ana' \(near: .*Anna.*'mapp' \(near: map"):
        models.tokens(storybook, "Ana won a mapp .")


@pytest.mark.bad_input
def test_texts_of_unequal_length_are_refused_with_their_lengths(storybook):
    with pytest.raises(ValueError, match=r"3 in 'the dog' and 4 in 'the dog is'; .* equal length"):
        models.tokens(storybook, ["the dog", "the dog is"])


@pytest.mark.bad_input
@pytest.mark.parametrize("text", ["", "  ", [], ["dog", ""], None, 3, ["dog", None], b"dog"])
def test_what_is_no_text_is_refused(storybook, text):
    with pytest.raises(ValueError, match=r"^text: got .*at least one word in each\. Write"):
        models.tokens(storybook, text)


@pytest.mark.bad_input
@pytest.mark.parametrize("model", [None, "storybook", torch.nn.Linear(1, 1)])
def test_what_is_no_model_is_refused(model):
    with pytest.raises(ValueError, match=r"^model: got .*; expected a language model"):
        models.tokens(model, "dog")


@pytest.mark.bad_input
def test_a_tokenizer_that_knows_more_than_the_model_is_refused(storybook_folder, tmp_path):
    folder = folders.write("gpt2", tmp_path / "mixed")
    folders.gpt2(200).save_pretrained(folder)
    mixed = models.load(folder)
    with pytest.raises(ValueError, match=r"^model folder: got token \d+ .*where the model has 200"):
        models.tokens(mixed, "the dog near the school is")
