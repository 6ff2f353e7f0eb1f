"""The claims on statistics: today's verdict is the recorded one, and the controls differ."""

import pytest

from mechnotes import claims
from mechnotes.sae.statistics import claims as statistics_claims

OURS = [claim for claim in claims.discover() if claim.__module__ == statistics_claims.__name__]


def test_every_promised_number_is_claimed():
    assert {claim.claim.id.rstrip("abcdef") for claim in OURS} == {"N-SAE-7", "N-SAE-8"}


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.claim.id)
def test_todays_verdict_is_the_recorded_one(claim):
    outcome = claims.verdict(claim)
    assert outcome.verdict == claim.claim.recorded, outcome
    assert outcome.measured is not None and outcome.measured.control not in claim.claim.band
