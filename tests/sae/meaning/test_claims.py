"""The claims on what latents mean: today's verdict is the recorded one, and each has a control."""

import pytest

from mechnotes import claims
from mechnotes.sae.meaning import claims as label_claims

OURS = [claim for claim in claims.discover() if claim.__module__ == label_claims.__name__]


def test_meaning_and_specificity_are_claimed():
    ids = {claim.claim.id for claim in OURS}
    assert ids == {f"N-SAE-{number}{part}" for number in (10, 11) for part in "abc"}


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one_and_the_control_lies_outside_the_band(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome
    if outcome.verdict == "reproduced":
        assert outcome.measured.control not in claim.claim.band
