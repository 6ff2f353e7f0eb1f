"""Places that one group of pairs names and other pairs refute, on results whose numbers are set."""

import pytest
import torch

from mechnotes import models, prompts
from mechnotes.patching import activation, replication
from mechnotes.patching.results import PatchResult


def result(recovered: list[list[float]], **changed) -> PatchResult:
    """Two places; on each pair the clean run scores 2 and the corrupted one 0."""
    patched = 2 * torch.tensor(recovered)
    n_pairs = patched.shape[-1]
    given = {
        "site": "z",
        "direction": "denoising",
        "unit": "nats",
        "axes": ("layer",),
        "entries": ((0, 1),),
        "patched": patched,
        "clean": torch.full((n_pairs,), 2.0),
        "corrupted": torch.zeros(n_pairs),
    }
    return PatchResult(**{**given, **changed})


def test_a_place_that_one_pair_names_is_refuted_by_pairs_on_which_it_does_nothing():
    found = result([[0.9, 0.9, 0.9, 0.9], [0.5, -0.5, 0.0, 0.0]])
    others = result([[0.9] * 4, [0.0] * 4])
    alone = replication.replicate(found, others, n_pairs=1)
    assert alone.named.tolist() == [2, 2, 1, 1]
    assert alone.refuted.tolist() == [1, 1, 0, 0]
    assert alone.share_refuted == pytest.approx(2 / 6)
    together = replication.replicate(found, others, n_pairs=2)
    assert together.named.tolist() == [1, 1] and together.share_refuted == 0


def test_a_place_that_other_pairs_confirm_is_not_refuted():
    found = result([[0.9, 0.9], [0.5, -0.5]])
    others = result([[0.9, 0.9], [-0.3, -0.3]])
    assert replication.replicate(found, others, n_pairs=1).refuted.tolist() == [0, 0]


def test_groups_divide_mean_by_mean_and_leave_out_what_fills_no_group():
    pairs = prompts.ioi(n_pairs=5, seed=0)
    found = activation.patch(models.load("storybook"), pairs)
    whole = replication.in_groups(found, n_pairs=5)
    assert torch.allclose(whole[0], found.recovered, atol=1e-5)
    assert replication.in_groups(found, n_pairs=2).shape == (2, 3, 4)


def test_where_nothing_is_named_nothing_is_refuted():
    nothing = result([[0.0], [0.0]])
    assert replication.replicate(nothing, nothing, n_pairs=1).share_refuted == 0


@pytest.mark.bad_input
def test_sweeps_over_different_places_and_groups_larger_than_the_sweep_are_refused():
    found = result([[0.9], [0.5]])
    for what, other in (("site", "q"), ("direction", "noising"), ("unit", "probability")):
        said = f"others: got a sweep whose {what} is '{other}'; expected one whose {what} is"
        with pytest.raises(ValueError, match=said):
            replication.replicate(found, result([[0.9], [0.5]], **{what: other}), n_pairs=1)
    for n_pairs in (-1, 0, 2):
        with pytest.raises(ValueError, match=f"n_pairs: got {n_pairs}; expected an integer from"):
            replication.replicate(found, found, n_pairs=n_pairs)
        with pytest.raises(ValueError, match=f"n_pairs: got {n_pairs}; expected an integer from"):
            replication.in_groups(found, n_pairs=n_pairs)


@pytest.mark.bad_input
def test_groups_on_which_the_metric_does_not_tell_the_runs_apart_are_refused():
    """Accuracy often does not: a pair that both runs answer rightly has no gap."""
    corrupted = torch.tensor([0.0, 2.0, 0.0, 0.0])
    found = result([[0.9] * 4, [0.5] * 4], corrupted=corrupted)
    with pytest.raises(ValueError, match="found: got 1 of 4 groups without a gap"):
        replication.replicate(found, found, n_pairs=1)
    assert replication.in_groups(found, n_pairs=2).isfinite().all()
