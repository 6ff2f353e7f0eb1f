"""Dose and response, beside random directions of the same length."""

import pytest
import torch

from mechnotes import models, rng
from mechnotes.sae.effects import _runs, doses, moods, steering, weights
from mechnotes.storybook import words
from tests.models import folders
from tests.sae.effects.test_weights import random_sae


def planted_response(shifts):
    """The logit of a planted word, and its probability beside 9 others."""
    return (shifts[:, 0] * 2).sigmoid()


def test_a_planted_words_probability_rises_with_every_dose_and_random_directions_do_less():
    """In 64 dimensions a random direction has an eighth of its length along the planted one."""
    direction = torch.zeros(64)
    direction[0] = 1.5
    noise = torch.randn(200, 64, generator=rng.generator(0))
    levels = torch.linspace(0, 2, 6)
    found = doses.response(planted_response, direction, noise, doses=levels)
    assert torch.allclose(found[0], (3 * levels).sigmoid())
    assert (found[0].diff() > 0).all()
    spans = found[1:].amax(1) - found[1:].amin(1)
    assert spans.mean() < (found[0, -1] - found[0, 0]) / 2
    assert torch.allclose(found[:, 0], torch.tensor(0.5))


def test_a_measure_that_answers_to_any_push_answers_to_the_controls_as_much():
    direction = torch.randn(64, generator=rng.generator(1))
    noise = torch.randn(5, 64, generator=rng.generator(2)) * torch.tensor(
        [[0.1], [1], [2], [5], [9]]
    )
    found = doses.response(lambda x: x.norm(dim=1), direction, noise, doses=torch.arange(4.0))
    assert torch.allclose(found, found[0].expand(6, 4), atol=1e-4)


@pytest.mark.parametrize("kind", ["storybook", "gpt2", "llama", "neox"])
def test_a_text_that_is_read_once_for_all_vectors_answers_as_one_that_is_read_for_each(
    kind, model, tmp_path, monkeypatch
):
    one = model if kind == "storybook" else models.load(folders.write(kind, tmp_path / kind))
    sae = random_sae(one.cfg.d_model, hook="blocks.0.hook_resid_post")
    texts = torch.randint(3, 90, (2, 6), generator=rng.generator(0))
    shifts = torch.randn(5, one.cfg.d_model, generator=rng.generator(1))
    where = torch.arange(12).view(2, 6) % 4 == 3
    by_text = torch.stack([*_runs.by_text(one, sae, texts, shifts, where=where)], dim=1)
    by_shift = torch.cat([*_runs.by_shift(one, sae, texts, shifts, where=where)])
    assert torch.allclose(by_text, by_shift, atol=1e-4)
    few = [*_runs.by_text(one, sae, texts, shifts, where=where, rows_at_once=2)]
    assert torch.allclose(torch.stack(few, dim=1), by_shift, atol=1e-4)


def test_more_texts_than_vectors_are_run_together_and_say_the_same(model, small_sae):
    texts = models.tokens(model, ["Tom found the ring . he", "Mary lost the coat . she"])
    shifts = torch.randn(2, 64, generator=rng.generator(1))
    asked = {"words": torch.tensor([4, 9]), "due": torch.tensor([3, 5])}
    both = doses.probability(model, small_sae, texts, shifts, **asked)
    one = doses.probability(model, small_sae, texts, shifts[:1], **asked)
    assert torch.allclose(both[:1], one, atol=1e-6) and both.shape == (2, 2)


def test_a_dose_response_is_the_slow_loop_over_runs(model, small_sae):
    texts = models.tokens(
        model, ["at the park Tom found a ring . he", "at the farm Mary lost a coat . she"]
    )
    happy = moods.reactions("happy")
    curve = doses.dose_response(
        model, small_sae, 3, texts, words=happy, doses=(0, 2), unit=1.5, n_controls=2, seed=4
    )
    assert curve.unit == 1.5 and curve.controls.shape == (2, 2, 2)
    for row, text in enumerate(texts):
        for i, dose in enumerate((0.0, 3.0)):
            shift = (dose * small_sae.W_dec[3])[None]
            chances = steering.added(model, small_sae, text[None], shift)[0, 0, -1].softmax(-1)
            assert curve.probability[i, row].item() == pytest.approx(
                sum(chances[word].item() for word in happy), abs=1e-5
            )
    assert torch.allclose(curve.controls[:, 0], curve.probability[0].expand(2, 2), atol=1e-5)
    again = doses.dose_response(
        model, small_sae, 3, texts, words=happy, doses=(0, 2), unit=1.5, n_controls=2, seed=5
    )
    assert not torch.allclose(again.controls, curve.controls)


def test_shares_are_spans_of_the_controls_beside_that_of_the_latent():
    curve = doses.DoseResponse(
        doses=torch.tensor([0.0, 1.0, 2.0]),
        unit=1.0,
        probability=torch.tensor([[0.1, 0.3], [0.3, 0.5], [0.6, 0.8]]),
        controls=torch.tensor([[[0.2, 0.2], [0.2, 0.4], [0.1, 0.3]], [[0.2] * 2] * 3]),
    )
    assert curve.span == pytest.approx(0.5)
    assert torch.allclose(curve.rises, torch.tensor([0.2, 0.3]))
    assert torch.allclose(curve.shares, torch.tensor([0.2, 0.0]))


def test_what_the_decoder_promotes_is_what_the_doses_raise(model):
    """A direction made of the happy reactions' own columns."""
    sae = random_sae(hook="blocks.2.hook_resid_post")
    happy = moods.reactions("happy")
    reader = weights.unembedding(model)
    with torch.no_grad():
        sae.W_dec[4] = reader[:, happy].mean(1) - reader.mean(1)
    best = [word for word, _ in weights.top_words(model, weights.promoted(model, sae, 4), n=4)]
    assert set(best) == set(words.REACTIONS["happy"])
    curve = doses.dose_response(
        model, sae, 4, moods.stories(12).tokens, words=happy, unit=3.0, n_controls=4
    )
    assert (curve.rises > 0).all()
    assert curve.shares.mean() < 0.5
