"""Skip-trigram tables against runs of the models that they were read off."""

import dataclasses

import torch

from mechnotes.circuits.attention_only import model
from mechnotes.circuits.bigrams import skip_trigrams, uplifts
from tests.circuits.attention_only.random_models import D_VOCAB, random_models, texts

PLACED = random_models(layer=1)
PLACELESS = dataclasses.replace(PLACED, W_pos=torch.zeros_like(PLACED.W_pos))
READ = skip_trigrams.read(PLACELESS)
TEXTS = texts()
FIRST = torch.zeros(len(TEXTS), dtype=torch.int64)


def test_without_positions_uplifts_from_weights_are_exactly_what_a_run_shows():
    run = uplifts.table(PLACELESS, TEXTS, FIRST)
    assert torch.allclose(READ.uplift(TEXTS[:, :-1]), run, atol=1e-10)


def test_attention_from_weights_is_that_of_a_run():
    text = TEXTS[:1].clone()
    text[0, 0], text[0, -1] = 3, 5
    pattern = model.forward(PLACELESS, text).patterns[:, 0, 0, :, -1, 0]
    assert torch.allclose(READ.attention(text[:, :-1])[:, :, 5, 3], pattern)


def test_what_a_source_says_is_its_path_through_the_heads():
    text = TEXTS[:1].clone()
    text[0, 0], text[0, -1] = 3, 5
    ran = model.forward(PLACELESS, text)
    W_OV = PLACELESS.W_V[:, 0] @ PLACELESS.W_O[:, 0]
    words = torch.einsum("sd, shde -> she", PLACELESS.W_E[:, 3], W_OV)
    said = torch.einsum("sh, shd, sdv -> sv", ran.patterns[:, 0, 0, :, -1, 0], words, PLACELESS.W_U)
    found = READ.spoken(text[:, :-1])[:, 5, 3]
    assert torch.allclose(found, said - said.mean(-1, keepdim=True))


def test_the_order_of_what_else_stands_in_the_text_is_of_no_account():
    before = TEXTS[:, :-1]
    turned = torch.cat([before[:, :1], before[:, 1:].flip(1)], dim=1)
    assert torch.allclose(READ.uplift(before), READ.uplift(turned))


def test_for_one_head_and_one_source_what_is_said_has_rank_one():
    """The argument behind skip-trigram bugs: destinations times outputs is a column times a row."""
    alone = PLACELESS.each(lambda W: W[:, :, :1] if W.ndim == 5 else W)
    spoken = skip_trigrams.read(alone).spoken(TEXTS[:, :-1])
    for source in range(D_VOCAB):
        sizes = torch.linalg.svdvals(spoken[:, :, source])
        assert (sizes[:, 1] < 1e-10 * sizes[:, 0]).all()


def test_what_the_logits_gain_from_one_head_and_one_source_has_a_higher_rank():
    """The way out: what the source displaces differs from destination to destination."""
    alone = PLACELESS.each(lambda W: W[:, :, :1] if W.ndim == 5 else W)
    sizes = torch.linalg.svdvals(skip_trigrams.read(alone).uplift(TEXTS[:, :-1])[:, :, 0])
    assert (sizes[:, 1] > 0.05 * sizes[:, 0]).all()


def test_positions_are_averaged_and_not_left_out():
    placed = skip_trigrams.read(PLACED)
    assert not torch.allclose(placed.scores, READ.scores)
    centred = PLACED.W_E + PLACED.W_pos.mean(1, keepdim=True)
    expected = skip_trigrams.read(dataclasses.replace(PLACELESS, W_E=centred))
    assert torch.allclose(placed.outputs, expected.outputs)


def test_scores_far_apart_do_not_overflow():
    loud = dataclasses.replace(READ, scores=1e4 * READ.scores)
    assert loud.uplift(TEXTS[:, :-1]).isfinite().all()


def test_direct_is_what_the_destination_itself_says():
    silent = dataclasses.replace(PLACELESS, W_O=torch.zeros_like(PLACELESS.W_O))
    said = model.logits(silent, torch.arange(D_VOCAB)[:, None])[:, :, 0]
    assert torch.allclose(READ.direct, said - said.mean(-1, keepdim=True))
