"""What the bad-input tests feed to a function: values that no argument of its kind accepts."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

Case = tuple[str, Callable, st.SearchStrategy]
"""A name that begins with the function's, a call that takes one value, and bad values for it."""

TEACHES = r"(?s)^[\w\[\] ]+: got .+; expected .+\. .+"
SPOILED = st.sampled_from([math.nan, math.inf, -math.inf])
BAD_COUNTS = st.one_of(st.integers(max_value=0), st.floats(), st.booleans(), st.none(), st.text())
BAD_NUMBERS = st.one_of(SPOILED, st.none(), st.text(), st.booleans())
BAD_RATIOS = st.one_of(BAD_NUMBERS, st.floats(max_value=-1e-6))
BAD_DENSITIES = st.one_of(BAD_RATIOS, st.just(0.0), st.floats(min_value=1.0001))
BAD_WORDS = st.sampled_from([None, 3, "", "relux", ("relu",)])
BAD_STEPS = st.one_of(st.integers(max_value=-1), st.floats(), st.booleans(), st.none())
NOT_CONFIGS = st.sampled_from([None, {}, "LR1", 3])
NOT_TENSORS = st.sampled_from([None, 1.0, "W", [[1.0, 2.0]], (1.0,)])


def bad_tensors(*shape: int) -> st.SearchStrategy:
    """What is no floating-point tensor of a shape."""
    others = (torch.ones(shape, dtype=torch.int64), torch.ones(0, *shape[1:]), torch.ones(()))
    return st.one_of(NOT_TENSORS, st.sampled_from(others))


def refusal_test(cases: list[Case]) -> Callable:
    """Make the test that each call refuses its bad values with got, expected and fix."""

    @pytest.mark.parametrize(
        ("call", "bad"), [case[1:] for case in cases], ids=[c[0] for c in cases]
    )
    @settings(max_examples=10, deadline=None)
    @given(source=st.data())
    def test(call, bad, source):
        value: Any = source.draw(bad)
        with pytest.raises(ValueError, match=TEACHES):
            call(value)

    return test


def public_functions(module: Any) -> set[str]:
    """Names of the functions that a module defines for others."""
    return {
        name
        for name, value in vars(module).items()
        if callable(value)
        and not isinstance(value, type)
        and getattr(value, "__module__", "") == module.__name__
        and not name.startswith("_")
    }
