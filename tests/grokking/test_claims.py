"""The claims on grokking: today's verdict is the recorded one, and the measures can fail."""

import math
from dataclasses import replace

import pytest
import torch

from mechnotes import claims, experiments
from mechnotes.grokking import by_hand, config, measures, training
from mechnotes.grokking import claims as grokking_claims

OURS = [claim for claim in claims.discover() if claim.__module__ == grokking_claims.__name__]


def test_every_promised_number_is_claimed():
    ids = {claim.claim.id.rstrip("abc") for claim in OURS}
    assert ids == {f"N-GR-{number}" for number in range(1, 7)}


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one_and_its_control_differs(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome
    if outcome.verdict == "reproduced":
        assert outcome.measured.control not in claim.claim.band


@pytest.mark.parametrize("case", config.CASES)
def test_a_stored_run_is_the_config_of_its_case_and_is_complete(case):
    run = experiments.load(training.train, case)
    assert run.config == config.CASES[case]
    assert len(run.loss) == run.config.epochs
    assert not any(curve.isnan().any() for curve in (run.loss, *run.curves.values()))


def test_the_first_epochs_of_the_main_run_repeat_from_scratch():
    stored = experiments.load(training.train, "seed-0")
    again = training.train(replace(stored.config, epochs=3, n_kept=0))
    assert torch.allclose(again.loss, stored.loss[:3], rtol=1e-4)


def test_controls_share_everything_with_the_main_run_but_one_thing():
    main = config.MAIN
    plain, most = config.CASES["no-weight-decay"], config.CASES["most-pairs"]
    assert replace(plain, weight_decay=main.weight_decay, n_kept=main.n_kept) == main
    shorter = replace(most, train_fraction=0.3, epochs=main.epochs, n_kept=main.n_kept)
    assert shorter == main


@pytest.fixture
def handmade(monkeypatch):
    """Runs whose final network was written by hand, with three keys."""
    found = by_hand.network(113, (4, 11, 23))
    run = experiments.load(training.train, "seed-0")
    fake = replace(run, stored=found.each(lambda W: W.half()))
    monkeypatch.setattr(measures, "_run", lambda case: fake)
    return fake


def test_a_network_written_by_hand_has_its_three_keys_and_nothing_else(handmade):
    assert measures.number_of_keys().value == 3
    assert measures.power_of_keys().value == pytest.approx(1, abs=1e-5)
    assert measures.neurons_of_one_frequency().value == 1
    assert measures.final_test_accuracy().value == 1


def test_a_network_that_was_never_trained_shows_none_of_it(monkeypatch):
    run = experiments.load(training.train, "seed-0")
    fake = replace(run, stored=measures._start().each(lambda W: W.half()))
    monkeypatch.setattr(measures, "_run", lambda case: fake)
    assert measures.number_of_keys().value == 0
    assert measures.final_test_accuracy().value < 0.05
    assert measures.neurons_of_one_frequency().value < 0.1


def test_a_seed_that_never_generalises_leaves_the_gap_undecided(monkeypatch):
    run = experiments.load(training.train, "no-weight-decay")
    monkeypatch.setattr(measures, "_run", lambda case: run)
    assert math.isnan(measures.epochs_between().value)
    assert claims.verdict(grokking_claims.epochs_between).verdict == "undecidable at this scale"
