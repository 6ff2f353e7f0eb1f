"""What counts as a value of a node, and as a list of names."""

from collections.abc import Mapping
from numbers import Real

import torch
from torch import Tensor

from mechnotes import validate


def check_names(names: object, what: str) -> None:
    """Refuse what is no tuple of at least one name, each once; a text is a likely slip."""
    is_list = isinstance(names, tuple) and all(isinstance(name, str) for name in names)
    if not isinstance(names, tuple) or not is_list or not 0 < len(set(names)) == len(names):
        validate.refuse(
            what,
            got=repr(names),
            expected="a tuple of at least one name, each once",
            fix='Write ("A",) for one name. What has no parents is an input.',
        )


def value(given: object, name: str) -> Tensor:
    """A finite tensor, made from a number if need be."""
    if isinstance(given, Real) and not isinstance(given, bool):
        return torch.tensor(validate.number(given, name))
    return validate.finite(given, name)  # type: ignore[return-value]


def common_batch(values: Mapping[str, Tensor]) -> int | None:
    """The common size of the first axis; None if all values are single numbers."""
    sizes = {name: len(value) for name, value in values.items() if value.ndim}
    if len(set(sizes.values())) > 1:
        validate.refuse(
            "values",
            got=", ".join(f"{name} with a batch of {size}" for name, size in sizes.items()),
            expected="the same number of examples everywhere",
            fix="Give every tensor the same first axis, or a single number.",
        )
    return next(iter(sizes.values()), None)


def computed(value: object, node: str, batch: int | None) -> Tensor:
    """What a node's function returned, refused if it cannot be a value."""
    if isinstance(value, Tensor) and (batch is None or not value.ndim or len(value) == batch):
        return value
    return validate.refuse(
        f"function of {node}",
        got=f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__,
        expected="a tensor" + ("" if batch is None else f" with {batch} rows, as the inputs have"),
        fix="Return a value for each example, without averaging over the batch.",
    )


def differentiable(value: Tensor, node: str) -> Tensor:
    """What a node's function returned, refused if numbers of its kind have no gradient."""
    if not value.is_floating_point():
        validate.refuse(
            f"function of {node}",
            got=f"a tensor of {value.dtype}, in which there is no gradient",
            expected="a tensor of floating-point numbers",
            fix="Return .float() of it: a step passes no gradient on, but what hears it has one.",
        )
    return value
