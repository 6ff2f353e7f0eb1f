"""What the bad-input tests feed to a function: values that no argument of its kind accepts."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes.superposition import data, model

Case = tuple[str, Callable, st.SearchStrategy]
"""A name that begins with the function's, a call that takes one value, and bad values for it."""

TEACHES = r"(?s)^[\w\[\] ]+: got .+; expected .+\. .+"
NOT_TENSORS = st.sampled_from([None, 1.0, "W", [[1.0, 2.0]], (1.0,)])
SPOILED = st.sampled_from([math.nan, math.inf, -math.inf])
BAD_COUNTS = st.one_of(st.integers(max_value=0), st.floats(), st.booleans(), st.none(), st.text())
BAD_RATIOS = st.one_of(st.floats(max_value=-1e-6), SPOILED, st.none(), st.text(), st.booleans())
BAD_DENSITIES = st.one_of(BAD_RATIOS, st.floats(min_value=1.0001))
KNOWN_WORDS = {*model.ACTIVATIONS, *data.SAMPLERS}
BAD_WORDS = st.one_of(st.none(), st.integers(), st.text().filter(lambda t: t not in KNOWN_WORDS))
BAD_GENERATORS = st.sampled_from([None, 0, "cpu", torch])


@st.composite
def bad_tensors(draw, shape: tuple[int, ...]) -> Any:
    """Something that is no tensor, a tensor of another dtype or shape, or one with a NaN."""
    kind = draw(st.sampled_from(["no tensor", "dtype", "not finite", "empty"]))
    if kind == "no tensor":
        return draw(NOT_TENSORS)
    if kind == "dtype":
        return torch.ones(shape, dtype=draw(st.sampled_from([torch.int64, torch.bool])))
    if kind == "empty":
        return torch.ones((0, *shape[1:]))
    spoiled = torch.ones(shape)
    spoiled.view(-1)[draw(st.integers(0, spoiled.numel() - 1))] = draw(SPOILED)
    return spoiled


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
