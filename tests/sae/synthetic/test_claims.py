"""The claims on planted dictionaries: today's verdict is the recorded one, and each can fail."""

import pytest
import torch

from mechnotes import claims
from mechnotes.sae.synthetic import claims as synthetic_claims
from mechnotes.sae.synthetic import recovery_claims, scores
from mechnotes.sae.synthetic.scores import Scores

OURS = [
    claim
    for claim in claims.discover()
    if claim.__module__ in (recovery_claims.__name__, synthetic_claims.__name__)
]


def test_every_promised_number_is_claimed():
    ids = {claim.claim.id.rstrip("abcdef") for claim in OURS}
    assert ids == {f"N-SAE-{number}" for number in range(1, 7)}


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one_and_the_control_lies_outside_the_band(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome
    if outcome.verdict == "reproduced":
        assert outcome.measured.control is not None
        assert outcome.measured.control not in claim.claim.band


def made_up(l0, fvu):
    rest = dict.fromkeys(("mmcs", "matched", "scale", "shrinkage", "dead"), torch.ones(len(l0), 1))
    return Scores(l0=torch.tensor(l0)[:, None], fvu=torch.tensor(fvu)[:, None], **rest)


def test_a_measure_between_settings_is_a_line_in_the_logarithm_of_l0():
    found = made_up([16.0, 1.0, 4.0], [0.1, 0.9, 0.5])
    at = scores.at_l0(found, found.fvu, torch.tensor([1.0, 2.0, 4.0, 8.0, 16.0]))
    assert at[:, 0].tolist() == pytest.approx([0.9, 0.7, 0.5, 0.3, 0.1])


def test_nothing_is_said_beyond_the_settings():
    found = made_up([2.0, 4.0], [0.5, 0.3])
    outside = scores.at_l0(found, found.fvu, torch.tensor([1.0, 5.0]))
    assert outside.isnan().all()


def test_stretching_takes_away_what_shrinkage_cost():
    x = torch.randn(400, 6, generator=torch.Generator().manual_seed(0))
    x = x - x.mean(0)
    kept = torch.where(torch.arange(6) < 4, x, 0.0)
    from mechnotes.sae import measures

    short = {"fvu": measures.fvu(x, 0.6 * kept), "shrinkage": measures.shrinkage(x, 0.6 * kept)}
    found = scores.stretched(**{name: torch.tensor(v) for name, v in short.items()})
    assert found.item() == pytest.approx(measures.fvu(x, kept), abs=1e-5)


def test_a_better_autoencoder_for_l1_would_turn_the_comparison(monkeypatch):
    plain, topk = made_up([1.0, 10.0], [0.1, 0.05]), made_up([2.0, 5.0], [0.4, 0.2])
    monkeypatch.setattr(
        synthetic_claims, "_scores", lambda case: plain if case == "standard" else topk
    )
    assert synthetic_claims.topk_against_l1().value < -0.1
