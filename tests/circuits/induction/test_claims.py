"""The claims on induction: today's verdict is the recorded one, and each has a control."""

import pytest
import torch

from mechnotes import claims
from mechnotes.circuits import scrubbing
from mechnotes.circuits.induction import measures, reading, stories

PACKAGES = ("mechnotes.circuits.induction", "mechnotes.circuits.markov")
OURS = [c for c in claims.discover() if c.__module__.startswith(PACKAGES)]


def test_every_promised_number_is_claimed():
    ids = {claim.claim.id.rstrip("abcdef") for claim in OURS}
    assert {"N-IH-2", "N-IH-3", "N-IH-4", "N-MF-4", "N-MF-5", "N-MF-6", "N-CS-1"} <= ids


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one_and_the_control_lies_outside_the_band(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome
    assert outcome.measured.control is not None
    assert outcome.measured.control not in claim.claim.band


def test_silencing_all_upper_heads_leaves_a_guess_and_silencing_none_leaves_all():
    weights, texts = measures.trained("two-layers").weights, measures.fresh(n_texts=32)
    every = measures.cost_without(weights, texts, layer=1, heads=range(4))
    left = reading.loss_on_repeats(weights, texts) + every
    assert (left - measures.guess()).abs().max() < 0.3
    assert measures.cost_without(weights, texts, layer=1, heads=[]).abs().max() == 0


def test_term_losses_end_in_the_whole_model():
    weights, texts = measures.trained("two-layers").weights, measures.fresh(n_texts=32)
    terms = measures.term_losses(weights, texts)
    whole = reading.loss_on_repeats(weights, texts)
    assert (terms["virtual"] - whole).abs().max() < 1e-4
    assert (terms["direct"] > 4).all()


def test_the_steepest_step_and_the_sharpness_of_known_curves():
    curve = torch.tensor([4.0, 4, 4, 1, 1, 0, 0, 0, 0, 0, 0])[:, None]
    assert measures.steepest(curve).item() == pytest.approx(0.2)
    assert measures.sharpness(curve).item() == pytest.approx(3 / 4)
    line = torch.linspace(1, 0, 11)[:, None]
    assert measures.sharpness(line).item() == pytest.approx(0.1)


def test_a_story_names_the_heads_that_look_back():
    weights, texts = measures.trained("two-layers").weights, measures.fresh(n_texts=32)
    told = stories.story(weights.one(0), texts, "K", n_heads=1)
    best = reading.previous_token(weights, texts.tokens)[0, 0].argmax()
    assert told.keys == (f"head 0.{best}",)
    assert told.queries == told.values == ("embedding",)
    everything = scrubbing.explained(
        weights, texts.tokens, scrubbing.everything(weights), where=texts.in_repeats
    )
    assert torch.allclose(everything.share, torch.ones(5))
