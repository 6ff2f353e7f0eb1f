"""Packing, storing and judging: the parts below `experiments.load`."""

import json
import math
import subprocess
import sys
from dataclasses import dataclass, field

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from mechnotes._artifacts import files, reading, renewal, results

GOT_EXPECTED_FIX = r"(?s)got .*expected .*\. \w"
NUMBERS = st.floats() | st.integers() | st.booleans() | st.text() | st.none()


@dataclass(frozen=True)
class Inner:
    number: float = math.nan
    pair: tuple[int, str] = (1, "a")


@dataclass(frozen=True)
class Other:
    width: int = 3


@dataclass(frozen=True)
class Everything:
    tensor: Tensor
    inner: Inner
    either: Inner | Other | None
    many: tuple[Other, ...]
    grid: tuple[tuple[float, ...], ...]
    named: dict[str, tuple[float | None, ...]]
    layers: dict[str, Tensor]
    text: str | None = None
    provenance: object = field(default=None, compare=False)


def round_trip(result):
    tensors, values = results.pack(result)
    # Through text, as on the disk; strict JSON has no NaN.
    return results.unpack(type(result), tensors, json.loads(json.dumps(values, allow_nan=False)))


def equal(first, second):
    """Equality in which NaN equals NaN and tensors are compared by content."""
    if isinstance(first, Tensor):
        return torch.equal(first, second) and first.dtype == second.dtype
    if isinstance(first, float) and math.isnan(first):
        return math.isnan(second)
    if isinstance(first, tuple):
        return len(first) == len(second) and all(map(equal, first, second))
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(equal(first[k], second[k]) for k in first)
    if hasattr(first, "__dataclass_fields__"):
        return type(first) is type(second) and equal(vars(first), vars(second))
    return type(first) is type(second) and first == second


@given(
    numbers=st.lists(st.floats(), max_size=3).map(tuple),
    either=st.sampled_from([Inner(), Other(), None]),
    named=st.dictionaries(st.text(), st.lists(st.floats() | st.none(), max_size=2).map(tuple)),
    text=st.text() | st.none(),
)
def test_a_result_survives_the_disk_with_types_nan_and_nesting(numbers, either, named, text):
    result = Everything(
        tensor=torch.tensor([1, 2], dtype=torch.int16),
        inner=Inner(number=-math.inf),
        either=either,
        many=(Other(1), Other(2)),
        grid=(numbers, ()),
        named=named,
        layers={"fp16": torch.ones(2, dtype=torch.float16), "view": torch.arange(6).view(2, 3).T},
        text=text,
    )
    assert equal(round_trip(result), result)


def test_tensors_that_share_memory_are_stored_apart():
    x = torch.arange(4.0)
    tensors, _ = results.pack(Everything(x, Inner(), None, (), (), {}, {"same": x, "part": x[1:]}))
    assert len({tensor.data_ptr() for tensor in tensors.values()}) == 3


@pytest.mark.bad_input
@given(st.lists(st.integers()) | st.binary() | st.sets(st.integers()) | st.complex_numbers())
def test_a_value_that_json_cannot_hold_is_refused_by_name(value):
    with pytest.raises(ValueError, match=r"inner\.number: got .*expected .*\. Turn lists into"):
        results.pack(Everything(torch.ones(1), Inner(number=value), None, (), (), {}, {}))


@pytest.mark.bad_input
@given(NUMBERS | st.just(Inner))
def test_a_result_that_is_no_dataclass_is_refused(value):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        results.pack(value)


def test_values_of_an_older_type_are_refused():
    tensors, values = results.pack(Inner())
    del values["fields"]["pair"]
    with pytest.raises(ValueError, match="do not fit Inner"):
        results.unpack(Inner, tensors, values)


def test_storing_replaces_both_files_and_leaves_nothing_else(tmp_path):
    where = files.Place(tmp_path / "a" / "x.safetensors", tmp_path / "a" / "x.json")
    for content in (b"one", b"two"):
        files.store(where, manifest={"format": files.FORMAT, "n": 1}, weights=content)
    assert where.weights.read_bytes() == b"two"
    assert files.read_manifest(where.manifest)["n"] == 1
    assert len(list(where.weights.parent.iterdir())) == 2


def test_any_edit_to_a_manifest_breaks_its_seal(tmp_path):
    path = tmp_path / "x.json"
    manifest = files.sealed({"format": files.FORMAT, "seconds": 1.5, "values": {"n": [1, 2]}})
    for change in ({"seconds": 1.6}, {"values": {"n": [1, 3]}}, {"new": None}, {"checksum": ""}):
        path.write_text(json.dumps({**manifest, **change}))
        with pytest.raises(ValueError, match="its own checksum"):
            files.read_manifest(path)
    path.write_text(json.dumps(manifest, indent=7))
    assert files.read_manifest(path) == manifest


def test_a_failed_write_leaves_the_old_file_and_no_partial_one(tmp_path, monkeypatch):
    path = tmp_path / "x.bin"
    files.write_atomically(path, b"old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.write_atomically(path, b"new")
    where = files.Place(tmp_path / "y.safetensors", tmp_path / "y.json")
    with pytest.raises(OSError, match="No space left"):
        files.store(where, manifest={"format": files.FORMAT}, weights=b"w")
    assert [file.name for file in tmp_path.iterdir()] == ["x.bin"]
    assert path.read_bytes() == b"old"


def test_readers_are_heard_only_inside_the_block_and_each_in_its_thread(tmp_path, monkeypatch):
    import threading

    monkeypatch.setenv("MECHNOTES_ARTIFACTS", str(tmp_path))
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    with reading.recorded() as heard:
        sys.audit("mechnotes.read", str(tmp_path / "a.txt"))
        other = threading.Thread(target=sys.audit, args=("mechnotes.read", str(tmp_path / "b.txt")))
        other.start()
        other.join()
    sys.audit("mechnotes.read", str(tmp_path / "b.txt"))
    assert list(heard) == ["artifacts/a.txt"]


def test_a_folder_that_was_read_is_one_input_that_any_file_in_it_changes(tmp_path, monkeypatch):
    monkeypatch.setenv("MECHNOTES_ARTIFACTS", str(tmp_path))
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    with reading.recorded() as heard:
        sys.audit("mechnotes.read", str(tmp_path / "model"))
    from mechnotes._artifacts import freshness

    assert list(heard) == ["artifacts/model"]
    assert freshness.changed_inputs(heard) == []
    (tmp_path / "model" / "config.json").write_text("[]")
    assert freshness.changed_inputs(heard) == ["artifacts/model"]


def test_the_peak_memory_counts_what_a_run_held_for_a_moment():
    # In a process of its own: where the peak cannot be forgotten, an earlier test's would hide it.
    code = """
import torch
from mechnotes._artifacts import machine
machine.forget_peak_memory("cpu")
before = machine.peak_memory_mb("cpu")
ballast = torch.ones(20_000_000)
del ballast
print(machine.peak_memory_mb("cpu") - before)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 60 < float(done.stdout) < 200


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([1.0, math.nan], [1.00001, math.nan], True),
        ([1.0], [1.001], False),
        ([1.0], [1.0, 1.0], False),
        ({"a": [0.0]}, {"a": [1e-7]}, True),
        ({"a": 1.0}, {"b": 1.0}, False),
        ("a", "b", False),
    ],
)
def test_numbers_agree_within_the_tolerance_and_all_else_exactly(before, now, expected):
    assert renewal.agree(before, now) is expected
