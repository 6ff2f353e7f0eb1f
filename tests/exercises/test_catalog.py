"""Finding exercises, and what a verdict looks like."""

import subprocess
import sys

import pytest

from mechnotes.exercises import catalog
from mechnotes.exercises.result import CheckResult


def _constant(importance_ratio):
    return 0.123


def test_check_finds_the_exercise_by_its_id():
    assert catalog.check("E04", _constant).exercise == "E04"
    assert catalog.find("E03").title


@pytest.mark.bad_input
@pytest.mark.parametrize(("id", "near"), [("e03", "E03"), ("E3", "E03"), ("E001", "E01")])
def test_an_unknown_id_names_the_nearest_and_lists_all(id, near):
    with pytest.raises(ValueError, match=rf"got '{id}'; expected one of E01.*E05.*mean '{near}'"):
        catalog.check(id, lambda: None)


@pytest.mark.bad_input
@pytest.mark.parametrize("id", ["dimensionality", "", None])
def test_an_id_like_no_other_is_explained(id):
    with pytest.raises(ValueError, match=r"exercise id: got .*; expected one of E01.*digits"):
        catalog.find(id)


@pytest.mark.bad_input
@pytest.mark.parametrize("seed", [-1, 1.5, None])
def test_a_bad_seed_is_refused(seed):
    with pytest.raises(ValueError, match=r"seed: got .*; expected an integer"):
        catalog.find("E04").check(lambda r: r, seed=seed)


def test_a_verdict_reads_without_colour_in_both_forms():
    result = CheckResult(exercise="E03", passed=False, message="Got `W < 0`.")
    assert repr(result) == "✗ E03 not yet: Got `W < 0`."
    shown = result._repr_html_()
    assert shown.startswith('<div class="mn-check" data-passed="false">')
    assert '<span class="mn-check-icon" aria-hidden="true">✗</span>' in shown
    assert "<strong>E03 not yet.</strong> Got <code>W &lt; 0</code>." in shown
    passed = CheckResult(exercise="E03", passed=True, message="Fine.")
    assert 'data-passed="true"' in passed._repr_html_()
    assert repr(passed) == "✓ E03 passed: Fine."


def test_a_wrong_entry_is_named_with_its_value_and_input():
    message = catalog.check("E04", _constant).message
    assert message.startswith("Given `importance_ratio = 0.")
    assert message.endswith("the answer is `0.123`, which is not right.")


def test_passing_points_to_the_library_function():
    from mechnotes.superposition import geometry

    message = catalog.check("E03", geometry.dimensionality).message
    assert "`mechnotes.superposition.geometry.dimensionality`" in message


def test_checks_need_no_language_model_library():
    code = (
        "import sys; from mechnotes.exercises import catalog;"
        "catalog.check('E05', lambda loss: loss);"
        "print(sorted({'transformer_lens', 'sae_lens', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
