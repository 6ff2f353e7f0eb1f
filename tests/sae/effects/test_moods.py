"""Which latent stands for a mood, the stories on which it is tried, and what came out of it."""

import pytest
import torch

from mechnotes import claims, models, sae
from mechnotes.sae.cases import MODEL
from mechnotes.sae.effects import claims as steering_claims
from mechnotes.sae.effects import feeding, moods, silencing
from mechnotes.storybook import feelings, grammar, truth, words

OURS = [c for c in claims.discover() if c.__module__ == steering_claims.__name__]


@pytest.mark.parametrize("template", [moods.TRIAL, moods.CHOICE, *moods.OF_TWO])
def test_stories_stop_where_a_reaction_of_their_mood_is_due(template):
    found = moods.stories(12, template=template)
    vocabulary = grammar.vocabulary()
    for row, number in zip(found.tokens, found.sentiment.tolist(), strict=True):
        chances = truth.distributions([vocabulary[i] for i in row])[-1]
        due = moods.reactions(words.SENTIMENTS[number])
        # After "Tom lost ... . Tom" the story may also go on with "... and felt".
        assert chances[due].sum().item() == pytest.approx(1.0)
    assert len(found.of("happy")) == (found.sentiment == 0).sum()
    assert not torch.equal(moods.stories(12, template=template, seed=1).tokens, found.tokens)


def test_the_event_stands_where_it_is_said_to():
    told = moods.stories(9)
    vocabulary = grammar.vocabulary()
    for row, number in zip(told.tokens, told.sentiment.tolist(), strict=True):
        assert vocabulary[row[moods.EVENT]] in words.EVENTS[words.SENTIMENTS[number]]


class Planted:
    """Some activations are answered with planted values; the sizes are another autoencoder's."""

    def __init__(self, like, values):
        self.cfg, self.W_dec, self.W_enc, self.b_dec = like.cfg, like.W_dec, like.W_enc, like.b_dec
        self.values = values

    def encode(self, x):
        return self.values[: len(x)]

    def decode(self, values):
        return values @ self.W_dec


def test_the_latent_that_stands_out_most_in_one_mood_is_chosen(model, small_sae):
    """Latent 1 is always loud, 2 is loudest where it is angry, 3 fires for happy and angry."""
    mood = moods.stories(60, template=moods.CHOICE, seed=5).sentiment
    values = torch.zeros(60, 96)
    values[:, 1] = 9.0
    values[:, 2] = torch.tensor([1.0, 4.0, 2.0])[mood]
    values[:, 3] = torch.tensor([3.5, 3.0, 0.0])[mood]
    values[:, 4] = torch.tensor([0.0, 0.0, 8.0])[mood]
    chosen = moods.choose(model, Planted(small_sae, values), n=60, seed=5)
    assert (chosen.latent, chosen.sentiment) == (2, "angry")
    assert (chosen.unit, chosen.elsewhere) == (4.0, 2.0)
    assert (chosen.fires, chosen.fires_elsewhere) == (1.0, 1.0)
    neutral = moods.choose(model, Planted(small_sae, values), sentiments=("neutral",), n=60, seed=5)
    assert (neutral.latent, neutral.fires_elsewhere) == (4, 0.0)


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one_and_the_control_lies_outside_the_band(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome
    assert outcome.measured.control not in claim.claim.band


def test_the_head_that_adds_most_to_a_moods_latent_is_the_one_whose_loss_costs_it_most():
    """In the stored autoencoder, whose latent is off where the mood is another."""
    model, one = models.load(MODEL), sae.load("storybook", "block-1-topk-512-seed-2")
    chosen, told = moods.choose(model, one, n=150), moods.stories(48)
    mine, last = told.sentiment == moods.number(chosen.sentiment), torch.zeros(48, 10) > 0
    last[:, -1] = True
    here, there = (
        feeding.contributions(
            model, one, chosen.latent, told.tokens[rows], where=last[rows]
        ).heads.mean(-1)
        for rows in (mine, ~mine)
    )
    intact = silencing.ablated(model, one, chosen.latent, told.tokens, ())
    loss = torch.zeros(2, 4)
    for layer in range(2):
        for head in range(4):
            part = ("head", layer, head)
            without = silencing.ablated(model, one, chosen.latent, told.tokens, [part])
            loss[layer, head] = (intact - without)[mine, -1].mean()
    assert loss.argmax() == (here - there).argmax()
    assert loss.max() > 2 * loss.flatten().sort().values[-2]


@pytest.mark.bad_input
def test_a_form_without_a_reaction_or_a_mood_that_is_none_is_refused(model, small_sae):
    with pytest.raises(ValueError, match=r"template: got .*; expected a story of feelings"):
        moods.stories(3, template=feelings.TEMPLATES[3])
    with pytest.raises(ValueError, match="sentiment: got 'sad'; expected one of 'happy'"):
        moods.choose(model, small_sae, sentiments=("sad",))
    with pytest.raises(ValueError, match="n_rows: got 0"):
        moods.stories(0)
