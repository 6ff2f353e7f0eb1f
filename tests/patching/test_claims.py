"""The claims on patching: today's verdict is the recorded one, and each has a control."""

import pytest

from mechnotes import claims
from mechnotes.patching import claims as patching_claims
from mechnotes.patching import gates, saturation

OURS = [c for c in claims.discover() if c.__module__.startswith("mechnotes.patching")]


def test_every_promised_number_is_claimed():
    ids = {claim.claim.id.rstrip("abcdef") for claim in OURS}
    assert {f"N-AP-{n}" for n in (1, 2, 3, 4, 5, 7, 8)} | {"N-IOI-2"} <= ids


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one_and_the_control_lies_outside_the_band(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome
    if outcome.verdict == "reproduced":
        assert outcome.measured.control is not None
        assert outcome.measured.control not in claim.claim.band


def test_the_measures_fail_on_the_wrong_gate_and_on_weak_heads(monkeypatch):
    weak = saturation.five_heads(strength=0.2)
    monkeypatch.setattr(saturation, "five_heads", lambda **_: weak)
    assert claims.verdict(patching_claims.inequality_of_probabilities).verdict == "differs"
    monkeypatch.setattr(gates, "and_gate", gates.or_gate)
    assert claims.verdict(patching_claims.noising_one_input_of_and).verdict == "differs"
