"""E10 and E11: mistakes beyond the listed ones fail; correct answers are in `correct_fourier`."""

from mechnotes.exercises import catalog
from tests.exercises.correct_fourier import CORRECT

_basis = CORRECT["E10"][0]


def test_a_basis_with_one_sign_turned_fails():
    def turned(p):
        F = _basis(p)
        F[2] *= -1
        return F

    assert not catalog.check("E10", turned).passed


def test_a_basis_that_is_only_right_for_small_p_fails():
    def rounded(p):
        return _basis(p) if p < 50 else _basis(p).half().float().round(decimals=2)

    assert "p = 59" in catalog.check("E10", rounded).message


def test_the_answer_is_in_no_message():
    """The hints of E10 lead to the factors without giving them."""
    for known in catalog.find("E10").misconceptions:
        assert "√(2/p)" not in known.hint
