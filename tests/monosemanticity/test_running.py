"""Sweeps from a terminal: rows here and on a cluster, sweeps of one's own, and clear errors."""

import socket
import time
from dataclasses import replace
from types import MappingProxyType

import pytest

from mechnotes import experiments
from mechnotes.monosemanticity import __main__ as command
from mechnotes.monosemanticity import own, running, table, training
from tests.monosemanticity import small_sweeps

SEED_FLAGS = """--N 256 --m 32 --k 612 --eps 0.015625 --log2_batch_size 6 --learning_rate 0.03
--log2_training_steps 13 --sample_kind equal --task autoencoder --decay 0 --initial_bias 0
--nonlinearity ReLU --reg 0 --sweep_var learning_rate --sweep_values 0.001 0.003
--file_name LR1_reduced --device cpu"""
SEED_COMMAND = SEED_FLAGS.split()


@pytest.fixture
def small_rows(tmp_path, monkeypatch):
    """Rows that train in a moment, and a folder of their own for results."""
    monkeypatch.setenv("MECHNOTES_ARTIFACTS", str(tmp_path / "artifacts"))
    monkeypatch.chdir(tmp_path)
    small = {
        name: replace(case, base=replace(small_sweeps.BASE, steps=20))
        for name, case in small_sweeps.sweep.cases.items()
    }
    cases = {"lr1": small["rates"], "b3-gelu": small["biases"], "k1": small["sizes"]}
    monkeypatch.setattr(training.sweep, "cases", MappingProxyType(cases))


def call(*words: str) -> int:
    return command.main([*words])


def test_rows_are_stored_as_artifacts_and_not_computed_twice(small_rows, capsys):
    assert call("sweep", "LR1", "b3-gelu") == 0
    assert capsys.readouterr().out.split() == ["lr1:", "stored", "b3-gelu:", "stored"]
    result = experiments.load(training.sweep, "lr1")
    assert result.loss.shape[1] == 2
    assert result.provenance.scale == "reduced"
    assert call("sweep", "lr1", "K1") == 0
    assert capsys.readouterr().out.split() == ["lr1:", "fresh", "k1:", "stored"]
    before = result.provenance.date
    time.sleep(1)
    assert call("sweep", "LR1", "--force") == 0
    assert experiments.load(training.sweep, "lr1").provenance.date > before


def test_the_list_says_what_is_there(small_rows, capsys, monkeypatch):
    monkeypatch.setattr(table, "ROWS", {"LR1": table.ROWS["LR1"]})
    for expected in ("not run", "fresh"):
        assert call("list") == 0
        printed = capsys.readouterr().out
        assert "learning_rate" in printed
        assert expected in printed.partition("reduced:")[2].partition("paper:")[0]
        call("sweep", "LR1")
        capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sweep", "LR9"], r"batch: got 'LR9'; expected one of LR1, .*Did you mean 'LR"),
        (["sweep"], "sweep: got no row; expected LR1"),
        (["sweep", "LR1", "--device", "abacus"], "device: got 'abacus'"),
        (["sweep", "LR1", "--jobs", "0"], "jobs: got 0"),
        (["sweep", "LR1", "--N", "8"], "expected rows or flags"),
        (["--N", "8", "--jobs", "2"], "expected them with rows only"),
        (["--eps", "0"], r"density: got 0\.0; expected a finite number in \(0, 1\]"),
        (["--eps", "1.5"], r"density: got 1\.5"),
        (["--k", "0"], "n_neurons: got 0; expected an integer of at least 1"),
        (["--m", "0"], "d_embedding: got 0"),
        (["--sweep_var", "k", "--sweep_values", "8", "0.5"], r"k: got '0\.5'; expected a whole"),
        (["--sweep_var", "eps", "--sweep_values", "many"], "eps: got 'many'; expected a number"),
        (["--sweep_var", "task", "--sweep_values", "1"], "sweep_var: got 'task'; expected one of"),
        (["--sweep_values", "1"], "expected both or neither"),
        (["--nonlinearity", "tanh"], "nonlinearity: got 'tanh'; expected one of 'ReLU'"),
    ],
)
def test_a_wrong_call_says_what_was_expected(small_rows, capsys, words, message):
    assert call(*words) == 2
    import re

    assert re.search(message, capsys.readouterr().err)


def test_a_scheduler_that_does_not_answer_is_said_at_once(small_rows, capsys):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = time.monotonic()
    assert call("sweep", "LR1", "--scheduler", f"tcp://127.0.0.1:{port}") == 2
    assert time.monotonic() - start < 8
    printed = capsys.readouterr().err
    assert f"scheduler: got no answer from 'tcp://127.0.0.1:{port}'" in printed
    assert "dask scheduler" in printed
    for address in ("nowhere", "tcp://127.0.0.1", "tcp://127.0.0.1:port"):
        with pytest.raises(ValueError, match="expected the address of a running Dask scheduler"):
            running.executor(scheduler=address)


def test_the_replications_command_is_understood_as_it_stands():
    options = command._parser().parse_args(["sweep", *SEED_COMMAND])
    config = command.flags.sweep(command.flags.given(options))
    base = config.base
    assert (base.n_features, base.d_embedding, base.n_neurons, base.density) == (
        256,
        32,
        612,
        1 / 64,
    )
    assert (base.batch_size, base.steps, base.distribution) == (64, 8192, "uniform")
    assert (base.task, base.activation, base.optimiser) == ("decoder", "relu", "lamb")
    assert [run.learning_rate for run in config.runs] == [0.001, 0.003]


def shorter(*changes: str) -> list[str]:
    """The replication's command at a size for tests."""
    words = [*SEED_COMMAND, "--N", "16", "--m", "4", "--k", "12", "--log2_training_steps", "4"]
    return [*words, *changes]


def test_a_sweep_of_ones_own_is_stored_where_it_was_asked_for(small_rows, capsys, tmp_path):
    assert call(*shorter("--output_dir", str(tmp_path / "mine"))) == 0
    printed = capsys.readouterr().out
    assert "learning_rate=0.001 seed=0: loss" in printed
    where = own.place(tmp_path / "mine", "LR1_reduced")
    first = own.read(where)
    assert first.config.base.n_neurons == 12
    assert first.provenance.scale == "own"
    written = where.weights.stat().st_mtime_ns
    assert call(*shorter("--output_dir", str(tmp_path / "mine"))) == 0
    assert where.weights.stat().st_mtime_ns == written
    assert call(*shorter("--output_dir", str(tmp_path / "mine"), "--seed", "1")) == 0
    assert own.read(where).config.base.seed == 1
    where.weights.write_bytes(b"torn")
    with pytest.raises(ValueError, match="does not match its checksum"):
        own.read(where)
    with pytest.raises(ValueError, match="Run the sweep first"):
        own.read(own.place(tmp_path, "nothing"))


def test_own_sweeps_take_seeds_tasks_and_optimisers(small_rows, tmp_path):
    words = ["--task", "abs", "--nonlinearity", "GeLU", "--optimiser", "adam", "--n_seeds", "2"]
    assert call(*shorter(*words, "--sweep_var", "reg", "--sweep_values", "0", "0.1")) == 0
    config = own.read(own.place(tmp_path, "LR1_reduced")).config
    assert (config.base.task, config.base.activation, config.n_models) == ("abs", "gelu", 4)
