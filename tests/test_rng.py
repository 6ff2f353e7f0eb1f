"""Random streams: repeatable, independent, and apart from the global generator."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import rng

UNTIMED = settings(deadline=None)

STREAM = st.lists(st.one_of(st.text(max_size=8), st.integers(-5, 10**9)), max_size=4)


def draws(seed: int, *stream: str | int, n: int = 8) -> torch.Tensor:
    return torch.rand(n, generator=rng.generator(seed, *stream))


@UNTIMED
@given(seed=st.integers(0, 2**63 - 1), stream=STREAM)
def test_equal_arguments_give_equal_draws(seed, stream):
    assert torch.equal(draws(seed, *stream), draws(seed, *stream))


@UNTIMED
@given(seed=st.integers(0, 2**62), first=STREAM, second=STREAM)
def test_different_streams_differ(seed, first, second):
    same = [(type(a), a) for a in first] == [(type(b), b) for b in second]
    assert torch.equal(draws(seed, *first), draws(seed, *second)) == same


def test_a_number_and_its_digits_are_different_streams():
    assert not torch.equal(draws(0, 3), draws(0, "3"))


def test_joined_words_are_a_different_stream_from_separate_ones():
    assert not torch.equal(draws(0, "ab"), draws(0, "a", "b"))


def test_neighbouring_seeds_are_uncorrelated():
    table = torch.stack([draws(seed, n=10_000) for seed in range(20)])
    correlation = torch.corrcoef(table) - torch.eye(20)
    # 190 pairs: five standard errors are passed by chance once in ten thousand tests.
    assert correlation.abs().max() < 5 / math.sqrt(10_000)


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    draws(0, "stream")
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.bad_input
@UNTIMED
@given(seed=st.one_of(st.integers(max_value=-1), st.floats(), st.booleans(), st.text(), st.none()))
def test_a_seed_that_is_no_count_is_refused(seed):
    with pytest.raises(ValueError, match=r"seed: got .*; expected an integer from 0 to"):
        rng.generator(seed)


@pytest.mark.bad_input
@pytest.mark.parametrize("part", [1.0, None, True, ["data"], b"data"])
def test_a_stream_is_named_by_words_and_numbers(part):
    with pytest.raises(ValueError, match=r"stream: got .*; expected strings and integers\. Name"):
        rng.generator(0, "data", part)


@pytest.mark.bad_input
@pytest.mark.parametrize("device", ["gpu", "cuda:99x", "", None, 0])
def test_a_device_that_is_not_there_is_refused(device):
    with pytest.raises(ValueError, match=r'device: got .*; expected .* Pass "cpu"'):
        rng.generator(0, device=device)
