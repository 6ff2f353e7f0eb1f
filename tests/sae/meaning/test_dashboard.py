"""Cards of latents: what stands on them is what the parts that they are made of say."""

import pytest
import torch

from mechnotes.sae import extract
from mechnotes.sae.effects import weights
from mechnotes.sae.examples import Shown, examples
from mechnotes.sae.meaning import candidates, dashboard, labels, properties, specificity


@pytest.fixture(scope="module")
def text():
    return labels.passages(60, seed=1)


@pytest.fixture(scope="module")
def found(model, small_sae, text):
    return dashboard.dashboard(model, small_sae, text, chosen=[3, 40], shown=Shown(n_top=2))


def test_a_card_has_its_latents_examples_scores_words_and_description(
    model, small_sae, text, found
):
    latents = extract(model, small_sae, text.tokens)
    values = candidates.latents(model, small_sae, text, name="latent").values
    half, known = labels.first_half(text), properties.properties(text)
    scores = labels.score(values, labels.truth(text), chosen=half)
    described = specificity.describe(values, known.truth, chosen=half)
    for card, latent in zip(found.cards, (3, 40), strict=True):
        own = examples(latents, latent, shown=Shown(n_top=2))
        assert card.latent == latent and card.examples.top == own.top
        assert torch.equal(card.examples.counts, own.counts)
        assert [one.label for one in card.scores] == list(labels.QUESTIONS)
        assert [one.f1 for one in card.scores] == pytest.approx(scores.f1[latent].tolist())
        assert card.description == known.names[described.property[latent]]
        assert card.recall == pytest.approx(described.recall[latent].item())
        promoted = weights.promoted(model, small_sae, latent)
        assert card.raises[0][1] == pytest.approx(promoted.max().item())
        assert card.lowers[0][1] == pytest.approx(promoted.min().item())


def test_an_autoencoder_is_asked_for_its_latents_once(model, small_sae, text, monkeypatch):
    seen, encode = [], small_sae.encode
    monkeypatch.setattr(small_sae, "encode", lambda x: seen.append(len(x)) or encode(x))
    dashboard.dashboard(model, small_sae, text, chosen=[3])
    assert sum(seen) == len(text.tokens)


def test_examples_stand_in_the_texts_of_the_dashboard(found):
    for card in found.cards:
        for one in (*card.examples.top, *card.examples.spread):
            end = one.start + len(one.words)
            assert found.texts[one.text][one.start : end] == one.words


@pytest.mark.bad_input
def test_a_latent_that_there_is_not_is_refused(model, small_sae, text):
    with pytest.raises(ValueError, match="sae: got 'block-1'; expected a sparse autoencoder"):
        dashboard.dashboard(model, "block-1", text)
    with pytest.raises(ValueError, match="chosen: got 96"):
        dashboard.dashboard(model, small_sae, text, chosen=[0, 96])
