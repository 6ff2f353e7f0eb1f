"""The result of a sweep: its means, its spread, and the order of its places."""

import math
from dataclasses import replace

import pytest
import torch

from mechnotes.patching.results import DENOISING, NOISING, PatchResult


def result(direction: str = DENOISING) -> PatchResult:
    """Two layers of two heads, three pairs; clean 4, corrupted 0."""
    patched = torch.tensor([[[0.0, 0, 0], [4, 4, 4]], [[-2, -2, -2], [1, 2, 3]]])
    return PatchResult(
        site="z",
        direction=direction,
        unit="nats",
        axes=("layer", "head"),
        entries=((0, 1), (0, 1)),
        patched=patched,
        clean=torch.full((3,), 4.0),
        corrupted=torch.zeros(3),
    )


def test_recovered_is_on_the_scale_from_corrupted_to_clean_in_both_directions():
    for direction in (DENOISING, NOISING):
        assert result(direction).recovered.tolist() == [[0, 1], [-0.5, 0.5]]


def test_the_effect_is_the_change_of_the_run_that_was_patched():
    assert result().effect.tolist() == [[0, 4], [-2, 2]]
    assert result(NOISING).effect.tolist() == [[-4, 0], [-6, -2]]


def test_the_standard_error_is_that_of_a_mean_over_pairs():
    errors = result().standard_error
    assert errors[0].tolist() == [0, 0]
    assert errors[1, 1].item() == pytest.approx(1 / 3**0.5)


def test_top_goes_by_strength_in_either_direction_and_names_the_place():
    best, second, *_ = result().top(4)
    assert best.where == (("layer", 0), ("head", 1))
    assert second.recovered == -0.5 or second.recovered == 0.5
    assert str(best) == "layer 0, head 1: recovered 1.00, effect +4.00"
    assert [place.where for place in result(NOISING).top(1)] == [(("layer", 1), ("head", 0))]
    assert len(result().top(100)) == 4


def test_places_that_were_not_computed_are_not_among_the_top():
    holed = result()
    holed.patched[0] = torch.nan
    assert [dict(place.where)["layer"] for place in holed.top(4)] == [1, 1]


def test_a_place_is_found_by_the_names_of_its_axes():
    assert result().at(layer=1, head=1) == 0.5


def test_where_the_metric_is_the_same_in_both_runs_places_are_still_in_order():
    """As accuracy is on a pair that both runs answer rightly."""
    same = replace(result(NOISING), clean=torch.ones(3), corrupted=torch.ones(3))
    best, *_ = same.top(2)
    assert best.where == (("layer", 0), ("head", 1))
    assert best.effect == 3
    assert math.isnan(best.recovered)
    assert str(best) == "layer 0, head 1: recovered undefined, effect +3.00"


def test_where_nothing_was_computed_there_is_no_top():
    nothing = replace(result(), patched=torch.full((2, 2, 3), torch.nan))
    assert nothing.top() == ()


def test_a_single_pair_has_no_standard_error():
    one = replace(
        result(), patched=result().patched[..., :1], clean=torch.ones(1), corrupted=torch.zeros(1)
    )
    assert one.standard_error.shape == (2, 2)
    assert one.standard_error.isnan().all()


@pytest.mark.bad_input
def test_scores_of_runs_that_are_no_numbers_are_refused():
    """As they are where the model's weights hold a NaN."""
    none = torch.full((3,), torch.nan)
    broken = replace(result(), patched=none.expand(2, 2, 3), clean=none, corrupted=none)
    with pytest.raises(ValueError, match="effect: got NaN at every place, from runs whose scores"):
        broken.top(1)
    with pytest.raises(ValueError, match="clean and corrupted: got scores that are not finite, na"):
        broken.at(layer=0, head=0)
