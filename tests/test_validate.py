"""Checks: good values come back unchanged, bad ones say got, expected, fix."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import validate

TEACHES = r"^x: got .+; expected .+\. .+\.$"
UNTIMED = settings(deadline=None)
NOT_NUMBERS = st.one_of(st.text(), st.none(), st.booleans(), st.lists(st.integers()))


def test_refusal_says_got_expected_fix_in_that_order():
    with pytest.raises(ValueError, match=r"^steps: got -1; expected at least 1\. Pass steps=1\.$"):
        validate.refuse("steps", got=-1, expected="at least 1", fix="Pass steps=1.")


@UNTIMED
@given(value=st.integers(3, 9))
def test_integers_in_range_come_back(value):
    assert validate.integer(value, "x", minimum=3, maximum=9) == value


def test_numpy_integers_count_as_integers():
    found = validate.integer(np.int64(3), "x")
    assert found == 3
    assert type(found) is int


@pytest.mark.bad_input
@UNTIMED
@given(
    value=st.one_of(st.integers(max_value=2), st.integers(min_value=10), st.floats(), NOT_NUMBERS)
)
def test_everything_else_is_no_integer_in_range(value):
    with pytest.raises(ValueError, match=r"(?s)^x: got .*; expected an integer from 3 to 9\. Pass"):
        validate.integer(value, "x", minimum=3, maximum=9)


@UNTIMED
@given(value=st.floats(0, 1))
def test_numbers_in_a_closed_interval_come_back(value):
    assert validate.number(value, "x", low=0, high=1) == value


def test_integers_count_as_numbers():
    assert validate.number(1, "x", low=0, high=1) == 1.0


@pytest.mark.bad_input
@UNTIMED
@given(value=st.one_of(st.floats(max_value=0), st.floats(min_value=1), NOT_NUMBERS))
def test_ends_of_an_open_interval_and_beyond_are_refused(value):
    with pytest.raises(ValueError, match=r"(?s)^x: got .*; expected a finite number in \(0, 1\)"):
        validate.number(value, "x", low=0, high=1, low_open=True, high_open=True)


@pytest.mark.bad_input
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1j, torch.tensor(0.5)])
def test_numbers_must_be_finite_and_plain(value):
    with pytest.raises(ValueError, match=r"expected a finite number in \(-inf, inf\)"):
        validate.number(value, "x")


@pytest.mark.bad_input
@UNTIMED
@given(value=st.one_of(st.text(), st.none(), st.integers()))
def test_a_choice_is_one_of_the_options(value):
    with pytest.raises(ValueError, match=r"expected one of 'good', 'better'\. Check the spelling"):
        validate.choice(value, "x", ("good", "better"))


def test_true_is_not_the_option_one():
    assert validate.choice(1, "x", (1, 2)) == 1
    with pytest.raises(ValueError, match="got True"):
        validate.choice(True, "x", (1, 2))


def test_tensors_that_pass_come_back_as_they_are():
    x = torch.rand(2, 3)
    assert validate.floating(x, "x") is x
    assert validate.finite(x, "x") is x
    assert validate.between(x, "x", low=0, high=1) is x
    assert validate.shape(x, "x", ("batch", "features"), features=3) is x
    assert validate.shape(x, "x", ("...", "features")) is x
    assert validate.shape(torch.rand(3), "x", ("...", "features"), features=3).ndim == 1


@pytest.mark.bad_input
@pytest.mark.parametrize("value", [[1.0], np.ones(2), None, 1.0, torch.ones(2, dtype=torch.int64)])
@pytest.mark.parametrize("check", [validate.floating, validate.finite])
def test_what_is_no_floating_tensor_is_refused(value, check):
    with pytest.raises(ValueError, match=r"^x: got .*; expected a torch tensor of floating-point"):
        check(value, "x")


@pytest.mark.bad_input
@UNTIMED
@given(bad=st.sampled_from([math.nan, math.inf, -math.inf]), n_bad=st.integers(1, 4))
def test_entries_that_are_not_finite_are_counted(bad, n_bad):
    x = torch.zeros(5)
    x[:n_bad] = bad
    with pytest.raises(ValueError, match=f"^x: got {n_bad} NaN or infinite entries of 5; expected"):
        validate.finite(x, "x")


@pytest.mark.bad_input
@UNTIMED
@given(value=st.floats(-1e6, 1e6).filter(lambda value: not 0 <= np.float32(value) <= 1))
def test_entries_outside_the_interval_are_shown(value):
    with pytest.raises(ValueError, match=r"^x: got entries from .* to .*; expected entries in \[0"):
        validate.between(torch.tensor([0.5, value]), "x", low=0, high=1)


@pytest.mark.bad_input
@UNTIMED
@given(sizes=st.lists(st.integers(0, 4), max_size=4).filter(lambda s: len(s) != 2 or 0 in s))
def test_another_number_of_axes_or_an_empty_axis_is_refused(sizes):
    with pytest.raises(ValueError, match=TEACHES):
        validate.shape(torch.zeros(sizes), "x", ("batch", "features"))


@pytest.mark.bad_input
def test_a_wrong_size_is_refused_and_the_right_one_named():
    with pytest.raises(
        ValueError, match=r"got shape \(2, 3\); expected shape \(batch features=4\)"
    ):
        validate.shape(torch.zeros(2, 3), "x", ("batch", "features"), features=4)


@pytest.mark.bad_input
def test_too_few_axes_are_refused_also_with_free_axes_in_front():
    with pytest.raises(ValueError, match=r"got shape \(3,\); expected shape \(\.\.\. d features\)"):
        validate.shape(torch.zeros(3), "x", ("...", "d", "features"))


@pytest.mark.bad_input
def test_a_list_has_no_shape():
    with pytest.raises(ValueError, match=r"x: got list; expected a torch tensor"):
        validate.shape([[1.0]], "x", ("batch", "features"))


@pytest.mark.bad_input
@pytest.mark.parametrize("value", [None, 0, "cpu", torch])
def test_a_generator_is_a_torch_generator(value):
    with pytest.raises(ValueError, match=r"expected a torch.Generator\. Make one with mechnotes"):
        validate.generator(value)


def test_the_cpu_is_always_a_device():
    assert validate.device("cpu") == "cpu"


def test_importing_the_checks_does_not_import_torch():
    code = "import sys, mechnotes.validate; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
