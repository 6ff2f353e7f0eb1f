"""AND and OR gates: the truth table of denoising and noising, and a slow version of it."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import rng
from mechnotes.patching import gates


@pytest.mark.parametrize("n_inputs", [1, 2, 3, 4])
def test_the_gates_are_and_and_or(n_inputs):
    for bits in itertools.product([0.0, 1.0], repeat=n_inputs):
        x = torch.tensor(bits)
        assert gates.and_gate(x) == float(all(bits))
        assert gates.or_gate(x) == float(any(bits))


@pytest.mark.parametrize("n_inputs", [2, 3])
def test_noising_one_input_of_an_and_gate_breaks_it_and_denoising_one_restores_nothing(n_inputs):
    found = gates.truth_table(gates.and_gate, n_inputs=n_inputs)
    assert found.noising.tolist() == [-1] * (n_inputs + 1)
    assert found.denoising.tolist() == [0] * n_inputs + [1]


@pytest.mark.parametrize("n_inputs", [2, 3])
def test_noising_one_input_of_an_or_gate_changes_nothing_and_denoising_one_restores_it(n_inputs):
    found = gates.truth_table(gates.or_gate, n_inputs=n_inputs)
    assert found.noising.tolist() == [0] * n_inputs + [-1]
    assert found.denoising.tolist() == [1] * (n_inputs + 1)


def test_the_patches_of_a_table_are_named():
    assert gates.truth_table(gates.and_gate).patched == ("A", "B", "A and B")


def test_denoising_and_noising_are_not_each_others_complement():
    for gate in (gates.and_gate, gates.or_gate):
        found = gates.truth_table(gate)
        assert not torch.equal(found.denoising, -found.noising)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), n_inputs=st.integers(1, 5))
def test_effects_equal_a_loop_over_copied_inputs(seed, n_inputs):
    clean, corrupted = torch.randn(2, n_inputs, generator=rng.generator(seed))
    for gate in (gates.and_gate, gates.or_gate, lambda x: x.prod(-1)):
        found = gates.input_effects(gate, clean, corrupted)
        for index in range(n_inputs):
            for row, (base, source) in enumerate([(corrupted, clean), (clean, corrupted)]):
                changed = base.clone()
                changed[index] = source[index]
                expected = (gate(changed) - gate(base)).item()
                assert found[row, index].item() == pytest.approx(expected, abs=1e-6)


def test_swapping_the_runs_swaps_the_rows():
    clean, corrupted = torch.randn(2, 3, generator=rng.generator(0))
    found = gates.input_effects(gates.or_gate, clean, corrupted)
    assert torch.equal(found.flip(0), gates.input_effects(gates.or_gate, corrupted, clean))


ONES = torch.ones(2)
BAD = [
    (lambda: gates.and_gate(torch.tensor([1, 0])), "x: got a tensor of torch.int64"),
    (lambda: gates.or_gate(torch.tensor([torch.nan, 0.0])), "x: got 1 NaN"),
    (lambda: gates.or_gate(torch.ones(0)), "x: got shape"),
    (lambda: gates.as_graph(gates.or_gate, 0), "n_inputs: got 0; expected an integer from 1 to 26"),
    (lambda: gates.truth_table(None), "gate: got None"),
    (lambda: gates.input_effects(1.0, ONES, ONES), "gate: got 1.0"),
    (lambda: gates.truth_table(gates.or_gate, n_inputs=27), "n_inputs: got 27"),
    (lambda: gates.input_effects(gates.or_gate, ONES, torch.ones(3)), "corrupted: got shape"),
    (lambda: gates.input_effects(gates.or_gate, ONES, [0, 0]), "corrupted: got list"),
    (lambda: gates.input_effects(gates.or_gate, torch.ones(1, 2), ONES), "clean: got shape"),
]


@pytest.mark.bad_input
@pytest.mark.parametrize(("call", "said"), BAD, ids=lambda v: str(v)[:30])
def test_inputs_that_no_gate_has_are_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
