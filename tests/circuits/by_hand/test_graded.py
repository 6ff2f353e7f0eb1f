"""The exercises on hand-made heads: what is said to answers that cannot be run or do not work."""

import pytest
import torch

from mechnotes.circuits.by_hand import discriminate, disguise, induction
from mechnotes.exercises import catalog


@pytest.mark.parametrize("id", ["X1", "X2"])
@pytest.mark.parametrize(
    ("matrices", "said"),
    [
        (lambda w: torch.full((4, w, w), torch.nan), "NaN or infinite numbers"),
        (lambda w: torch.full((4, w, w), 1e30), "numbers up to 1e+30; expected none above 1e+06"),
        (lambda w: torch.zeros(4, w, w), "of its attention"),
        (lambda w: torch.eye(w).expand(4, w, w), "of its attention"),
        (lambda w: torch.zeros(2, w, w), "returned shape (2, "),
        (lambda w: torch.zeros(4, w, w, dtype=torch.int64), "expected real numbers"),
        (lambda w: torch.zeros(4, w, w).tolist(), "type `list`"),
    ],
    ids=["nan", "too large", "singular", "identity", "shape", "whole numbers", "list"],
)
def test_matrices_that_do_not_work_get_a_sentence(id, matrices, said):
    result = catalog.check(id, lambda stream, forward: matrices(stream.width))
    assert not result.passed
    assert said in result.message
    assert "Traceback" not in result.message


def test_matrices_that_ask_for_a_gradient_are_judged_as_others():
    def learnt(stream, forward):
        return induction.pointer(stream, forward).requires_grad_()

    assert catalog.check("X1", learnt).passed


def test_one_half_of_the_construction_is_told_which_half_works():
    def silent(stream, forward):
        W = induction.previous(stream, forward)
        W[3] = 0
        return W

    said = catalog.check("X2", silent).message
    assert "Both heads look where they should" in said
    assert "0.00 of the cases" in said


def test_a_second_head_that_knows_the_text_without_the_first_is_found_out():
    """With the first head a bystander, nothing can be right that often: attention fails."""

    def bystander(stream, forward):
        W = induction.previous(stream, forward)
        W[1] = 0
        return W

    assert "The second gives" in catalog.check("X2", bystander).message


def test_the_reference_of_x4_names_what_was_built():
    exercise = catalog.find("X4")
    trials = exercise.inputs(torch.Generator().manual_seed(3))
    seed = int(torch.randint(10**6, (), generator=torch.Generator().manual_seed(3)))
    built = [path for _, path in disguise.suspects(20, seed=seed)]
    assert [trial.call(discriminate.by_crossing) for trial in trials] == built
    assert built.count("Q") == 10


@pytest.mark.parametrize("answer", ["q", "keys", 1, True, 0.5])
def test_an_answer_to_x4_that_is_no_such_word_is_told_so(answer):
    said = catalog.check("X4", lambda weights, texts: answer).message
    assert 'expected "Q" or "K"' in said


def test_a_guess_is_told_how_often_it_was_wrong():
    def by_size(weights, texts):
        return "Q" if weights.d_vocab % 2 else "K"

    said = catalog.check("X4", by_size).message
    assert "of 20 wrongly; the first of them was `weights = model number" in said
