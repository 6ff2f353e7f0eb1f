"""Table 1 as data: 21 rows equal to the published ones but for the corrections that are named."""

import pytest

from mechnotes.monosemanticity import cases, table, training

V = "Variable"
PUBLISHED = """
LR1 Decoder ReLU Uniform 512 64 1024 1/64 V 0 0 0
LR2 Decoder ReLU Power-law 512 64 1024 1/64 V 0 0 0
LR3 Decoder ReLU Uniform 512 64 1024 1/64 V 0.03 -1 0
B1 Decoder ReLU Uniform 512 64 1024 1/16 0.003 0.03 V 0
B2 Decoder ReLU Uniform 512 64 1024 1/32 0.003 0.003 V 0
B3 Decoder ReLU Uniform 512 64 1024 1/64 0.003 0.003 V 0
B4 Decoder ReLU Uniform 512 64 1024 1/128 0.003 0.003 V 0
B5 Decoder ReLU Uniform 512 64 1024 1/256 0.003 0.003 V 0
LR4 Decoder ReLU Power-law 512 64 1024 1/64 V 0.03 -1 0
B3-GeLU Decoder GeLU Uniform 512 64 1024 1/64 V 0.03 V 0
E1 Decoder ReLU Uniform 512 64 1024 V 0.003 0.03 -1 0
E2 Decoder ReLU Uniform 512 64 1024 V 0.003 0.01 -1 0
E3 Decoder ReLU Uniform 512 64 1024 V 0.003 0.003 -1 0
E4 Decoder ReLU Uniform 512 64 1024 V 0.003 0.001 -1 0
K0 Decoder ReLU Uniform 512 64 V 1/64 0.007 0 0 0
K1 Decoder ReLU Uniform 512 64 V 1/64 0.007 0.03 -1 0
K2 Decoder ReLU Power-law 512 64 V 1/64 0.007 0.03 -1 0
RG1 Decoder ReLU Uniform 512 64 1024 1/64 0.005 0.03 -1 V
RP1 Re-Projector ReLU Uniform 512 64 1024 1/64 V 0.03 -1 0
LR5 Abs ReLU Uniform 512 64 2048 1/64 V 0.03 -1 0
D1 Abs ReLU Uniform 512 64 2048 1/64 0.007 V -1 0
"""
"""The published table; its second B3 is called B3-GeLU. V stands for "Variable"."""

COLUMNS = (
    *("task", "activation", "distribution", "n_features", "d_embedding", "n_neurons", "density"),
    *("learning_rate", "decay", "initial_bias", "regulariser"),
)
LINES = [line.split() for line in PUBLISHED.strip().splitlines()]


def number(text: str) -> float:
    over, _, under = text.partition("/")
    return float(over) / float(under or 1)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_each_row_is_the_published_one(line):
    name, *entries = line
    base, swept = table.row(name).paper.base, table.row(name).paper.swept
    for column, entry in zip(COLUMNS, entries, strict=True):
        if entry == "V":
            assert column in swept
        elif isinstance(getattr(base, column), str):
            assert getattr(base, column) == entry.lower()
        else:
            assert column not in swept
            assert getattr(base, column) == number(entry)


def test_there_are_no_rows_besides():
    assert list(table.ROWS) == [line[0] for line in LINES]
    assert sorted(cases.ORDER) == sorted(table.ROWS)


def test_all_else_is_the_published_setting():
    for row in table.ROWS.values():
        base = row.paper.base
        assert (base.batch_size, base.steps) == (2**13, 2**17)
        assert (base.optimiser, base.schedule) == ("lamb", "oscillating cosine")


SWEEPS = {
    "LR1": [0.001, 0.003, 0.005, 0.007, 0.01, 0.03],
    "B3": [-2.0, -1.7, -1.4, -1.1, -0.8, -0.5, -0.2, 0.1, 0.4, 0.7, 1.0],
    "K0": [16, 32, 64, 128, 256, 512, 1024],
    "K1": [16, 32, 64, 128, 256, 512, 1024, 2048],
    "RG1": [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7],
    "D1": [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7],
    "E1": [2 ** -(1 + 0.4 * i) for i in range(11)],
}


@pytest.mark.parametrize("name", SWEEPS)
def test_the_values_that_the_table_calls_variable(name):
    assert list(table.row(name).paper.values[0]) == pytest.approx(SWEEPS[name])


def test_the_second_b3_crosses_biases_with_the_corrected_learning_rates():
    row = table.row("B3-GeLU")
    assert row.paper.swept == ("initial_bias", "learning_rate")
    assert row.paper.values[1] == (0.001, 0.005, 0.01)
    assert row.paper.n_models == 33
    assert ".05" in row.note


def test_rows_with_a_correction_say_so():
    corrected = {name for name, row in table.ROWS.items() if row.note}
    assert {"B3-GeLU", "LR3", "RP1", "LR5", "D1"} <= corrected


@pytest.mark.parametrize("row", table.ROWS.values(), ids=lambda row: row.name)
def test_the_reduced_scale_halves_the_sizes_and_keeps_what_it_does_not_name(row):
    for paper, reduced in zip(row.paper.runs, row.reduced.runs[:: row.n_seeds], strict=True):
        for name in ("n_features", "d_embedding", "n_neurons"):
            assert getattr(paper, name) == 2 * getattr(reduced, name)
        kept = ("density", "distribution", "task", "activation", "initial_bias", "regulariser")
        assert all(getattr(paper, name) == getattr(reduced, name) for name in kept)
        assert reduced.steps == row.reduced_steps
        if "learning_rate" in row.paper.swept:
            assert paper.learning_rate == reduced.learning_rate
        else:
            assert reduced.learning_rate == table.REDUCED_RATE


@pytest.mark.parametrize("row", table.ROWS.values(), ids=lambda row: row.name)
def test_the_reduced_scale_decays_biases_by_the_same_factor_in_total(row):
    def exponent(run):
        return run.decay * run.learning_rate * run.steps / 2

    for paper, reduced in zip(row.paper.runs, row.reduced.runs[:: row.n_seeds], strict=True):
        assert exponent(reduced) == pytest.approx(exponent(paper), rel=1e-3)


def test_each_row_is_a_case_at_both_scales():
    for name in table.ROWS:
        assert training.sweep.cases[name.lower()] == table.row(name).reduced
        assert training.paper_sweep.cases[name.lower()] == table.row(name).paper
    assert set(training.sweep.scales.values()) == {"reduced"}
    assert set(training.paper_sweep.scales.values()) == {"paper"}


def test_a_row_is_found_in_any_mixture_of_capitals():
    assert table.row("b3-gelu") is table.ROWS["B3-GeLU"]


def test_an_unknown_row_suggests_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'RG1'"):
        table.row("RG")
    with pytest.raises(ValueError, match=r"batch: got 'zzz'; expected one of LR1, LR2"):
        table.row("zzz")
