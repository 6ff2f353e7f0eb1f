"""What the bad-input tests feed to a function, and the test that it refuses."""

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

Case = tuple[str, Callable, st.SearchStrategy]
"""A name that begins with the function's, a call that takes one value, and bad values for it."""

TEACHES = r"(?s)^[\w\[\] ]+: got .+; expected .+\. .+"
NOT_TENSORS = st.sampled_from([None, 1.0, "W", [[1.0, 2.0]], (1.0,)])
BAD_COUNTS = st.one_of(st.integers(max_value=0), st.floats(), st.booleans(), st.none(), st.text())
BAD_MODULI = st.one_of(BAD_COUNTS, st.just(1), st.integers(1, 60).map(lambda half: 2 * half))
BAD_FREQUENCIES = st.sampled_from(
    [None, 3, [1], (0,), (4,), (1, 1), (-1,), (1.0,), ("1",), (True,), ([1],)]
)
"""For p = 7, whose frequencies are 1 to 3."""
BAD_CONFIGS = st.sampled_from([None, "seed-0", {"p": 7}, 7])
BAD_WEIGHTS = st.sampled_from([None, "seed-0", {"W_E": torch.ones(8, 4)}, torch.ones(8, 4)])


def spoiled(*shape: int) -> st.SearchStrategy:
    """No tensors, or tensors of another dtype, with a NaN, or without entries."""
    holed = torch.ones(shape)
    holed.view(-1)[0] = math.nan
    whole = torch.ones(shape, dtype=torch.int64)
    return st.one_of(NOT_TENSORS, st.sampled_from([holed, whole, torch.ones(0, *shape[1:])]))


def refusal_test(cases: list[Case]) -> Callable:
    """Make the test that each call refuses its bad values with got, expected and fix."""

    @pytest.mark.parametrize(
        ("call", "bad"), [case[1:] for case in cases], ids=[c[0] for c in cases]
    )
    @settings(max_examples=12, deadline=None)
    @given(source=st.data())
    def test(call, bad, source):
        value = source.draw(bad)
        with pytest.raises(ValueError, match=TEACHES):
            call(value)

    return test
