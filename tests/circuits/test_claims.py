"""The claims on circuit discovery: today's verdict is the recorded one, and each has a control."""

import pytest

from mechnotes import claims
from mechnotes.circuits import claims as circuit_claims

OURS = [claim for claim in claims.discover() if claim.__module__ == circuit_claims.__name__]


def test_what_discovery_finds_and_does_not_find_is_claimed():
    assert {"N-AP-6a", "N-AP-6b", "N-AP-6c"} <= {claim.claim.id for claim in OURS}


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one_and_the_control_lies_outside_the_band(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome
    if outcome.verdict == "reproduced":
        assert outcome.measured.control is not None
        assert outcome.measured.control not in claim.claim.band


def test_a_search_that_keeps_everything_recovers_nothing_exactly(monkeypatch):
    monkeypatch.setattr(circuit_claims, "THRESHOLDS", (1e-12,))
    assert circuit_claims.planted_recovery().value < 0.5
