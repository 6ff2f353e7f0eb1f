"""Resamplers that make one mistake each."""

import torch
from jaxtyping import Int
from torch import Tensor

from mechnotes.circuits.partners import partners

Classes = Int[Tensor, " batch"]
Rows = Int[Tensor, "component batch"]


def same_for_all(classes: Classes, n_components: int, generator: torch.Generator) -> Rows:
    """One exchange, used for every component."""
    return partners(classes, 1, generator).repeat(n_components, 1)


def any_class(classes: Classes, n_components: int, generator: torch.Generator) -> Rows:
    """Partners from anywhere."""
    return partners(torch.zeros_like(classes), n_components, generator)


def next_in_list(classes: Classes, n_components: int, generator: torch.Generator) -> Rows:
    """The next example of the same class, and the first after the last."""
    del generator
    row = torch.arange(len(classes))
    for kind in classes.unique():
        members = (classes == kind).nonzero()[:, 0]
        row[members] = members.roll(-1)
    return row.repeat(n_components, 1)


def themselves(classes: Classes, n_components: int, generator: torch.Generator) -> Rows:
    """Every example stays."""
    del generator
    return torch.arange(len(classes)).repeat(n_components, 1)


def one_for_a_class(classes: Classes, n_components: int, generator: torch.Generator) -> Rows:
    """One example stands in for its whole class."""
    rows = torch.empty(n_components, len(classes), dtype=torch.long)
    for kind in classes.unique():
        members = (classes == kind).nonzero()[:, 0]
        drawn = torch.randint(len(members), (n_components, 1), generator=generator)
        rows[:, members] = members[drawn]
    return rows


def the_class(classes: Classes, n_components: int, generator: torch.Generator) -> Rows:
    """The partners' classes instead of their numbers."""
    return classes[partners(classes, n_components, generator)]
