"""A run that was interrupted continues to the very same numbers."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mechnotes.runs import TRACED_ENTRIES, TRACED_STEPS, ReplayFinished, Run
from tests.sample_experiments.descent import DescentConfig, descend

GOT_EXPECTED_FIX = r"(?s)got .*expected .*\. \w"


class Stop(Exception):
    pass


def stopping_run(checkpoint, *, after):
    """A run that saves at every step and breaks off after some of them."""
    run = Run(checkpoint=checkpoint, save_seconds=0)
    save = run.save

    def save_and_stop(step, tensors):
        save(step, tensors)
        if step == after:
            raise Stop

    run.save = save_and_stop
    return run


def same(first, second):
    """Whether two descents ended in exactly the same state."""
    return (
        torch.equal(first.W, second.W)
        and first.losses == second.losses
        and all(torch.equal(first.layers[name], second.layers[name]) for name in first.layers)
    )


@pytest.mark.parametrize("after", [1, 7, 19])
def test_a_restored_run_equals_an_uninterrupted_one(after, tmp_path):
    config = DescentConfig(steps=20, width=8)
    checkpoint = tmp_path / "state.safetensors"
    with pytest.raises(Stop):
        descend(config, run=stopping_run(checkpoint, after=after))
    run = Run(checkpoint=checkpoint)
    assert same(descend(config, run=run), descend(config))
    assert run.step == after


def test_a_run_without_files_does_nothing():
    run = Run()
    run.save(3, {"x": torch.ones(2)})
    assert run.restored() is None
    assert list(run.steps(3)) == [0, 1, 2]


def test_what_was_saved_comes_back_exactly_even_views_and_odd_dtypes(tmp_path):
    x = torch.randn(4, 6)
    state = {"x": x, "view": x[:, ::2].T, "bytes": torch.arange(5, dtype=torch.uint8)}
    state["half"] = torch.tensor([math.nan, math.inf], dtype=torch.float16)
    run = Run(checkpoint=tmp_path / "state.safetensors", save_seconds=0)
    run.save(12, state)
    restored = Run(checkpoint=tmp_path / "state.safetensors").restored()
    assert restored.pop("step") == 12
    for name, tensor in state.items():
        assert torch.equal(restored[name].nan_to_num(), tensor.nan_to_num())
        assert restored[name].dtype == tensor.dtype


def test_a_checkpoint_of_other_code_or_config_is_ignored(tmp_path):
    path = tmp_path / "state.safetensors"
    Run(checkpoint=path, key="old", save_seconds=0).save(1, {"x": torch.ones(1)})
    assert Run(checkpoint=path, key="new").restored() is None
    assert Run(checkpoint=path, key="old").restored() is not None


def test_a_checkpoint_whose_inputs_have_changed_is_ignored(tmp_path, monkeypatch):
    monkeypatch.setenv("MECHNOTES_ARTIFACTS", str(tmp_path))
    (tmp_path / "words.txt").write_text("one")
    path = tmp_path / "state.safetensors"
    from mechnotes._artifacts import freshness

    inputs = {"artifacts/words.txt": freshness.checksum(tmp_path / "words.txt")}
    Run(checkpoint=path, save_seconds=0, inputs=inputs).save(1, {"x": torch.ones(1)})
    assert Run(checkpoint=path).restored() is not None
    (tmp_path / "words.txt").write_text("two")
    assert Run(checkpoint=path).restored() is None


def test_a_damaged_checkpoint_starts_the_run_again_and_says_so(tmp_path):
    path = tmp_path / "state.safetensors"
    Run(checkpoint=path, save_seconds=0).save(1, {"x": torch.ones(1)})
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.warns(UserWarning, match="starting again: .*damaged"):
        assert Run(checkpoint=path).restored() is None


def test_saving_is_throttled_and_collects_nothing_in_between(tmp_path):
    run = Run(checkpoint=tmp_path / "state.safetensors", save_seconds=1000)

    def collect():
        raise AssertionError("collected although it was not time to save")

    run.save(1, collect)
    assert not list(tmp_path.iterdir())


def test_time_spent_before_an_interruption_is_counted(tmp_path):
    path = tmp_path / "state.safetensors"
    first = Run(checkpoint=path, save_seconds=0)
    first._started -= 100
    first.save(1, {"x": torch.ones(1)})
    second = Run(checkpoint=path)
    second.restored()
    assert 100 <= second.seconds < 110


def test_steps_begin_where_the_restored_state_stopped(tmp_path):
    path = tmp_path / "state.safetensors"
    Run(checkpoint=path, save_seconds=0).save(3, {"x": torch.ones(1)})
    run = Run(checkpoint=path)
    run.restored()
    assert list(run.steps(5)) == [3, 4]
    assert list(run.steps(5, start=1)) == [1, 2, 3, 4]


def test_the_bar_counts_from_the_restored_step_to_the_total(monkeypatch):
    import tqdm.auto

    shown = []
    monkeypatch.setattr(tqdm.auto, "tqdm", lambda steps, **options: shown.append(options) or steps)
    assert list(Run(progress=True, label="pentagon").steps(5, start=2)) == [2, 3, 4]
    assert (shown[0]["desc"], shown[0]["initial"], shown[0]["total"]) == ("pentagon", 2, 5)


def test_the_trace_keeps_the_first_entries_of_the_first_values():
    run = Run()
    for step in range(TRACED_STEPS + 3):
        run.trace(torch.full((40,), float(step)))
    assert run.traced == [[float(step)] * TRACED_ENTRIES for step in range(TRACED_STEPS)]


def test_the_trace_of_a_resumed_run_is_that_of_the_whole_run(tmp_path):
    config = DescentConfig(steps=20, width=8)
    whole = Run()
    descend(config, run=whole)
    with pytest.raises(Stop):
        descend(config, run=stopping_run(tmp_path / "state.safetensors", after=3))
    resumed = Run(checkpoint=tmp_path / "state.safetensors")
    descend(config, run=resumed)
    assert resumed.traced == whole.traced


def test_a_replay_stops_once_the_stored_values_are_repeated():
    run = Run(replay=2)
    run.trace(1.0)
    with pytest.raises(ReplayFinished):
        run.trace(2)
    assert run.traced == [[1.0], [2.0]]


NO_COUNT = st.one_of(
    st.integers(max_value=-1), st.floats(), st.none(), st.booleans(), st.text(max_size=3)
)


@pytest.mark.bad_input
@given(NO_COUNT)
def test_what_is_no_count_of_steps_is_refused(value):
    run = Run()
    for call in (
        lambda: run.save(value, {}),
        lambda: run.steps(value),
        lambda: Run(replay=value),
        lambda: run.steps(3, start=4),
    ):
        with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
            call()


@pytest.mark.bad_input
@given(st.one_of(st.floats(max_value=-1e-9), st.just(math.nan), st.none(), st.text(max_size=3)))
def test_a_time_between_saves_that_is_none_is_refused(value):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        Run(save_seconds=value)


@pytest.mark.bad_input
@given(
    st.one_of(
        st.none(),
        st.integers(),
        st.lists(st.integers()),
        st.dictionaries(st.text(max_size=3), st.integers() | st.none(), min_size=1),
        st.dictionaries(st.integers(), st.builds(lambda: torch.ones(1)), min_size=1),
    )
)
def test_a_state_that_is_not_tensors_by_name_is_refused(value):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        Run().save(1, value)


@pytest.mark.bad_input
@given(st.one_of(st.none(), st.booleans(), st.text(), st.lists(st.floats()), st.binary()))
def test_a_trace_that_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        Run().trace(value)
