"""The claims of Engineering Monosemanticity: today's verdict is the recorded one."""

import functools

import pytest
import torch

from mechnotes import claims, experiments
from mechnotes.claims import Measured
from mechnotes.monosemanticity import _stored, cases, evidence, measures, training
from mechnotes.monosemanticity import claims as monosemanticity_claims
from mechnotes.monosemanticity.progress import Progress

OURS = [claim for claim in claims.discover() if claim.__module__ == monosemanticity_claims.__name__]


def test_every_promised_number_is_claimed():
    ids = {claim.claim.id.rstrip("abc") for claim in OURS}
    assert ids == {f"N-EM-{number}" for number in range(1, 9)}


@pytest.fixture(scope="module", autouse=True)
def each_sweep_is_read_once():
    """The claims read some sweeps many times."""
    patched = pytest.MonkeyPatch()
    patched.setattr(_stored, "loaded", functools.cache(_stored.loaded))
    patched.setattr(evidence, "loaded", _stored.loaded)
    yield
    patched.undo()


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome


WITH_CONTROL = [claim for claim in OURS if claim.claim.control_band is not None]


@pytest.mark.parametrize("claim", WITH_CONTROL, ids=lambda claim: claim.claim.id)
def test_what_is_reproduced_has_a_control_outside_its_band(claim):
    measured: Measured = claim()
    if claim.claim.recorded == "reproduced":
        assert measured.control not in claim.claim.band


def test_the_first_steps_of_a_stored_sweep_repeat_from_scratch():
    stored = _stored.loaded("lr3")
    progress = Progress(stored.config)
    progress.look(0)
    for step in range(8):
        progress.advance(step)
        progress.look(step + 1)
    looked_at = [place for place, steps in enumerate(stored.steps_done) if steps <= 8]
    assert torch.allclose(progress.loss[looked_at], stored.loss[looked_at], rtol=1e-4)
    assert torch.allclose(progress.mean_bias[looked_at], stored.mean_bias[looked_at], atol=1e-4)
    assert torch.equal(progress.counts[looked_at].short(), stored.counts[looked_at])


@pytest.mark.parametrize("case", cases.REDUCED)
def test_stored_neurons_give_the_stored_counts(case):
    stored = _stored.loaded(case)
    assert stored.provenance.scale == "reduced"
    for number in range(stored.config.n_models):
        neurons = stored.neurons(number)
        by_share = (neurons.share > measures.SHARE_ABOVE).sum() - stored.n_monosemantic[number]
        assert abs(by_share) <= 1  # a share at the threshold may fall to either side in 16 bits
        effective = neurons.participation
        found = ((effective > 0) & (effective < measures.PARTICIPATION_BELOW)).sum()
        assert abs(found - stored.counts[stored.at_trough, number, 1]) <= 2


def test_maps_from_stored_weights_show_what_the_counts_say():
    stored = _stored.loaded("lr1")
    model = stored.config.n_models - 1
    shown = stored.activation_map(model)
    tops, found = stored.neurons(model).top_feature, measures.top_feature(shown)
    responding = tops >= 0
    assert (tops[responding] == found[responding]).float().mean() > 0.98
    # From 8 bits, tiny responses come and go, so the count is only near.
    by_participation = measures.counts(shown)[1] - stored.counts[stored.at_trough, model, 1]
    assert abs(by_participation) < 30


def test_ranks_share_ties():
    assert evidence.rank_correlation([1, 2, 3], [10, 20, 30]) == pytest.approx(1)
    assert evidence.rank_correlation([1, 2, 3, 4], [2, 1, 2, 1]) == pytest.approx(-0.447, abs=1e-3)


def test_the_mass_of_a_matrix_of_low_rank_is_all_in_its_first_directions():
    low = torch.outer(torch.arange(1.0, 5), torch.arange(1.0, 7))
    assert evidence.top_mass(low, 1) == pytest.approx(1)
    assert evidence.top_mass(torch.eye(8), 2) == pytest.approx(1 / 4)


def test_a_sweep_without_monosemantic_neurons_has_no_best_bias(monkeypatch):
    stored = experiments.load(training.sweep, "b3")
    stored.counts[:] = 0
    monkeypatch.setattr(_stored, "loaded", lambda _: stored)
    assert _stored.peak("b3") != _stored.peak("b3")
