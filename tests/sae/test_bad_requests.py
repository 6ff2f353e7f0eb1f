"""Bad requests to what no other file of refusals asks: got, expected, how to mend it."""

import math

import pytest
import torch

from mechnotes.sae import (
    activations,
    autoencoder,
    config,
    encoders,
    examples,
    matching,
    measures,
    published,
    recovered,
    reference,
)
from mechnotes.sae.effects import doses, moods, weights
from mechnotes.sae.meaning import candidates, labels, specificity
from mechnotes.sae.synthetic import scores
from tests.sae.effects.test_weights import random_sae
from tests.sae.synthetic.test_sweeps import perfect
from tests.sae.test_latents import built
from tests.superposition.bad_values import TEACHES

pytestmark = pytest.mark.bad_input
TOKENS = torch.tensor([[0, 5, 9]])
UNKNOWN = torch.full((1, 3), 232)
TABLE, ONE, ROW = torch.ones(4, 3), torch.ones(3), torch.ones(1, 3)
YES = torch.tensor([True, False, True, False])
BOTH = torch.stack((YES, YES.roll(1)), dim=1)
NAN = torch.full((4, 3), math.nan)
SPEC = (TABLE[:, :1], torch.tensor([[True], [False], [True], [False]]))


@pytest.mark.parametrize(
    "ask",
    [
        lambda m, s: activations.check_hook(m, "blocks.1.hook_resid"),
        lambda m, s: activations.check_tokens(m, UNKNOWN),
        lambda m, s: activations.on_device(m, UNKNOWN),
        lambda m, s: autoencoder.check("storybook"),
        lambda m, s: autoencoder.hook_of("storybook"),
        lambda m, s: autoencoder.check_fits(m, random_sae(32)),
        lambda m, s: autoencoder.check_latent(s, True),
        lambda m, s: autoencoder.read(m, s, UNKNOWN),
        lambda m, s: autoencoder.values(m, s, UNKNOWN),
        lambda m, s: autoencoder.values(m, s, TOKENS, latents=96),
        lambda m, s: autoencoder.values(m, s, TOKENS, latents=[3, -1]),
        lambda m, s: config.checked("topk"),
        lambda m, s: config.check_named({"W_enc": TABLE}, "topk"),
        lambda m, s: config.explained(3),
        lambda m, s: encoders.jumprelu(TABLE, ONE, bandwidth=0),
        lambda m, s: encoders.active(TABLE, ONE, bandwidth=-1),
        lambda m, s: examples.examples(built(), 4),
        lambda m, s: matching.assign(NAN),
        lambda m, s: matching.cosines(TABLE, torch.ones(4, 2)),
        lambda m, s: matching.matched_mean(TABLE, NAN),
        lambda m, s: matching.random_dictionary(0, 3, generator=torch.Generator()),
        lambda m, s: measures.fvu_of_batches([]),
        lambda m, s: measures.shrinkage(TABLE, NAN),
        lambda m, s: published.fetched("gpt2-small-resjb", "x"),
        lambda m, s: recovered.loss_recovered(clean=2.0, spliced=2.0, ablated=2.0),
        lambda m, s: recovered.recovered(m, s, UNKNOWN),
        lambda m, s: reference.decoder_step(TABLE, TABLE.mT, ONE, TABLE, ONE, learning_rate=0.1),
        lambda m, s: doses.probability(m, s, TOKENS, torch.zeros(1, 3), words=torch.tensor([1])),
        lambda m, s: moods.ends(m, random_sae(32), moods.stories(3)),
        lambda m, s: moods.number("sad"),
        lambda m, s: weights.column(m, s, 96),
        lambda m, s: weights.direction(m, s, 96),
        lambda m, s: weights.promoted_by_each(m, random_sae(32)),
        lambda m, s: weights.neuron_outputs("storybook"),
        lambda m, s: weights.offset(s, 96),
        lambda m, s: weights.paths(TABLE, ONE, torch.ones(2), torch.ones(3, 5)),
        lambda m, s: weights.top_words(m, torch.ones(5)),
        lambda m, s: candidates.latents(m, "storybook", labels.passages(2), name="x"),
        lambda m, s: candidates.neurons(m, 9, labels.passages(2)),
        lambda m, s: candidates.dimensions(m, "blocks.9.hook_resid_post", labels.passages(2)),
        lambda m, s: candidates.probe(m, "blocks.9.hook_resid_post", labels.passages(2), BOTH),
        lambda m, s: candidates.fit_probe(TABLE, BOTH, chosen=YES),
        lambda m, s: labels.check(NAN, BOTH, YES),
        lambda m, s: specificity.describe(NAN, BOTH, chosen=YES),
        lambda m, s: specificity.sides(BOTH, chosen=YES, narrow=0.1),
        lambda m, s: specificity.of_sides(
            TABLE[:3], specificity.sides(BOTH, chosen=YES, narrow=1.0)
        ),
        lambda m, s: scores.scores(perfect(), n=0),
        lambda m, s: scores.between_seeds(perfect(), 5),
        lambda m, s: scores.drops(perfect()),
    ],
)
def test_a_request_that_means_nothing_is_refused_with_what_to_do(model, small_sae, ask):
    with pytest.raises(ValueError, match=TEACHES):
        ask(model, small_sae)
