"""Which latents fire: kept without zeros, and equal to the dense computation."""

import pytest
import torch

from mechnotes import models
from mechnotes.sae import autoencoder, extract
from mechnotes.sae.latents import Latents

TEXTS = ["Tom found a map .", "Anna broke the rope . she felt cross .", "Mark saw a lamp ."]


@pytest.fixture(scope="module")
def found(model, small_sae) -> Latents:
    return extract(model, small_sae, TEXTS)


def test_dense_latents_are_those_of_each_text_alone(model, small_sae, found: Latents):
    for number, text in enumerate(TEXTS):
        tokens = models.tokens(model, text)
        alone = small_sae.encode(autoencoder.read(model, small_sae, tokens))[0]
        ours = found.dense([number])[0]
        assert (ours - alone).abs().max() < 1e-5
    assert found.words[0] == ("<bos>", "Tom", "found", "a", "map", ".")


def test_texts_of_different_lengths_keep_their_order(found: Latents):
    assert found.lengths.tolist() == [6, 10, 6]
    assert found.text.tolist() == sorted(found.text.tolist())
    assert torch.equal(found.dense()[0, 6:], torch.zeros(4, 96))


def test_how_many_texts_are_read_at_once_changes_nothing(model, small_sae, found: Latents):
    again = extract(model, small_sae, TEXTS, texts_at_once=1)
    assert (again.dense() - found.dense()).abs().max() < 1e-5


def test_token_numbers_and_texts_give_the_same(model, small_sae):
    tokens = models.tokens(model, [TEXTS[0], TEXTS[2]])
    from_numbers = extract(model, small_sae, tokens)
    from_texts = extract(model, small_sae, [TEXTS[0], TEXTS[2]])
    assert torch.equal(from_numbers.dense(), from_texts.dense())


def test_pooling_is_the_mean_or_the_largest_over_a_texts_own_tokens(found: Latents):
    dense = found.dense()
    for text, length in enumerate(found.lengths.tolist()):
        own = dense[text, 1:length]
        assert torch.allclose(found.pooled("mean")[text], own.mean(0), atol=1e-6)
        assert torch.allclose(found.pooled("max")[text], own.amax(0), atol=1e-6)
        whole = dense[text, :length].mean(0)
        assert torch.allclose(found.pooled("mean", skip_bos=False)[text], whole, atol=1e-6)


def built() -> Latents:
    """Two texts; at the beginning latent 0 is enormous, in the text latents 1 and 2 fire."""
    return Latents(
        words=(("<bos>", "a", "b"), ("<bos>", "c")),
        tokens=((0, 1, 2), (0, 3)),
        d_sae=4,
        bos=True,
        text=torch.tensor([0, 0, 1, 1]),
        position=torch.tensor([0, 1, 0, 1]),
        index=torch.tensor([0, 1, 0, 2]),
        value=torch.tensor([50.0, 2.0, 50.0, 3.0]),
    )


def test_the_mark_for_the_beginning_changes_the_ranking():
    assert built().top(2, skip_bos=False)[0] == (0, pytest.approx((50 / 3 + 50 / 2) / 2))
    assert [latent for latent, _ in built().top(4)] == [2, 1]
    assert built().top(1, how="max") == [(2, 3.0)]


def test_the_share_of_zeros_is_counted_over_all_tokens():
    assert built().zero_share() == pytest.approx(1 - 4 / (5 * 4))


def test_some_latents_of_some_texts_in_the_order_asked_for():
    some = built().dense([1], [2, 0])
    assert torch.equal(some, torch.tensor([[[0.0, 50.0], [3.0, 0.0]]]))


@pytest.mark.bad_input
def test_a_latent_or_a_text_out_of_range_is_refused():
    with pytest.raises(ValueError, match=r"latents: got 4"):
        built().dense(latents=[4])
    with pytest.raises(ValueError, match=r"texts: got 2"):
        built().dense(texts=[2])
    with pytest.raises(ValueError, match="each number once"):
        built().dense(latents=[1, 1])


@pytest.mark.bad_input
@pytest.mark.parametrize("texts", ["", [], ["Tom", ""], "Tom found a zebra .", 7])
def test_texts_that_cannot_be_encoded_are_refused(model, small_sae, texts):
    with pytest.raises(ValueError, match=r"texts?: got .*; expected .*\. \w"):
        extract(model, small_sae, texts)


@pytest.mark.bad_input
def test_a_text_of_the_mark_alone_cannot_be_pooled(model, small_sae):
    nothing = extract(model, small_sae, torch.zeros(1, 1, dtype=torch.long))
    with pytest.raises(ValueError, match="at least one token more"):
        nothing.pooled()
    assert nothing.pooled(skip_bos=False).shape == (1, 96)


@pytest.mark.bad_input
def test_what_is_no_autoencoder_or_no_model_is_refused(model, small_sae):
    with pytest.raises(ValueError, match="expected a sparse autoencoder"):
        extract(model, "block-1-topk-512-seed-0", TEXTS)
    with pytest.raises(ValueError, match="expected a language model"):
        extract("storybook", small_sae, TEXTS)
    with pytest.raises(ValueError, match="how"):
        built().pooled("median")
    with pytest.raises(ValueError, match="n: got 0"):
        built().top(0)
