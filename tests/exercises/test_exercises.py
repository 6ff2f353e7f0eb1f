"""Every exercise: the reference passes, every known mistake fails and earns its own hint."""

import pytest
import torch

from mechnotes.exercises import catalog

EXERCISES = list(catalog.every())
MISCONCEPTIONS = [(e, known) for e in EXERCISES for known in e.misconceptions]


def _named(value):
    return getattr(value, "id", None) or getattr(value, "mistake", "")[:40]


def test_the_first_five_exercises_are_there_and_ids_are_unique():
    ids = [exercise.id for exercise in EXERCISES]
    assert {"E01", "E02", "E03", "E04", "E05"} <= set(ids)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("exercise", EXERCISES, ids=_named)
@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_the_reference_passes_whatever_the_seed(exercise, seed):
    result = exercise.check(exercise.reference, **({} if seed is None else {"seed": seed}))
    assert result.passed, result.message


@pytest.mark.parametrize(("exercise", "known"), MISCONCEPTIONS, ids=_named)
@pytest.mark.parametrize("seed", [None, 0, 1])
def test_a_misconception_fails_and_earns_its_own_hint(exercise, known, seed):
    result = exercise.check(known.wrong, **({} if seed is None else {"seed": seed}))
    assert not result.passed
    assert known.mistake in result.message
    assert known.hint in result.message


@pytest.mark.parametrize("exercise", EXERCISES, ids=_named)
def test_a_function_that_raises_gets_a_sentence(exercise):
    def broken(*given, **named):
        raise KeyError("weights")

    result = exercise.check(broken)
    assert not result.passed
    assert "It raised `KeyError`: 'weights', given" in result.message
    assert "Traceback" not in result.message


@pytest.mark.parametrize("exercise", EXERCISES, ids=_named)
def test_a_function_of_the_wrong_signature_gets_a_sentence(exercise):
    result = exercise.check(lambda: None)
    assert not result.passed
    assert "It raised `TypeError`" in result.message


@pytest.mark.parametrize("exercise", EXERCISES, ids=_named)
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (None, "nothing (None)"),
        ("five", "type `str`"),
        ([1.0], "type `list`"),
        (torch.zeros(7, 7, 7, 7), "returned shape (7, 7, 7, 7)"),
        (torch.zeros(1, dtype=torch.complex64), "returned"),
    ],
)
def test_a_wrong_type_or_shape_gets_a_sentence(exercise, wrong, said):
    def answer(*given, **named):
        return wrong

    result = exercise.check(answer)
    assert not result.passed
    assert said in result.message
    assert "expected" in result.message


@pytest.mark.bad_input
@pytest.mark.parametrize("exercise", EXERCISES, ids=_named)
@pytest.mark.parametrize("given", [None, 3, torch.zeros(2)])
def test_a_result_handed_in_instead_of_a_function_gets_a_sentence(exercise, given):
    result = exercise.check(given)
    assert not result.passed
    assert "without calling it" in result.message


@pytest.mark.parametrize("exercise", EXERCISES, ids=_named)
def test_a_function_that_changes_its_input_is_told_which(exercise):
    def careless(*given, **named):
        answer = exercise.reference(*given, **named)
        for value in (*given, *named.values()):
            if isinstance(value, torch.Tensor):
                value.zero_()
        return answer

    result = exercise.check(careless)
    tensors = any(isinstance(v, torch.Tensor) for v in _first_trial(exercise).given.values())
    assert result.passed is not tensors
    if tensors:
        assert "in place" in result.message


@pytest.mark.parametrize("exercise", EXERCISES, ids=_named)
def test_a_failing_check_never_shows_what_was_expected(exercise):
    off = exercise.check(_shifted(exercise.reference))
    assert not off.passed
    right = _first_trial(exercise).call(exercise.reference)
    if isinstance(right, str):  # one of a few words, which the task itself lists
        right = float("nan")
    shown = {f"`{v:.4g}`" for v in torch.as_tensor(right).double().flatten().tolist()[:100]}
    inputs = str(_first_trial(exercise))
    assert not any(value in off.message.replace(inputs, "") for value in shown)
    assert exercise.reference.__qualname__ not in off.message


@pytest.mark.parametrize("exercise", EXERCISES, ids=_named)
def test_an_exercise_tells_a_page_all_it_needs(exercise):
    shown = exercise._repr_markdown_()
    assert exercise.title in shown
    assert shown.count("<details") == len(exercise.hints) >= 2
    assert len(exercise.misconceptions) >= 2
    assert exercise.starter.startswith("def ")
    compile(exercise.starter, "starter", "exec")
    assert all(known.hint not in shown for known in exercise.misconceptions)


def _first_trial(exercise):
    from mechnotes import rng
    from mechnotes.exercises.exercise import _HIDDEN_SEED

    return exercise.inputs(rng.generator(_HIDDEN_SEED, "exercises", exercise.id))[0]


def _shifted(reference):
    """The reference, changed by something that no misconception explains."""

    def shifted(*given, **named):
        answer = reference(*given, **named)
        if isinstance(answer, torch.Tensor) and answer.is_floating_point():
            return torch.where(answer != 0, answer + 7.25, 0.0)
        return answer + 7

    return shifted
