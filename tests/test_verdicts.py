"""When a measured number reproduces a published one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mechnotes import claims, verdicts
from mechnotes.claims import Band, Measured

GOT_EXPECTED_FIX = r"(?s)got .*expected .*\. \w"


def claimed(band, control_band=None):
    @claims.claim(
        id="X-1",
        statement="x",
        published="x",
        source="x",
        band=band,
        recorded="reproduced",
        control_band=control_band,
    )
    def function():
        raise NotImplementedError

    return function.claim


VERDICTS = {
    "inside": (Measured(value=1), "reproduced"),
    "on the edge": (Measured(value=2), "reproduced"),
    "inside with its whole spread": (Measured(value=1, spread=(0, 2)), "reproduced"),
    "outside": (Measured(value=2.1), "differs"),
    "outside with its whole spread": (Measured(value=4, spread=(3, 5)), "differs"),
    "inside with a spread that leaves": (
        Measured(value=1, spread=(0.5, 2.5)),
        "undecidable at this scale",
    ),
    "outside with a spread that enters": (
        Measured(value=3, spread=(1.5, 4)),
        "undecidable at this scale",
    ),
    "spread around the band": (Measured(value=1, spread=(-9, 9)), "undecidable at this scale"),
    "not a number": (Measured(value=math.nan), "undecidable at this scale"),
    "a spread that is no number": (
        Measured(value=1, spread=(-math.inf, math.inf)),
        "undecidable at this scale",
    ),
    "scattered seeds, which are only shown": (Measured(value=1, per_seed=(-5, 9)), "reproduced"),
    "infinite": (Measured(value=math.inf), "differs"),
}


@pytest.mark.parametrize("where", VERDICTS)
def test_the_verdict_on_a_value_that_is(where):
    measured, expected = VERDICTS[where]
    assert verdicts.judge(claimed(Band(low=0, high=2)), measured).verdict == expected


CONTROLS = {
    "in its band": (0.1, "reproduced"),
    "outside its band": (1.0, "differs"),
    "not a number": (math.nan, "undecidable at this scale"),
}


@pytest.mark.parametrize("where", CONTROLS)
def test_the_verdict_when_the_control_is(where):
    control, expected = CONTROLS[where]
    claim = claimed(Band(low=0, high=2), control_band=Band(low=-0.2, high=0.2))
    outcome = verdicts.judge(claim, Measured(value=1, control=control))
    assert outcome.verdict == expected
    without_band = verdicts.judge(claimed(Band(low=0, high=2)), Measured(value=1, control=control))
    assert without_band.verdict == "reproduced"


@given(value=st.floats(), low=st.floats(-10, 10), width=st.floats(0, 10))
def test_without_a_spread_the_verdict_is_whether_the_value_is_in_the_band(value, low, width):
    band = Band(low=low, high=low + width)
    verdict = verdicts.judge(claimed(band), Measured(value=value)).verdict
    if math.isnan(value):
        assert verdict == "undecidable at this scale"
    else:
        assert verdict == ("reproduced" if low <= value <= low + width else "differs")


def test_bands_read_as_words():
    assert str(Band(low=67, high=77, unit="degrees")) == "67 to 77 degrees"
    assert str(Band(low=0.8, high=math.inf)) == "at least 0.8"
    assert str(Band(low=-math.inf, high=0.05, unit="nats")) == "at most 0.05 nats"
    assert str(Band(low=-math.inf, high=math.inf)) == "any value"


NO_NUMBER = st.none() | st.text(max_size=3) | st.booleans() | st.lists(st.floats(), max_size=2)


@pytest.mark.bad_input
@given(NO_NUMBER | st.just(math.nan))
def test_a_band_without_two_ordered_numbers_is_refused(value):
    for ends in ({"low": value, "high": 1}, {"low": 0, "high": value}, {"low": 2, "high": 1}):
        with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
            Band(**ends)


@pytest.mark.bad_input
@given(NO_NUMBER)
def test_a_measurement_that_is_no_number_is_refused(value):
    for options in ({"value": value}, {"value": 1, "spread": (value, 1)}, {"per_seed": (value,)}):
        with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
            Measured(**{"value": 1, **options})
    if value is not None:
        with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
            Measured(value=1, control=value)


@pytest.mark.bad_input
@pytest.mark.parametrize("spread", [(2, 1), (1,), (1, 2, 3), 3, "ab"])
def test_a_spread_that_is_no_range_is_refused(spread):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        Measured(value=1, spread=spread)


@pytest.mark.bad_input
def test_a_control_that_was_promised_must_be_measured():
    claim = claimed(Band(low=0, high=1), control_band=Band(low=0, high=1))
    with pytest.raises(ValueError, match=r"got no control; expected one that .*\. Measure the"):
        verdicts.judge(claim, Measured(value=1))


@pytest.mark.bad_input
def test_a_value_outside_of_its_own_spread_is_refused():
    with pytest.raises(ValueError, match=r"got value 3 with spread 1 to 2; expected .*\. Take"):
        verdicts.judge(claimed(Band(low=0, high=2)), Measured(value=3, spread=(1, 2)))


def test_a_number_over_seeds_carries_all_of_them_as_its_spread():
    found = Measured.of_seeds([0.3, 0.1, 0.2], 0.1, control=0.9, note="worst of three")
    expected = {"value": 0.1, "spread": (0.1, 0.3), "per_seed": (0.3, 0.1, 0.2), "control": 0.9}
    assert found == Measured(**expected, note="worst of three")
