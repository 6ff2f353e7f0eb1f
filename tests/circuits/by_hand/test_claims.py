"""The claims on heads made by hand: today's verdict is the recorded one, each with its control."""

import pytest

from mechnotes import claims
from mechnotes.circuits.by_hand import claims as measured

OURS = [c for c in claims.discover() if c.__module__.startswith(measured.__package__)]


def test_all_of_the_list_are_there():
    wanted = {
        "N-IH-1a",
        "N-IH-1b",
        "N-MF-7",
        "N-TC-1a",
        "N-TC-1b",
        "N-TC-1c",
        "N-TC-1d",
        "N-TC-2a",
        "N-TC-2b",
    }
    assert wanted == {claim.claim.id for claim in OURS}


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one_and_the_control_lies_outside_the_band(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome
    assert outcome.measured.control not in claim.claim.band


def test_a_model_that_forgets_would_not_pass(monkeypatch):
    from mechnotes.circuits.by_hand import crossing, induction

    build = induction.build
    monkeypatch.setattr(
        measured.induction, "build", lambda path: crossing.without_first_layer(build(path))
    )
    assert measured.pointer_induction().value < 0.5
