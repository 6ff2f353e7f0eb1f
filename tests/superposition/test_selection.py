"""Best of several seeds."""

import pytest
import torch

from mechnotes.superposition.selection import best, best_of_groups, best_seed, pick


def test_best_seed_has_the_lowest_loss_at_each_density():
    loss = torch.tensor([[3.0, 1.0, 2.0], [0.1, 0.2, 0.3]])
    assert best_seed(loss).tolist() == [1, 0]


def test_best_seed_takes_the_first_on_a_tie():
    assert best_seed(torch.tensor([[1.0, 1.0]])).tolist() == [0]


def test_pick_takes_the_chosen_seed_at_each_density():
    values = torch.arange(12.0).reshape(2, 3, 2)
    assert pick(values, torch.tensor([2, 0])).tolist() == [[4.0, 5.0], [6.0, 7.0]]


def test_picking_the_best_seed_gives_the_smallest_loss():
    loss = torch.tensor([[3.0, 1.0], [0.5, 0.7]])
    assert torch.equal(best(loss, loss), loss.min(dim=1).values)


def test_groups_of_seeds_are_judged_separately():
    loss = torch.tensor([[3.0, 1.0, 0.5, 2.0, 0.0]])
    values = torch.arange(5.0)[None]
    assert best_of_groups(values, loss, group_size=2).tolist() == [[1.0], [2.0]]


def test_a_single_group_gives_the_best_of_all():
    generator = torch.Generator().manual_seed(0)
    loss, values = (torch.rand(3, 8, generator=generator) for _ in range(2))
    found = best_of_groups(values, loss, group_size=8)
    assert torch.equal(found[0], best(values, loss))


@pytest.mark.bad_input
def test_a_group_larger_than_the_seeds_is_refused():
    with pytest.raises(ValueError, match="group_size: got 9; expected an integer from 1 to 8"):
        best_of_groups(torch.zeros(2, 8), torch.zeros(2, 8), group_size=9)


@pytest.mark.bad_input
def test_a_diverged_run_has_no_rank():
    with pytest.raises(ValueError, match="loss: got 1 NaN or infinite entries of 2"):
        best_seed(torch.tensor([[1.0, float("nan")]]))


@pytest.mark.bad_input
@pytest.mark.parametrize("seeds", [torch.tensor([0]), torch.tensor([0, 3]), torch.tensor([-1, 0])])
def test_seed_indices_that_do_not_fit_are_refused(seeds):
    with pytest.raises(ValueError, match=r"seeds: got .* Pass best_seed"):
        pick(torch.zeros(2, 3), seeds)
