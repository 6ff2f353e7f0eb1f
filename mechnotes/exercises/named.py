"""A function that a message can name, for inputs that are functions themselves."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A function of one tensor with a name in words, for example "A AND B"."""

    name: str
    """What a message calls it."""
    function: Callable[[Tensor], Tensor]
    """What it computes."""

    def __call__(self, x: Tensor) -> Tensor:
        """The function's value."""
        return self.function(x)

    def __str__(self) -> str:
        return self.name
