"""Ablate, set and add: what is changed, and what stays."""

import pytest
import torch

from mechnotes import models, rng
from mechnotes.sae import autoencoder
from mechnotes.sae.effects import steering
from tests.sae.effects.test_weights import random_sae

TEXT = "at the park Mary found a coat . she smiled . Tom lost the ring . he felt"
PLACE = "blocks.1.hook_resid_post"


@pytest.fixture(scope="module")
def tokens(model):
    return models.tokens(model, TEXT)


@pytest.fixture(scope="module")
def latent(model, small_sae, tokens) -> int:
    values = small_sae.encode(autoencoder.read(model, small_sae, tokens))[0, 1:]
    return int(values.amax(0).argmax())


def by_hand(model, sae, tokens, change):
    """Logits of a run in which the autoencoder's place is given other values."""
    x = autoencoder.read(model, sae, tokens)
    return model.run_with_hooks(tokens, fwd_hooks=[(PLACE, lambda old, hook: change(x))])


def test_an_ablated_latent_takes_its_own_part_away_and_the_error_stays(
    model, small_sae, tokens, latent
):
    def change(x):
        values = small_sae.encode(x)
        without = values.clone()
        without[:, 1:, latent] = 0
        error = x - small_sae.decode(values)
        return small_sae.decode(without) + error

    expected = by_hand(model, small_sae, tokens, change)
    found = steering.replaced(model, small_sae, tokens, latent, values=(0,))
    assert torch.allclose(found[0], expected, atol=1e-3)


def test_a_latent_that_is_set_to_its_own_value_changes_nothing(model, small_sae, tokens, latent):
    values = small_sae.encode(autoencoder.read(model, small_sae, tokens))[0, :, latent]
    clean = model(tokens)
    pos = int(values.argmax())
    where = torch.arange(tokens.shape[1])[None] == pos
    own, other = values[pos].item(), 2 * values[pos].item()
    same, changed = steering.replaced(
        model, small_sae, tokens, latent, values=(own, other), where=where
    )
    assert torch.allclose(same, clean, atol=1e-4)
    assert torch.equal(changed[:, :pos], same[:, :pos])
    assert (changed[:, pos] - clean[:, pos]).abs().max() > 1e-3


def test_several_latents_go_together(model, small_sae, tokens, latent):
    both = [latent, (latent + 1) % 96]
    found = steering.replaced(model, small_sae, tokens, both, values=(1.5,))[0]

    def change(x):
        new = small_sae.encode(x)
        new[:, 1:, both] = 1.5
        return x + small_sae.decode(new) - small_sae.decode(small_sae.encode(x))

    assert torch.allclose(found, by_hand(model, small_sae, tokens, change), atol=1e-3)


def test_only_the_old_value_is_read_from_centred_activations(model, tokens):
    sae = random_sae()
    plain = steering.replaced(model, sae, tokens, 3, values=(0.0,))
    sae.cfg.metadata.model_from_pretrained_kwargs = {"center_writing_weights": True}
    x = autoencoder.read(model, sae, tokens)
    moved = -sae.encode(x)[..., 3:4] * sae.W_dec[3]
    moved[:, 0] = 0
    edit = (PLACE, lambda stream, hook: stream + moved)
    expected = model.run_with_hooks(tokens, fwd_hooks=[edit])
    found = steering.replaced(model, sae, tokens, 3, values=(0.0,))
    assert torch.allclose(found[0], expected, atol=1e-4)
    assert not torch.allclose(found, plain, atol=1e-4)


def test_shifts_together_are_shifts_one_by_one(model, small_sae):
    texts = models.tokens(model, ["Tom found the ring . he", "Mary lost the coat . she"])
    shifts = torch.randn(3, 64, generator=rng.generator(0))
    together = steering.added(model, small_sae, texts, shifts)
    apart = steering.added(model, small_sae, texts, shifts, rows_at_once=1)
    assert torch.allclose(together, apart, atol=1e-4)
    slow = model.run_with_hooks(
        texts[1:],
        fwd_hooks=[(PLACE, lambda x, hook: torch.cat((x[:, :1], x[:, 1:] + shifts[2]), dim=1))],
    )
    assert torch.allclose(together[2, 1:], slow, atol=1e-4)


def runs_of(model, monkeypatch) -> list[int]:
    """How many texts each forward pass with a change has from now on."""
    seen, run = [], model.run_with_hooks

    def watched(tokens, *, fwd_hooks):
        seen.append(len(tokens))
        return run(tokens, fwd_hooks=fwd_hooks)

    monkeypatch.setattr(model, "run_with_hooks", watched)
    return seen


@pytest.mark.parametrize(("rows_at_once", "sizes"), [(2, [2, 1] * 3), (3, [3] * 3), (7, [6, 3])])
def test_no_pass_has_more_texts_than_rows_at_once(
    model, small_sae, monkeypatch, rows_at_once, sizes
):
    listed = ["Tom found the ring . he", "Mary lost the coat . she", "Anna broke the rope . she"]
    texts = models.tokens(model, listed)
    where = torch.arange(21).view(3, 7) % 3 == 1
    shifts = torch.randn(3, 64, generator=rng.generator(0))
    expected = steering.added(model, small_sae, texts, shifts, where=where)
    values = (0.0, 1.0, 2.0)
    set_to = steering.replaced(model, small_sae, texts, [1, 2], values=values, where=where)
    seen = runs_of(model, monkeypatch)
    found = steering.added(model, small_sae, texts, shifts, where=where, rows_at_once=rows_at_once)
    assert [n for n in seen if n > 1 or rows_at_once == 2][-len(sizes) :] == sizes
    assert torch.allclose(found, expected, atol=1e-4)
    seen.clear()
    found = steering.replaced(
        model, small_sae, texts, [1, 2], values=values, where=where, rows_at_once=rows_at_once
    )
    assert max(seen) <= rows_at_once
    assert torch.allclose(found, set_to, atol=1e-4)


def test_adding_nothing_is_the_clean_run_and_earlier_tokens_never_change(model, small_sae, tokens):
    shifts = torch.stack((torch.zeros(64), small_sae.W_dec[0] * 5))
    where = torch.arange(tokens.shape[1])[None] >= 9
    none, some = steering.added(model, small_sae, tokens, shifts, where=where)
    assert torch.allclose(none, model(tokens), atol=1e-4)
    assert torch.allclose(some[:, :9], none[:, :9], atol=1e-4)
    assert (some[:, 9:] - none[:, 9:]).abs().amax() > 0.01


def test_levels_are_means_over_all_tokens_but_the_first(model, small_sae, tokens, latent):
    values = small_sae.encode(autoencoder.read(model, small_sae, tokens))[0, 1:, latent].tolist()
    fires = [value for value in values if value > 0]
    found = steering.levels(model, small_sae, latent, tokens)
    assert found.active == pytest.approx(sum(fires) / len(fires), rel=1e-5)
    assert found.mean == pytest.approx(sum(values) / len(values), rel=1e-5)
    assert found.density == pytest.approx(len(fires) / len(values))


def test_a_continuation_without_a_shift_is_the_models_own(model, small_sae):
    text = "at the park Mary found a coat . she"
    found = steering.continued(model, small_sae, text, torch.zeros(64), words=3)
    tokens = models.tokens(model, text)
    for _ in range(3):
        tokens = torch.cat((tokens, model(tokens)[:, -1:].argmax(-1)), dim=1)
    assert found == model.tokenizer.decode(tokens[0, 1:].tolist())


def test_a_sampled_continuation_depends_on_its_seed_alone(model, small_sae):
    def drawn(seed: int) -> str:
        return steering.continued(
            model, small_sae, "Tom", torch.zeros(64), words=6, generator=rng.generator(seed)
        )

    assert drawn(1) == drawn(1)
    assert len({drawn(seed) for seed in range(4)}) > 1
